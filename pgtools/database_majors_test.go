//go:build majors

package pgtools_test

import (
	"strconv"
	"testing"

	"github.com/rubyforgood/hectl/test/pgtest"
)

// TestIdentityMajors checks identities on other major versions.
func TestIdentityMajors(t *testing.T) {
	for _, major := range pgtest.Majors() {
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			identities(t, pgtest.New(t, pgtest.Options{Bin: pgtest.MajorBin(major)}))
		})
	}
}

//go:build majors

package pgtools_test

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/pgtest"
)

// On newer majors as well.
func TestIdentityMajors(t *testing.T) {
	dir := cmp.Or(os.Getenv("HECTL_MAJORS_DIR"), "/var/cache/hectl-majors") // where script/majors puts them
	for _, major := range []string{"17", "18"} {
		t.Run(major, func(t *testing.T) {
			identities(t, pgtest.New(t, pgtest.Options{Bin: filepath.Join(dir, major)}))
		})
	}
}

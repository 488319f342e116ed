//go:build majors

package mask_test

import (
	"strconv"
	"testing"

	"github.com/rubyforgood/hectl/test/pgtest"
)

// The statistics of pg_dump 18 contain canaries.
func TestMajorsArchive(t *testing.T) {
	for major, statistics := range map[int]string{13: "", 17: "", 18: "--statistics", 19: "--statistics"} {
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			checkRealArchives(t, pgtest.MajorBin(major), statistics)
		})
	}
}

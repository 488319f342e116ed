//go:build majors

package mask_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// The statistics that pg_dump 18 adds hold canaries, too.
func TestMajorsArchive(t *testing.T) {
	dir := os.Getenv("HECTL_MAJORS_DIR")
	if dir == "" {
		dir = "/var/cache/hectl-majors"
	}
	for major, statistics := range map[int]string{17: "", 18: "--statistics"} {
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			checkRealArchives(t, filepath.Join(dir, strconv.Itoa(major)), statistics)
		})
	}
}

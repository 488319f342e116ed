//go:build majors

package main

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"
)

// TestRoundTripMajors is TestRoundTripIsExact with servers and programs of newer
// majors, and what they can compress with.
func TestRoundTripMajors(t *testing.T) {
	dir := cmp.Or(os.Getenv("HECTL_MAJORS_DIR"), "/var/cache/hectl-majors") // where script/majors puts them
	for _, major := range []string{"17", "18"} {
		t.Run(major, func(t *testing.T) {
			roundTrip(t, filepath.Join(dir, major), []way{{"none", "8"}, {"gzip:1", "1"}, {"lz4", "2"}, {"zstd:3", "8"}})
		})
	}
}

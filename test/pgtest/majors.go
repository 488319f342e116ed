//go:build majors

package pgtest

import (
	"cmp"
	"os"
	"path/filepath"
	"strconv"
)

// Majors returns the majors of PostgreSQL that script/majors provides.
func Majors() []int { return []int{13, 15, 17, 18, 19} }

// MajorBin returns the folder where script/majors puts a major's programs.
func MajorBin(major int) string {
	return filepath.Join(cmp.Or(os.Getenv("HECTL_MAJORS_DIR"), "/var/cache/hectl-majors"), strconv.Itoa(major))
}

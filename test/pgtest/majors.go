//go:build majors

package pgtest

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Majors returns the majors of PostgreSQL that script/majors provides, in order.
func Majors() []int {
	majors := []int{13, 15, 17, 18, 19}
	for also := range strings.FieldsSeq(os.Getenv("HECTL_MAJORS_ALSO")) {
		major, err := strconv.Atoi(also)
		if err != nil {
			panic(err) // script/majors has already refused such a value
		}
		majors = append(majors, major)
	}
	slices.Sort(majors)
	return slices.Compact(majors)
}

// MajorBin returns the folder where script/majors puts a major's programs.
func MajorBin(major int) string {
	return filepath.Join(cmp.Or(os.Getenv("HECTL_MAJORS_DIR"), "/var/cache/hectl-majors"), strconv.Itoa(major))
}

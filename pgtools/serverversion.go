package pgtools

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
)

// A Version is a PostgreSQL version, 10 or later. A beta's or a release
// candidate's minor number is 0.
type Version struct{ Major, Minor int }

// String returns "15.18".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// Compare returns -1, 0 or 1 as v is older than, equal to or newer than w.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor))
}

// ParseVersion reads what a program says of itself ("pg_dump (PostgreSQL) 15.18
// (Debian 15.18-0+deb12u1)") or a server's server_version ("16beta1", "18.1").
// The first number that begins a word is the version.
func ParseVersion(s string) (Version, error) {
	m := regexp.MustCompile(`(?:^|\s)(\d{1,3})(?:\.(\d{1,3}))?(?:\.\d+)*(?:(?:devel|alpha|beta|rc)\d*)?(?:\s|$|[^\w.])`).FindStringSubmatch(s)
	if m == nil {
		return Version{}, fmt.Errorf("version %.80q: no PostgreSQL version in it", s)
	}
	major, _ := strconv.Atoi(m[1]) // at most three digits
	minor, _ := strconv.Atoi(m[2]) // "": 0
	return Version{major, minor}, nil
}

// versionOfNumber reads server_version_num: 150018 is 15.18.
func versionOfNumber(n int) Version { return Version{n / 10000, n % 10000} }

package pgtools

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
)

// A Version is a PostgreSQL version, 10 or later. Betas and release candidates have the
// minor number 0.
type Version struct{ Major, Minor int }

// String returns the version in the form "15.18".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// compare returns -1 if v is older than w, 0 if equal, and 1 if newer.
func (v Version) compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor))
}

// ParseVersion reads the output of a program's --version ("pg_dump (PostgreSQL) 15.18
// (Debian 15.18-0+deb12u1)") or a server's server_version ("16beta1", "18.1"). The
// version is the first number at the start of a word.
func ParseVersion(s string) (Version, error) {
	m := regexp.MustCompile(`(?:^|\s)(\d{1,3})(?:\.(\d{1,3}))?(?:\.\d+)*(?:(?:devel|alpha|beta|rc)\d*)?(?:\s|$|[^\w.])`).FindStringSubmatch(s)
	if m == nil {
		return Version{}, fmt.Errorf("read version %.80q: it contains no PostgreSQL version", s)
	}
	major, _ := strconv.Atoi(m[1]) // at most three digits
	minor, _ := strconv.Atoi(m[2]) // "" is read as 0
	return Version{major, minor}, nil
}

package pgtools

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

// newestMajor is the version to install where nothing asks for another: its
// client tools work with every older server.
const newestMajor = 18

// installAdvice says how to get client tools of a major version here.
func installAdvice(major int) string {
	release, _ := os.ReadFile("/etc/os-release") // not there: not Linux
	return adviceFor(runtime.GOOS, string(release), major)
}

// adviceFor is installAdvice for an operating system and its os-release(5).
func adviceFor(goos, release string, major int) string {
	switch {
	case goos == "darwin":
		return fmt.Sprintf("run \"brew install postgresql@%d\"", major)
	case likeOS(release, "debian"), likeOS(release, "ubuntu"):
		return fmt.Sprintf("run \"sudo apt-get install postgresql-client-%d\" (older releases need PostgreSQL's own repository: \"sudo apt-get install postgresql-common && sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh\")", major)
	case likeOS(release, "alpine"):
		return fmt.Sprintf("run \"apk add postgresql%d-client\"", major)
	case likeOS(release, "fedora"), likeOS(release, "rhel"), likeOS(release, "amzn"):
		return fmt.Sprintf("run \"sudo dnf install postgresql%d\"", major)
	default:
		return fmt.Sprintf("install PostgreSQL %d's client tools, or name their folder with --pg-bin", major)
	}
}

// likeOS tells whether an os-release file is of the distribution id or of one
// that says it is like it.
func likeOS(release, id string) bool {
	for line := range strings.Lines(release) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if key == "ID" || key == "ID_LIKE" {
			if slices.Contains(strings.Fields(strings.Trim(value, `"'`)), id) {
				return true
			}
		}
	}
	return false
}

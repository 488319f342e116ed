package pgtools

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

// newestMajor is the version to install by default. Its client tools support every older
// server.
const newestMajor = 19

// installAdvice returns one line on how to install client tools of a major version, or
// newer ones, on this machine.
func installAdvice(major int) string {
	release, _ := os.ReadFile("/etc/os-release") // the file is missing outside Linux
	return adviceFor(runtime.GOOS, string(release), major)
}

// anyAdvice is like installAdvice, for a machine without client tools. The system's own
// version suffices, because restores work with any version.
func anyAdvice() string {
	release, _ := os.ReadFile("/etc/os-release")
	return adviceFor(runtime.GOOS, string(release), cmp.Or(packaged(string(release)), newestMajor))
}

// adviceFor is like installAdvice, for an operating system and its os-release(5).
func adviceFor(goos, release string, major int) string {
	of := func(ids ...string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return likeOS(release, id) })
	}
	own := packaged(release)
	switch {
	case goos == "darwin":
		return fmt.Sprintf("run \"brew install postgresql@%d\"", major)
	case own >= major:
		return fmt.Sprintf("run \"sudo apt-get install postgresql-client-%d\"", own)
	case of("debian", "ubuntu"): // from PostgreSQL's own repository
		return fmt.Sprintf("run \"sudo apt-get install -y postgresql-common && sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-client-%d\"", major)
	case of("alpine"):
		return fmt.Sprintf("run \"apk add postgresql%d-client\"", major)
	case of("fedora", "rhel", "centos", "amzn"):
		return fmt.Sprintf("run \"sudo dnf install postgresql%d\"", major)
	case of("suse", "opensuse"):
		return fmt.Sprintf("run \"sudo zypper install postgresql%d\"", major)
	case of("arch"):
		return "run \"sudo pacman -S postgresql-libs\""
	case of("nixos"):
		return fmt.Sprintf("run \"nix-shell -p postgresql_%d\"", major)
	default:
		return fmt.Sprintf("install PostgreSQL %d's client tools, or name their folder with --pg-bin", major)
	}
}

// packaged returns the major version in the packages of a Debian or Ubuntu release, or 0
// if the release is not known. Distributions based on Ubuntu name its release.
func packaged(release string) int {
	codename := cmp.Or(osField(release, "UBUNTU_CODENAME"), osField(release, "VERSION_CODENAME"))
	return map[string]int{
		"bullseye": 13, "bookworm": 15, "trixie": 17,
		"focal": 12, "jammy": 14, "noble": 16, "plucky": 17, "questing": 17, "resolute": 18,
	}[codename]
}

// likeOS reports whether an os-release file belongs to the distribution id or to a
// derivative.
func likeOS(release, id string) bool {
	return slices.Contains(strings.Fields(osField(release, "ID")+" "+osField(release, "ID_LIKE")), id)
}

// osField returns a field of an os-release file, or "".
func osField(release, name string) string {
	for line := range strings.Lines(release) {
		if key, value, _ := strings.Cut(strings.TrimSpace(line), "="); key == name {
			return strings.Trim(value, `"'`)
		}
	}
	return ""
}

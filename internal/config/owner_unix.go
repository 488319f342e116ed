//go:build unix

package config

import (
	"io/fs"
	"strconv"
	"syscall"

	"github.com/rubyforgood/hectl/internal/fault"
)

// checkOwner refuses a settings file that somebody else could have written: it
// names programs to run (pg_bin) and databases to replace, and it is found in
// folders that are shared, such as /tmp. The user uid, root, and the user behind
// sudo are trusted.
func checkOwner(path string, info fs.FileInfo, uid int, sudoUID string) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && !trusted(int(stat.Uid), uid, sudoUID) {
		return fault.New(fault.Usage, "if you trust what it says, make it yours (chown), or run hectl in a folder without it",
			"settings %s belong to another user (uid %d)", path, stat.Uid)
	}
	if info.Mode().Perm()&0o002 != 0 {
		return fault.New(fault.Usage, "look at what it says, then take the right away: chmod o-w "+path,
			"settings %s may be written by every user (mode %04o)", path, info.Mode().Perm())
	}
	return nil
}

// trusted tells whether the user uid may be led by a file of owner.
func trusted(owner, uid int, sudoUID string) bool {
	return owner == uid || owner == 0 || uid == 0 && sudoUID == strconv.Itoa(owner)
}

package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/rubyforgood/hectl/internal/fault"
)

// checkOwner refuses a settings file that another user could have written: it
// names programs to run (pg_bin) and databases to replace, and it is found in
// folders that are shared, such as /tmp. The user uid, root, and the user behind
// sudo are trusted.
func checkOwner(path string, info fs.FileInfo, uid int, sudoUID string) error {
	return owners{uid, sudoUID}.check("settings "+path, path, info)
}

// checkTrusted refuses a file that is named or read by the settings, and that
// another user could have written or replaced. path has no symbolic links in it;
// what is said for an error.
func (s *Sources) checkTrusted(path, what string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fault.New(fault.Usage, "", "look at %s: %w", what, err)
	}
	o := owners{os.Geteuid(), s.env["SUDO_UID"]}
	if err := o.check(what+" "+path, path, info); err != nil {
		return err
	}
	return o.checkFolders(what+" "+path, filepath.Dir(path))
}

// owners are the users whose files may be trusted.
type owners struct {
	uid     int
	sudoUID string
}

// check looks at one file or folder.
func (o owners) check(what, path string, info fs.FileInfo) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && !trusted(int(stat.Uid), o.uid, o.sudoUID) {
		return fault.New(fault.Usage, o.hint(int(stat.Uid), path), "%s belongs to another user (uid %d)", what, stat.Uid)
	}
	const others = 0o002
	// In a sticky folder, such as /tmp, nobody can replace the file of another.
	if info.Mode().Perm()&others != 0 && (!info.IsDir() || info.Mode()&fs.ModeSticky == 0) {
		return fault.New(fault.Usage, "look at it, then take the right away: chmod o-w "+path,
			"%s may be written by every user (mode %04o)", what, info.Mode().Perm())
	}
	return nil
}

// hint is the advice for a file of owner's. Root mostly meets one in a container, in
// which the application's folder is mounted.
func (o owners) hint(owner int, path string) string {
	if o.uid == 0 {
		return fmt.Sprintf("run hectl as that user (sudo -u '#%d' hectl …), or, if you trust the file: chown root %s", owner, path)
	}
	return "if you trust it, make it yours: sudo chown \"$USER\" " + path
}

// checkFolders looks at dir and every folder above it: whoever may write to one of
// them can replace the file.
func (o owners) checkFolders(what, dir string) error {
	for {
		info, err := os.Lstat(dir)
		if err != nil {
			return fault.New(fault.Usage, "", "look at the folders of %s: %w", what, err)
		}
		if err := o.check(fmt.Sprintf("%s is not trusted: the folder %s", what, dir), dir, info); err != nil {
			return err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}

// trusted reports whether the user uid may be led by a file of owner.
func trusted(owner, uid int, sudoUID string) bool {
	return owner == uid || owner == 0 || uid == 0 && sudoUID == strconv.Itoa(owner)
}

func ownedByRoot(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == 0
}

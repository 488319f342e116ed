package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
)

// checkOwner refuses a settings file that another user could have written. Such a file
// names programs to run and databases to replace, and hectl also finds it in shared
// folders such as /tmp. It trusts the user uid, root, and the user who ran sudo.
func checkOwner(path string, info fs.FileInfo, uid int, sudoUID string) error {
	return owners{uid, sudoUID}.check("settings "+path, path, info)
}

// checkTrusted refuses a settings file, or a file that settings name, if another user
// could have written or replaced it. path has no symbolic links; what names the file in
// errors.
func (s *Sources) checkTrusted(path, what string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fault.New(fault.Usage, "", "check %s: %w", what, err)
	}
	o := owners{os.Geteuid(), s.env["SUDO_UID"]}
	if err := o.check(what+" "+path, path, info); err != nil {
		return err
	}
	return o.checkFolders(what+" "+path, filepath.Dir(path))
}

// owners are the users whose files are trusted, besides root.
type owners struct {
	uid     int
	sudoUID string
}

func (o owners) check(what, path string, info fs.FileInfo) error {
	owner := files.Owner(info)
	trusted := owner == o.uid || owner == 0 || o.uid == 0 && o.sudoUID == strconv.Itoa(owner)
	if owner >= 0 && !trusted {
		return fault.New(fault.Usage, o.hint(owner, path), "%s belongs to another user (uid %d)", what, owner)
	}
	const others = 0o002
	// In a sticky folder such as /tmp, users can replace only their own files.
	if info.Mode().Perm()&others != 0 && (!info.IsDir() || info.Mode()&fs.ModeSticky == 0) {
		return fault.New(fault.Usage, "check its content, then remove the permission: chmod o-w "+path,
			"%s is writable by every user (mode %04o)", what, info.Mode().Perm())
	}
	return nil
}

// hint returns the advice for a file of owner. For root, such a file is usually in a
// container into which the application's folder is mounted.
func (o owners) hint(owner int, path string) string {
	if o.uid == 0 {
		return fmt.Sprintf("run hectl as that user (sudo -u '#%d' hectl …), or, if you trust the file: chown root %s", owner, path)
	}
	return "if you trust it, take ownership: sudo chown \"$USER\" " + path
}

// checkFolders checks dir and every folder above it: a user who can write to one of them
// can replace the file.
func (o owners) checkFolders(what, dir string) error {
	for {
		info, err := os.Lstat(dir)
		if err != nil {
			return fault.New(fault.Usage, "", "check the folders of %s: %w", what, err)
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

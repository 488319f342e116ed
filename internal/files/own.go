package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// ErrNotOurs reports a path where another user may have set a trap.
var ErrNotOurs = errors.New("it is not a private file of this user")

// Open opens a file of this user alone, with mode 0600, and creates it if it does not
// exist. flag is os.O_RDWR or the like. Anything else at the path is ErrNotOurs: a
// link, a folder, a pipe, a file of another user, a file with a second name, a file
// that others can open.
func Open(path string, flag int) (*os.File, error) { return open(path, flag|os.O_CREATE) }

// OpenExisting is like Open, for a file that must exist.
func OpenExisting(path string, flag int) (*os.File, error) { return open(path, flag) }

func open(path string, flag int) (*os.File, error) {
	f, err := os.OpenFile(path, flag|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.ENXIO) {
		if _, statErr := os.Lstat(path); statErr == nil {
			return nil, fmt.Errorf("%s: %w (%w)", path, ErrNotOurs, err)
		}
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if names(info, os.Getuid()) == 0 {
		_ = f.Close() // another run of this user removed it in the meantime
		return open(path, flag)
	}
	// The umask may have removed permissions that this user needs from a new file.
	if mode := info.Mode(); mode != 0o600 && mode|0o600 == 0o600 && names(info, os.Getuid()) == 1 {
		if err := f.Chmod(0o600); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if info, err = f.Stat(); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	if !isOurs(info, os.Getuid()) {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, ErrNotOurs), f.Close())
	}
	return f, nil
}

// same reports whether path still names the open file f.
func same(path string, f *os.File) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(path)
	return err == nil && os.SameFile(opened, named)
}

// Rename renames the open file f to path. If another user has put something else in
// its place, Rename returns ErrNotOurs and publishes nothing.
func Rename(f *os.File, path string) error {
	if !same(f.Name(), f) {
		return fmt.Errorf("%s: %w", f.Name(), ErrNotOurs)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	if !same(path, f) {
		return fmt.Errorf("%s: %w", path, ErrNotOurs)
	}
	return nil
}

// Resolve follows links that this user or root created, in folders that not every user can
// write to. Any other link is ErrNotOurs. A path that is not a link is returned unchanged.
func Resolve(path string) (string, error) {
	const most = 40 // links in a row, the limit of Linux
	for range most {
		info, err := os.Lstat(path)
		if err != nil || info.Mode().Type() != os.ModeSymlink {
			return path, err
		}
		folder, err := os.Stat(filepath.Dir(path))
		if err != nil {
			return "", err
		}
		trusted := Owner(info) == os.Getuid() || Owner(info) == 0
		if !trusted || folder.Mode().Perm()&0o002 != 0 {
			return "", fmt.Errorf("%s: %w", path, ErrNotOurs)
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", fmt.Errorf("%s: %w", path, syscall.ELOOP)
}

// IsOwnFolder reports whether path is a folder that belongs to this user.
func IsOwnFolder(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir() && Owner(info) == os.Getuid()
}

// isOurs reports whether only the user uid can have created the file and can open it.
func isOurs(info os.FileInfo, uid int) bool { return info.Mode() == 0o600 && names(info, uid) == 1 }

// names returns how many names a file of the user uid has, -1 for a file of another user.
func names(info os.FileInfo, uid int) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) == uid {
		return int(stat.Nlink)
	}
	return -1
}

// Owner returns the user ID of the file's owner, -1 if it is not known.
func Owner(info os.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}

package ownfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// ErrNotOurs says that what has the name of a file may be a trap.
var ErrNotOurs = errors.New("it is not a file of this user alone")

// Open opens a file of this user alone, with mode 0600, and makes it if there is
// none. flag is O_RDWR and the like. What is there and is not such a file is
// ErrNotOurs: a link, a folder or a pipe, another user's, one with a second name,
// one that others may open.
func Open(path string, flag int) (*os.File, error) { return open(path, flag|os.O_CREATE) }

// Existing is Open for a file that must be there.
func Existing(path string, flag int) (*os.File, error) { return open(path, flag) }

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
	// A umask may have taken from a new file what this user needs.
	if narrow(info, os.Getuid()) {
		if err := f.Chmod(0o600); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if info, err = f.Stat(); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	if !ours(info, os.Getuid()) {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, ErrNotOurs), f.Close())
	}
	return f, nil
}

// Is reports whether a path still names the file that f is.
func Is(path string, f *os.File) bool {
	own, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(own, there)
}

// Rename gives f, which is open, the name path. What another user has put in its
// place is not published: that is ErrNotOurs.
func Rename(f *os.File, path string) error {
	if !Is(f.Name(), f) {
		return fmt.Errorf("%s: %w", f.Name(), ErrNotOurs)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	if !Is(path, f) {
		return fmt.Errorf("%s: %w", path, ErrNotOurs)
	}
	return nil
}

// Resolve returns where a link leads that this user or root made, in a folder where
// not everybody may make one; any other is ErrNotOurs. A path that is no link stays.
func Resolve(path string) (string, error) {
	const most = 40 // links in a row, as in Linux
	for range most {
		info, err := os.Lstat(path)
		if err != nil || info.Mode().Type() != os.ModeSymlink {
			return path, err
		}
		folder, err := os.Stat(filepath.Dir(path))
		if err != nil {
			return "", err
		}
		if !trusted(info) || folder.Mode().Perm()&0o002 != 0 {
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

// Folder reports whether a path is a folder that this user made.
func Folder(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir() && owner(info) == os.Getuid()
}

// narrow reports whether a file that only the user uid can have made is not even
// open to that user.
func narrow(info os.FileInfo, uid int) bool {
	mode := info.Mode()
	return mode != 0o600 && mode|0o600 == 0o600 && owned(info, uid)
}

// ours reports whether a file is one that only the user uid can have made and can
// open.
func ours(info os.FileInfo, uid int) bool { return info.Mode() == 0o600 && owned(info, uid) }

// owned reports whether a file is the user uid's, and has no other name somewhere.
func owned(info os.FileInfo, uid int) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && owner(info) == uid && stat.Nlink == 1
}

// trusted reports whether this user or root made a file.
func trusted(info os.FileInfo) bool { return owner(info) == os.Getuid() || owner(info) == 0 }

// owner returns the user whose a file is, -1 when that is not known.
func owner(info os.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}

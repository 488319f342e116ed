package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

const nobody = 65534

// traps returns functions that create things that another user could have left at a path.
// Only root can give files to another user, so any other user tests only some of them.
func traps() map[string]func(path, precious string) error {
	all := map[string]func(path, precious string) error{
		"a link":                 func(path, precious string) error { return os.Symlink(precious, path) },
		"a link to nowhere":      func(path, _ string) error { return os.Symlink(filepath.Dir(path)+"/new", path) },
		"another name of a file": func(path, precious string) error { return os.Link(precious, path) },
		"a folder":               func(path, _ string) error { return os.Mkdir(path, 0o700) },
		"a pipe":                 func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
		"open to all":            func(path, _ string) error { return write(path, 0o666) },
		"open to the group":      func(path, _ string) error { return write(path, 0o640) },
	}
	if os.Getuid() == 0 {
		all["another user's"] = func(path, _ string) error { return errors.Join(write(path, 0o600), os.Chown(path, nobody, nobody)) }
		all["another user's, narrow"] = func(path, _ string) error { return errors.Join(write(path, 0), os.Chown(path, nobody, nobody)) }
	}
	return all
}

func write(path string, mode os.FileMode) error {
	return errors.Join(os.WriteFile(path, []byte("theirs"), 0o600), os.Chmod(path, mode))
}

func TestOpenTakesNoTrap(t *testing.T) {
	for name, lay := range traps() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, precious := filepath.Join(dir, "file"), filepath.Join(dir, "precious")
			if err := errors.Join(write(precious, 0o600), lay(path, precious)); err != nil {
				t.Fatal(err)
			}
			for _, open := range []func(string, int) (*os.File, error){Open, OpenExisting} {
				if _, err := open(path, os.O_RDWR); !errors.Is(err, ErrNotOurs) {
					t.Errorf("got %v", err)
				}
			}
			if text, err := os.ReadFile(precious); err != nil || string(text) != "theirs" {
				t.Errorf("%q, %v", text, err)
			}
			if _, err := os.Lstat(dir + "/new"); err == nil {
				t.Error("the link was followed")
			}
		})
	}
}

func TestOpenMakesAndOpensItsOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if _, err := OpenExisting(path, os.O_RDWR); !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	old := syscall.Umask(0o777)
	f, err := Open(path, os.O_RDWR)
	syscall.Umask(old)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := f.Stat(); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	again, err := OpenExisting(path, os.O_RDWR)
	if err != nil || !same(path, again) {
		t.Errorf("%v", err)
	}
	if err := errors.Join(f.Close(), again.Close()); err != nil {
		t.Error(err)
	}
}

// Rename does not publish a file that replaced the one to rename.
func TestRename(t *testing.T) {
	dir := t.TempDir()
	path, target := filepath.Join(dir, "file"), filepath.Join(dir, "target")
	f, err := Open(path, os.O_RDWR)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := errors.Join(os.Rename(path, path+".away"), write(path, 0o666)); err != nil {
		t.Fatal(err)
	}
	if err := Rename(f, target); !errors.Is(err, ErrNotOurs) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("theirs was published")
	}
	if err := errors.Join(os.Rename(path+".away", path), Rename(f, target)); err != nil || !same(target, f) {
		t.Errorf("got %v", err)
	}
}

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	shared := filepath.Join(dir, "shared")
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(write(in("file"), 0o644), os.Symlink("file", in("link")), os.Symlink(in("link"), in("twice")), os.Symlink("ring", in("ring")),
		os.Mkdir(shared, 0o700), os.Symlink(in("file"), shared+"/link"), os.Chmod(shared, os.ModeSticky|0o777)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"file", "link", "twice"} {
		if got, err := Resolve(in(name)); got != in("file") || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := Resolve(in("ring")); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("a ring: %v", err)
	}
	if _, err := Resolve(shared + "/link"); !errors.Is(err, ErrNotOurs) {
		t.Errorf("a folder for all: %v", err)
	}
	if os.Getuid() != 0 {
		return
	}
	if err := os.Lchown(in("link"), nobody, nobody); err != nil {
		t.Fatal(err)
	}
	if _, err := Resolve(in("twice")); !errors.Is(err, ErrNotOurs) {
		t.Errorf("another user's: %v", err)
	}
}

type foreignFile struct{ fs.FileInfo }

func (foreignFile) Mode() fs.FileMode { return 0o600 }
func (foreignFile) Sys() any          { return &syscall.Stat_t{Uid: 502, Nlink: 1} }

func TestIsOurs(t *testing.T) {
	if isOurs(foreignFile{}, 501) || !isOurs(foreignFile{}, 502) {
		t.Error("only the owner of a file is accepted")
	}
}

func TestIsOwnFolder(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(write(dir+"/file", 0o600), os.Symlink(dir, dir+"/link")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{dir: true, dir + "/file": false, dir + "/link": false, dir + "/missing": false} {
		if got := IsOwnFolder(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// entries returns the names in a folder.
func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		names = append(names, e.Name())
	}
	return names
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path, precious := filepath.Join(dir, "file"), filepath.Join(dir, "precious")
	for _, c := range []struct {
		name string
		lay  func() error
		mode fs.FileMode
	}{
		{"no file", func() error { return nil }, 0o644},
		{"a file", func() error { return os.WriteFile(path, []byte("old, and longer"), 0o600) }, 0o644},
		{"private", func() error { return os.WriteFile(path, nil, 0o644) }, 0o600},
		{"a link", func() error { return os.Symlink(precious, path) }, 0o644},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := errors.Join(os.RemoveAll(path), os.WriteFile(precious, []byte("precious"), 0o600), c.lay()); err != nil {
				t.Fatal(err)
			}
			old := syscall.Umask(0o077)
			err := Replace(path, []byte("new"), c.mode)
			syscall.Umask(old)
			if err != nil {
				t.Fatal(err)
			}
			info, err := os.Lstat(path)
			if err != nil || info.Mode() != c.mode {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != "new" {
				t.Errorf("%q, %v", text, err)
			}
			if text, err := os.ReadFile(precious); err != nil || string(text) != "precious" {
				t.Errorf("the link was followed: %q, %v", text, err)
			}
			if names := entries(t, dir); len(names) != 2 {
				t.Errorf("left behind: %q", names)
			}
		})
	}
}

func TestReplaceLeavesNothingOnAnError(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "folder", "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Replace(filepath.Join(dir, "folder"), []byte("x"), 0o600); err == nil {
		t.Error("a folder was replaced")
	}
	if err := Replace(filepath.Join(dir, "missing", "file"), []byte("x"), 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if names := entries(t, dir); len(names) != 1 {
		t.Errorf("left behind: %q", names)
	}
}

func TestCreateNeverReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "seed")
	if created, err := Create(path, []byte("first")); !created || err != nil {
		t.Fatal(created, err)
	}
	if created, err := Create(path, []byte("second")); created || err != nil {
		t.Error(created, err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if created, err := Create(filepath.Join(dir, "link"), []byte("third")); created || err != nil {
		t.Error(created, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "first" {
		t.Errorf("%q, %v", text, err)
	}
	if names := entries(t, dir); len(names) != 2 {
		t.Errorf("left behind: %q", names)
	}
}

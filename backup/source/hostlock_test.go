package source

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/pgtools"
)

func connTo(t *testing.T, uri string) pgtools.Conn {
	t.Helper()
	params, err := pgtools.ParseParams(uri)
	if err != nil {
		t.Fatal(err)
	}
	c, err := params.Resolve(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestHostLock(t *testing.T) {
	dir := t.TempDir()
	c := connTo(t, "postgres://backup@db.example.com/app")
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	first, err := LockHost(dir, c, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, same := range []string{"postgres://other@DB.example.com./app", "postgres://backup@db.example.com:5432/app"} {
		_, err := LockHost(dir, connTo(t, same), now)
		if fault.CodeOf(err) != fault.Locked || !strings.Contains(err.Error(), "since 2026-11-23T08:30:00Z") || len(fault.Hints(err)) == 0 {
			t.Errorf("%s: %v", same, err)
		}
	}
	other, err := LockHost(dir, connTo(t, "postgres://backup@db.example.com/staging"), now)
	if err != nil {
		t.Fatal("another database:", err)
	}
	other.Release()
	first.Release()
	if left, err := os.ReadDir(dir); len(left) != 0 || err != nil {
		t.Error("left behind:", left, err)
	}
	again, err := LockHost(dir, c, now)
	if err != nil {
		t.Fatal("after the release:", err)
	}
	again.Release()
}

// A message quotes the text of the lock file only if hectl wrote it.
func TestHostLockHolder(t *testing.T) {
	dir := t.TempDir()
	c := connTo(t, "postgres://backup@db.example.com/app")
	first, err := LockHost(dir, c, time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	defer first.Release()
	for text, want := range map[string]string{
		"process 4711, since 2026-11-23T08:30:00Z\n": "on this machine: process 4711, since 2026-11-23T08:30:00Z",
		"":                             "on this machine: in an unknown process",
		"process 4711":                 "on this machine: in an unknown process",
		"\x1b[31mprocess 1, since x":   "on this machine: in an unknown process",
		"process 4711, since \x1b[m\n": "on this machine: in an unknown process",
	} {
		if err := os.WriteFile(first.file.Name(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LockHost(dir, c, time.Time{}); fault.CodeOf(err) != fault.Locked || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Even with a umask that removes the user's own permissions, the next run must be able
// to open the file.
func TestHostLockUmask(t *testing.T) {
	dir := t.TempDir()
	c := connTo(t, "postgres://backup@db.example.com/app")
	old := syscall.Umask(0o777)
	lock, err := LockHost(dir, c, time.Time{})
	syscall.Umask(old)
	if err != nil {
		t.Fatal(err)
	}
	lock.Release()
}

// The file of a killed run locks nothing.
func TestHostLockLeftBehind(t *testing.T) {
	dir := t.TempDir()
	c := connTo(t, "postgres://backup@db.example.com/app")
	left, err := LockHost(dir, c, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := left.file.Close(); err != nil { // as the kernel does when a process exits
		t.Fatal(err)
	}
	lock, err := LockHost(dir, c, time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	if said, err := os.ReadFile(lock.file.Name()); err != nil || !strings.HasSuffix(string(said), "since 2001-09-09T01:46:40Z\n") {
		t.Errorf("%q, %v", said, err)
	}
}

// In a folder where everyone can create files, another user may have created something
// with the name of the lock file.
func TestHostLockTraps(t *testing.T) {
	c := connTo(t, "postgres://backup@db.example.com/app")
	name := func(dir string) string {
		lock, err := LockHost(dir, c, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		lock.Release()
		return lock.file.Name()
	}
	for _, trap := range []struct {
		name string
		lay  func(path, precious string) error
	}{
		{"a link", func(path, precious string) error { return os.Symlink(precious, path) }},
		{"a link to nowhere", func(path, _ string) error { return os.Symlink("/nonexistent/x", path) }},
		{"another name of a file", func(path, precious string) error { return os.Link(precious, path) }},
		{"a folder", func(path, _ string) error { return os.Mkdir(path, 0o700) }},
		{"a pipe", func(path, _ string) error { return syscall.Mkfifo(path, 0o600) }},
		{"open to all", func(path, _ string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, 0o666))
		}},
	} {
		t.Run(trap.name, func(t *testing.T) {
			dir := t.TempDir()
			path, precious := name(dir), filepath.Join(t.TempDir(), "precious")
			if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := trap.lay(path, precious); err != nil {
				t.Fatal(err)
			}
			if _, err := LockHost(dir, c, time.Unix(0, 0)); !errors.Is(err, files.ErrNotOurs) {
				t.Errorf("got %v", err)
			}
			if got, err := os.ReadFile(precious); string(got) != "precious" || err != nil {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// ownedFile is a file with a given owner. Only root could create it.
type ownedFile struct {
	uid  uint32
	mode fs.FileMode
}

func (f ownedFile) Name() string { return FileName }

func (f ownedFile) Size() int64 { return 0 }

func (f ownedFile) Mode() fs.FileMode { return f.mode }

func (f ownedFile) ModTime() time.Time { return time.Time{} }

func (f ownedFile) IsDir() bool { return f.mode.IsDir() }

func (f ownedFile) Sys() any { return &syscall.Stat_t{Uid: f.uid} }

func TestOwnerOfTheFile(t *testing.T) {
	for _, tt := range []struct {
		name string
		file ownedFile
		uid  int
		sudo string
		want string // part of the error; "" for none
	}{
		{"mine", ownedFile{501, 0o644}, 501, "", ""},
		{"root's", ownedFile{0, 0o644}, 501, "", ""},
		{"my group may write", ownedFile{501, 0o664}, 501, "", ""},
		{"another's", ownedFile{502, 0o644}, 501, "", "uid 502"},
		{"another's, for root", ownedFile{502, 0o644}, 0, "", "uid 502"},
		{"mine, under sudo", ownedFile{501, 0o644}, 0, "501", ""},
		{"another's, under sudo", ownedFile{502, 0o644}, 0, "501", "uid 502"},
		{"SUDO_UID without root", ownedFile{502, 0o644}, 501, "502", "uid 502"},
		{"open to all", ownedFile{501, 0o666}, 501, "", "every user"},
		{"a folder of mine, open to all", ownedFile{501, 0o777 | fs.ModeDir}, 501, "", "every user"},
		{"a sticky folder of root, open to all", ownedFile{0, 0o777 | fs.ModeDir | fs.ModeSticky}, 501, "", ""},
		{"a sticky folder of another", ownedFile{502, 0o777 | fs.ModeDir | fs.ModeSticky}, 501, "", "uid 502"},
		{"a sticky file, open to all", ownedFile{501, 0o666 | fs.ModeSticky}, 501, "", "every user"},
		{"root's, open to all", ownedFile{0, 0o602}, 501, "", "every user"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := checkOwner("/shared/hectl.yml", tt.file, tt.uid, tt.sudo)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.want) ||
				!strings.Contains(err.Error(), "/shared/hectl.yml") || len(fault.Hints(err)) == 0 {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestFileOpenToAllIsNotRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path, []byte("pg_bin: /tmp/evil\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir, nil); fault.CodeOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}

func TestLinkedFileIsReadWhereItIs(t *testing.T) {
	dir, environ := clone(t, map[string]string{"mine/hectl.yml": "pg_bin: bin\nmask: {mode: on}\n", "theirs/work/x": ""})
	if err := os.Symlink(filepath.Join(dir, "mine", FileName), filepath.Join(dir, "theirs", FileName)); err != nil {
		t.Fatal(err)
	}
	s := reload(t, filepath.Join(dir, "theirs", "work"), environ)
	mine, err := filepath.EvalSymlinks(filepath.Join(dir, "mine"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.PGBin(nil).Text, filepath.Join(mine, "bin"); got != want {
		t.Errorf("pg_bin is %s, not %s", got, want)
	}
	if _, path := s.Mask(); filepath.Dir(path) != mine || s.Dir() != mine {
		t.Errorf("paths in mask are relative to %s", filepath.Dir(path))
	}
}

// chmod changes the mode of a file or folder of the test.
func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestFoldersThatOthersMayWrite(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		mode       fs.FileMode
		want       string // part of the error; "" for none
	}{
		{"its folder", "a/b", 0o777, "is writable by every user"},
		{"a folder above", "a", 0o757, "is writable by every user"},
		{"sticky, as /tmp", "a", 0o777 | fs.ModeSticky, ""},
		{"the group's", "a/b", 0o770, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, environ := clone(t, map[string]string{"a/b/hectl.yml": "env: staging\n"})
			chmod(t, filepath.Join(dir, tt.path), tt.mode)
			_, err := Load(filepath.Join(dir, "a", "b"), environ)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestNamedFilesAreCheckedAsTheFileIs(t *testing.T) {
	for _, tt := range []struct {
		path string // made writable for every user
		fine bool
	}{
		{"elsewhere", false}, {"elsewhere/bin", false}, {"elsewhere/bin/pg_dump", false}, {"elsewhere/bin/pg_restore", false},
		{"sql", false}, {"sql/after.sql", false},
		{"elsewhere/bin/README", true}, {"other", true},
	} {
		t.Run(tt.path, func(t *testing.T) {
			dir, environ := clone(t, map[string]string{
				"app/hectl.yml": "pg_bin: bin\n", "elsewhere/bin/pg_dump": "", "elsewhere/bin/pg_restore": "", "elsewhere/bin/README": "",
				"sql/after.sql": "", "other": "",
			})
			if err := os.Symlink(filepath.Join(dir, "elsewhere", "bin"), filepath.Join(dir, "app", "bin")); err != nil {
				t.Fatal(err)
			}
			load := func() *Sources {
				s := reload(t, filepath.Join(dir, "app"), environ)
				s.SetSQL([]string{filepath.Join(dir, "sql", "after.sql")})
				return s
			}
			if _, err := load().Allow(); err != nil {
				t.Fatal(err)
			}
			chmod(t, filepath.Join(dir, tt.path), 0o777)
			s := load()
			programs, sql := s.ConfirmPrograms(s.PGBin(nil)), s.ConfirmSQL()
			if fine := programs == nil && sql == nil; fine != tt.fine {
				t.Errorf("programs: %v; SQL: %v", programs, sql)
			}
		})
	}
}

func TestDotenvThatOthersMayWrite(t *testing.T) {
	dir, environ := clone(t, map[string]string{".env": "X=1\n", "shared/env": "PG_HOST=localhost\n"})
	chmod(t, filepath.Join(dir, ".env"), 0o666)
	if _, err := reload(t, dir, environ).Target(nil); err != nil {
		t.Errorf("a file that says nothing for hectl: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("PG_PASSWORD=x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := reload(t, dir, environ).Target(nil); fault.CodeOf(err) != fault.Usage {
		t.Errorf("every user may write it: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, ".env")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "shared", "env"), filepath.Join(dir, ".env")); err != nil {
		t.Fatal(err)
	}
	if _, err := reload(t, dir, environ).Target(nil); err != nil {
		t.Errorf("a link: %v", err)
	}
	chmod(t, filepath.Join(dir, "shared"), 0o777)
	if _, err := reload(t, dir, environ).Target(nil); fault.CodeOf(err) != fault.Usage {
		t.Errorf("a link into a folder that every user may write: %v", err)
	}
}

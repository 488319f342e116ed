//go:build unix

package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

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
		want       string // in the error; "" for none
	}{
		{"its folder", "a/b", 0o777, "may be written by every user"},
		{"a folder above", "a", 0o757, "may be written by every user"},
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
		path string // that every user may write
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
				s.RunsSQL([]string{filepath.Join(dir, "sql", "after.sql")})
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

func TestEnvironmentOfTheApplication(t *testing.T) {
	dir, environ := clone(t, map[string]string{".env": "RAILS_ENV=production\nRACK_ENV=staging\nSECRET=x\n"})
	for _, tt := range []struct {
		name, variable, want string
		more                 []string
	}{
		{"from .env", "RAILS_ENV", "production", nil},
		{"the environment goes before", "RAILS_ENV", "development", []string{"RAILS_ENV=development"}},
		{"an empty variable is not set", "RAILS_ENV", "production", []string{"RAILS_ENV="}},
		{"the environment alone", "APP_ENV", "test", []string{"APP_ENV=test"}},
		{"nowhere", "APP_ENV", "", nil},
		{"no other variable", "SECRET", "", nil},
	} {
		if got, _ := reload(t, dir, append(tt.more, environ...)).LookupApplication(tt.variable); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

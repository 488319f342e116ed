//go:build unix

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

// ownedFile is a file of a given owner, which only root could make.
type ownedFile struct {
	uid  uint32
	mode fs.FileMode
}

func (f ownedFile) Name() string       { return FileName }
func (f ownedFile) Size() int64        { return 0 }
func (f ownedFile) Mode() fs.FileMode  { return f.mode }
func (f ownedFile) ModTime() time.Time { return time.Time{} }
func (f ownedFile) IsDir() bool        { return f.mode.IsDir() }
func (f ownedFile) Sys() any           { return &syscall.Stat_t{Uid: f.uid} }

func TestOwnerOfTheFile(t *testing.T) {
	for _, tt := range []struct {
		name string
		file ownedFile
		uid  int
		sudo string
		want string // in the error; "" for none
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

package config

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

// An approval also covers programs outside the folder of hectl.yml and behind links.
func TestApprovalHoldsForProgramsElsewhere(t *testing.T) {
	for _, tt := range []struct{ name, bin, change string }{
		{"beside", "../bin", "bin/pg_restore"},
		{"below a folder", "../bin", "bin/lib/deep/x.sh"},
		{"behind a link to a folder", "../link", "bin/pg_restore"},
		{"behind a link in the folder", "../linked", "bin/lib/deep/x.sh"},
		{"an absolute path", "ROOT/bin", "bin/pg_restore"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root, environ := clone(t, map[string]string{"bin/pg_restore": "one", "bin/lib/deep/x.sh": "one", "linked/pg_dump": "one", ".git/HEAD": "", "sub/x": ""})
			for link, to := range map[string]string{"link": "bin", "linked/lib": "../bin/lib", "bin/lib/loop": ".."} {
				if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
					t.Fatal(err)
				}
			}
			write(t, filepath.Join(root, "sub", FileName), "pg_bin: "+strings.Replace(tt.bin, "ROOT", root, 1)+"\n")
			load := func() *Sources { return reload(t, filepath.Join(root, "sub"), environ) }
			if _, err := load().Allow(); err != nil || !load().IsApproved() {
				t.Fatalf("not approved: %v", err)
			}
			write(t, filepath.Join(root, tt.change), "two")
			if load().IsApproved() {
				t.Error("still approved")
			}
		})
	}
}

func TestTooManyPrograms(t *testing.T) {
	dir, environ := clone(t, map[string]string{FileName: "pg_bin: bin\n", "bin/deep/pg_dump": ""})
	for i := range maxPrograms {
		write(t, filepath.Join(dir, "bin", "deep", strconv.Itoa(i)), "")
	}
	s := reload(t, dir, environ)
	if _, err := s.Allow(); fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "more than 1000 files") {
		t.Errorf("%v", err)
	}
	if reload(t, dir, environ).IsApproved() || fault.CodeOf(s.Confirm(s.Path(), "pg_bin")) != fault.Usage {
		t.Error("approved")
	}
}

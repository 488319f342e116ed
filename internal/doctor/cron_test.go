package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/schedule"
)

// A unit of the administrator is always found, that of a package only if its timer is
// enabled.
func TestFindUnit(t *testing.T) {
	own, packaged := t.TempDir(), t.TempDir()
	dirs := []string{own, packaged}
	write := func(parts ...string) string {
		path := filepath.Join(parts...)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	look := func(label, want string) {
		t.Helper()
		if got := findUnit(dirs, label); got != want {
			t.Errorf("%q: got %q, want %q", label, got, want)
		}
	}
	look("", "")
	service := write(packaged, "hectl-backup.service")
	look("", "")
	write(own, "timers.target.wants", "hectl-backup.timer")
	look("production", service)
	service = write(own, "hectl-backup.service")
	look("", service)
	look("staging", "")
	service = write(own, "hectl-backup-staging.service")
	look("staging", service)
}

func TestAffectsBackup(t *testing.T) {
	for name, want := range map[string]bool{
		"HECTL_SOURCE": true, "AWS_PROFILE": true, "PGPASSWORD": true, "DIAPER_DB_HOST": true,
		"HECTL_TARGET": false, "HECTL_JOBS": false, "HECTL_ATTACHMENTS_BUCKET": false, "HOME": false, "PATH": false,
	} {
		if got := affectsBackup(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestOverrides(t *testing.T) {
	for _, tt := range []struct {
		given    config.Flags
		variable string
		want     bool
	}{
		{nil, "HECTL_SOURCE", false},
		{config.Flags{"source": "service=x"}, "HECTL_SOURCE", true},
		{config.Flags{"source": "service=x"}, "PGHOST", true},
		{config.Flags{"source": "service=x"}, "PGPASSWORD", false},
		{config.Flags{"profile": "x"}, "AWS_PROFILE", true},
		{config.Flags{"profile": "x"}, "AWS_REGION", false},
	} {
		if got := overrides(tt.given, tt.variable); got != tt.want {
			t.Errorf("%v, %s: %v", tt.given, tt.variable, got)
		}
	}
}

func TestReadEnvFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(path, []byte("HECTL_ENV=staging\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(t.TempDir(), "none")
	s := &scheduled{InstalledJob: schedule.InstalledJob{EnvFiles: []string{path, "-" + none, none}}}
	if got := s.readEnvFiles(); len(got) != 1 || got["HECTL_ENV"] != "staging" {
		t.Errorf("got %v", got)
	}
	if !slices.Equal(s.missing, []string{none}) || len(s.broken) != 1 {
		t.Errorf("missing %q, broken %v", s.missing, s.broken)
	}
}

func TestAddLineError(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want []string
	}{
		{"no error", nil, []string{"read from x", "access denied"}},
		{"a new error", errors.New("no such flag"), []string{"read from x", "no such flag", "access denied"}},
		{"an error that a finding has", errors.New("open the bucket: access denied"), []string{"read from x", "access denied"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &doctor{job: &scheduled{err: tt.err}}
			d.found.OK("line", "read from x")
			d.found.Error("bucket", "", "access denied")
			d.addLineError()
			var got []string
			for _, f := range d.found {
				got = append(got, f.Text)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

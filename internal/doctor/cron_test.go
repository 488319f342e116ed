package doctor

import (
	"os"
	"path/filepath"
	"testing"
)

// The machine's own unit counts; that of a package only where its timer is enabled.
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

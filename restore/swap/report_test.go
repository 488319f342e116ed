package swap

import (
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/dump"
)

func TestReportText(t *testing.T) {
	t.Parallel()
	saved := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	of := dump.Info{Name: "x.dump", Size: -1}
	for _, tt := range []struct {
		name  string
		r     Report
		lines []string // a substring of each line
	}{
		{"a new target", Report{Dump: of}, []string{"x.dump, after"}},
		{"masked", Report{Dump: of, Masked: true}, []string{"x.dump, masked, after"}},
		{"from a snapshot", Report{Dump: of, Snapshot: "a"}, []string{"x.dump, from the snapshot a, after"}},
		{"a snapshot", Report{Dump: of, Snapshot: "a", SnapshotNamed: true, SnapshotSaved: saved}, []string{"the snapshot a (saved 2026-11-23 08:30 UTC), after"}},
		{"all of it", Report{Dump: of, Previous: "dev_previous", GoBack: "hectl rollback", Saved: "auto", Login: &Login{Password: "pw", Table: "users", Column: "p"}},
			[]string{"x.dump, after", "pw", "auto", "dev_previous", "  hectl rollback"}},
	} {
		lines := strings.Split(strings.TrimSuffix(tt.r.Text(), "\n"), "\n")
		if len(lines) != len(tt.lines) {
			t.Errorf("%s: %q", tt.name, lines)
			continue
		}
		for i, want := range tt.lines {
			if !strings.Contains(lines[i], want) {
				t.Errorf("%s: %q does not contain %q", tt.name, lines[i], want)
			}
		}
	}
}

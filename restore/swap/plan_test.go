package swap

import (
	"strings"
	"testing"
)

func TestPlanText(t *testing.T) {
	const end = "nothing was changed (--dry-run)"
	for _, tt := range []struct {
		name string
		plan Plan
		want string
	}{
		{"no target yet", Plan{Target: "dev", Temp: "dev_hectl_1"},
			"then rename     dev_hectl_1 to dev, which does not exist yet\n" + end},
		{"kept", Plan{Target: "dev", Temp: "dev_hectl_1", Exists: true, Previous: "dev_previous", dropsPrevious: true},
			"then rename     dev to dev_previous, and dev_hectl_1 to dev\nthen drop       the current dev_previous\n" + end},
		{"not kept", Plan{Target: "dev", Temp: "dev_hectl_1", Exists: true, Leftovers: []string{"dev_hectl_0"}},
			"then replace    dev with it, and drop the old dev\nfirst, drop     dev_hectl_0, left by an earlier run\n" + end},
		{"commands", Plan{Target: "dev", Temp: "dev_hectl_1", Commands: Commands{Words: [][]string{{"bin/rails", "db:migrate"}}}},
			"then run        bin/rails db:migrate\nthen rename     dev_hectl_1 to dev, which does not exist yet\n" + end},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			tt.plan.Text(&b)
			if b.String() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", b.String(), tt.want)
			}
		})
	}
}

func TestSnapshotCopyText(t *testing.T) {
	for _, tt := range []struct {
		older, want string
	}{
		{"", "then copy       it to the snapshot new\n"},
		{"new", "then copy       it to the snapshot new\n"},
		{"old", "then copy       it to the snapshot new, in place of old\n"},
	} {
		if got := (&SnapshotCopy{Name: "new", Older: tt.older}).Text(); got != tt.want {
			t.Errorf("in place of %q: got %q, want %q", tt.older, got, tt.want)
		}
	}
}

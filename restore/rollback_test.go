package restore

import (
	"strings"
	"testing"
)

// Without a target, there is nothing to keep, and a rollback cannot be undone.
func TestRolledBackText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		r           rolledBack
		want, never string
	}{
		{"a plan", rolledBack{Previous: "dev_previous", DryRun: true}, "keep        the current one as dev_previous", "is back to"},
		{"a plan without a target", rolledBack{DryRun: true}, "nothing was changed", "keep"},
		{"done", rolledBack{Previous: "dev_previous", again: "hectl rollback"}, "kept as dev_previous", "--dry-run"},
		{"done without a target", rolledBack{}, "dev is back to", "kept as"},
	} {
		tt.r.Target = "dev"
		if got := tt.r.Text(); !strings.Contains(got, tt.want) || strings.Contains(got, tt.never) {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

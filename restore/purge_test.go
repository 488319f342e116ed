package restore

import (
	"strings"
	"testing"
)

func TestPurged(t *testing.T) {
	t.Parallel()
	found := []removal{{Kind: "snapshot", Name: "b"}, {Kind: "temp database", Name: "t"}, {Kind: "snapshot", Name: "a"}}
	p := purged{Removed: found, Bytes: 9_500_000}
	if got, want := p.sum(), "2 snapshots, 1 temp database (9.5 MB)"; got != want { // in the order of the list
		t.Errorf("%q, want %q", got, want)
	}
	for _, tt := range []struct {
		p     purged
		names bool // the text names the removed databases
	}{
		{purged{}, false},
		{p, false},
		{purged{Removed: found, DryRun: true}, true},
	} {
		if got := tt.p.Text(); strings.Contains(got, "t\n") != tt.names && tt.names || (len(tt.p.Removed) == 0) != (got == "nothing to remove") {
			t.Errorf("%+v: %q", tt.p, got)
		}
	}
}

package target

import (
	"slices"
	"testing"
	"time"
)

func TestOrigin(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		origin *Origin
		text   string
		lines  []string
	}{
		{"none", nil, "not fetched by hectl", []string{"not fetched by hectl"}},
		{"a dump in a bucket", &Origin{Dump: "s3://b/backups/p.rds.dump", Fetched: at}, "p.rds.dump, fetched 2026-11-23 08:30 UTC",
			[]string{"s3://b/backups/p.rds.dump", "fetched 2026-11-23 08:30 UTC", "not masked; without production's passwords, tokens and jobs"}},
		{"a file, masked in part", &Origin{Dump: "./x.dump", Taken: &at, Fetched: at, Masked: true, Rules: "0123456789abcdef", Chosen: "items", Spared: true, Kept: []string{"jobs"}},
			"./x.dump, fetched 2026-11-23 08:30 UTC",
			[]string{"./x.dump", "taken 2026-11-23 08:30 UTC, fetched 2026-11-23 08:30 UTC", "rows of tables: items",
				"masked by the rules 0123456789ab; without production's passwords, tokens and jobs",
				"with the address of one user, from --login-as", "with the rows of jobs"}},
		{"a snapshot", &Origin{Snapshot: "clean", Restored: &at}, "the snapshot clean, restored 2026-11-23 08:30 UTC",
			[]string{"restored from the snapshot clean 2026-11-23 08:30 UTC"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.origin.String(); got != tt.text {
				t.Errorf("got %q, want %q", got, tt.text)
			}
			if got := tt.origin.Lines(); !slices.Equal(got, tt.lines) {
				t.Errorf("lines %q, want %q", got, tt.lines)
			}
		})
	}
	if got := (*Origin)(nil).Back(); got != "a database that hectl did not fetch" {
		t.Errorf("back to %q", got)
	}
	if got := (*Origin)(nil).SourceIdentity(); got != nil {
		t.Errorf("the identity of the source is %v", got)
	}
}

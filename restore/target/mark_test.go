package target

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMark(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	for _, m := range []Mark{
		{},
		{Own: "the app's\n\nsecond line"},
		{Kind: KeptKind},
		{Kind: KeptKind, Own: "mine"},
		{Kind: TempKind, Target: "dev"},
		{Target: "dev", Origin: &Origin{Dump: "s3://b/backups/production-20261123083000.rds.dump", ETag: `"x"`, Taken: &at, Fetched: at}, Own: "mine"},
		{Kind: SnapshotKind, Target: "dev", Own: "hectl: is not JSON", Snapshot: &SnapshotFacts{Name: "odd\nname", Saved: at, Automatic: true, Recipe: &Recipe{Dump: "d"}}},
	} {
		got := ParseMark(m.comment())
		if diff := cmp.Diff(m, got, cmp.AllowUnexported(Mark{})); diff != "" {
			t.Errorf("%q: %s", m.comment(), diff)
		}
	}
}

// A comment by the user is not a mark.
func TestAMarkIsNothingElse(t *testing.T) {
	for _, comment := range []string{
		"the previous database", "hectl", "hectl: ", "hectl: {", "hectl: the previous database", " hectl: {}x",
		"note\nhectl: the previous database, dropped by the next fetch", string(KeptKind) + " or not",
	} {
		if m := ParseMark(comment); m.Kind != NoKind || m.Target != "" || m.Origin != nil || m.Snapshot != nil {
			t.Errorf("%q is taken for %+v", comment, m)
		}
	}
	if m := ParseMark(string(KeptKind) + "\nthe app's"); m.Kind != KeptKind || m.Own != "the app's" {
		t.Errorf("%+v", m)
	}
}

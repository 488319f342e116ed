package restore

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMark(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	for _, m := range []mark{
		{},
		{own: "the app's\n\nsecond line"},
		{kind: keptKind},
		{kind: keptKind, own: "mine"},
		{kind: tempKind, Target: "dev"},
		{Target: "dev", Origin: &origin{Dump: "s3://b/backups/production-20261123083000.rds.dump", ETag: `"x"`, Taken: &at, Fetched: at}, own: "mine"},
		{kind: snapshotKind, Target: "dev", own: "hectl: is not JSON", Snapshot: &snapshotFacts{Name: "odd\nname", Saved: at, Automatic: true, Recipe: &recipe{Dump: "d"}}},
	} {
		got := parseMark(m.comment())
		if diff := cmp.Diff(m, got, cmp.AllowUnexported(mark{})); diff != "" {
			t.Errorf("%q: %s", m.comment(), diff)
		}
	}
}

// What somebody wrote himself is nothing that hectl made.
func TestAMarkIsNothingElse(t *testing.T) {
	for _, comment := range []string{
		"the previous database", "hectl", "hectl: ", "hectl: {", "hectl: the previous database", " hectl: {}x",
		"note\nhectl: the previous database, dropped by the next fetch", string(keptKind) + " or not",
	} {
		if m := parseMark(comment); m.kind != noKind || m.Target != "" || m.Origin != nil || m.Snapshot != nil {
			t.Errorf("%q is taken for %+v", comment, m)
		}
	}
	if m := parseMark(string(keptKind) + "\nthe app's"); m.kind != keptKind || m.own != "the app's" {
		t.Errorf("%+v", m)
	}
}

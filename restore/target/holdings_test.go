package target

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
)

func TestOnlyWhatIsNamedAndMarkedIsHectls(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	snapshot := func(target, name string) string {
		return Mark{Kind: SnapshotKind, Target: target, Snapshot: &SnapshotFacts{Name: name, Saved: at}}.comment()
	}
	kept := Mark{Kind: KeptKind, Target: "dev"}.comment()
	temp := Mark{Kind: TempKind, Target: "dev"}.comment()
	var found []pgtools.Database
	for _, d := range [][2]string{
		{"dev", ""},
		{"dev_previous", kept},
		{"dev_snapshot_b", snapshot("dev", "b")},
		{"dev_snapshot_a", snapshot("dev", "a")},
		{"dev_hectl_20261123083000", temp},
		{"dev_hectl_20261123083000_old", kept},
		{"dev_hectl_20261123083000_out", snapshot("dev", "c")},
		{"dev_hectl_20261123083002_new", ""}, // killed before it was marked
		// Not hectl's, or for another target.
		{"dev_snapshot_mine", ""},
		{"dev_snapshot_c", snapshot("dev", "d")},
		{"dev_snapshot_e", snapshot("other", "e")},
		{"mine", snapshot("dev", "mine")},
		{"dev_hectl_20261123083001", "mine"},
		{"dev_hectl_20261123083003", snapshot("other", "hectl_20261123083003")},
		{"dev2_previous", kept},
		{"other_snapshot_x", snapshot("other", "x")},
		{"dev_previous_previous", ""},
	} {
		found = append(found, pgtools.Database{Name: d[0], Comment: d[1]})
	}
	h := sortOut("dev", found)
	var names []string
	for _, d := range h.All() {
		names = append(names, d.Name)
	}
	want := []string{
		"dev_previous", "dev_snapshot_a", "dev_snapshot_b",
		"dev_hectl_20261123083000", "dev_hectl_20261123083000_old", "dev_hectl_20261123083000_out",
		"dev_hectl_20261123083002_new",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if h.Target == nil || h.Snapshot("a") == nil || h.Snapshot("mine") != nil || h.Snapshot("c") != nil {
		t.Errorf("%+v", h)
	}
	if diff := cmp.Diff([]string{"dev", "other"}, Names(found)); diff != "" {
		t.Error(diff)
	}
	// A previous database with the target's name is the target.
	h = sortOut("dev", []pgtools.Database{{Name: "dev", Comment: kept}, {Name: "dev_previous", Comment: "mine"}})
	if h.Target == nil || h.Previous != nil {
		t.Errorf("%+v", h)
	}
}

package prune

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/s3store"
)

func TestLook(t *testing.T) {
	base := "he"
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	production, staging := catalog.Key(base, "production", at), catalog.Key(base, "staging", at)
	orphan := catalog.ManifestKey(base, catalog.Key(base, "production", at.Add(-time.Hour)))
	store := &memory{keys: []string{
		catalog.ManifestKey(base, staging), orphan, "he/manifests/notes.txt",
		"he/backups/", staging, production, "he/backups/no-time.rds.dump", "he/backups/README", "backups/elsewhere-20261123083000.rds.dump",
	}}
	scope := Scope{Bucket: config.Bucket{Name: "b", Base: base}, Label: "production"}
	s, err := look(t.Context(), store, scope)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.dumps) != 1 || s.dumps[0].Key != production {
		t.Errorf("dumps %+v", s.dumps)
	}
	if diff := cmp.Diff([]string{"production", "staging"}, s.labels); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"he/backups/no-time.rds.dump", "he/backups/README"}, s.undated); diff != "" {
		t.Error(diff)
	}
	if len(s.manifests) != 1 || s.manifests[catalog.DumpKey(base, orphan)].Key != orphan {
		t.Errorf("manifests %+v", s.manifests)
	}
	if len(s.keys) != 4 || s.keys["he/backups/"] {
		t.Errorf("keys %v", s.keys)
	}
	scope.Label = ""
	if s, err := look(t.Context(), store, scope); err != nil || len(s.dumps) != 2 || len(s.manifests) != 2 {
		t.Errorf("all labels: %+v, %v", s, err)
	}
}

func TestDatedDump(t *testing.T) {
	good := catalog.Key("", "production", time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC))
	for _, tt := range []struct {
		object s3store.Object
		want   bool
	}{
		{s3store.Object{Key: good, Size: 1}, true},
		{s3store.Object{Key: good}, false},
		{s3store.Object{Key: "backups/production.rds.dump", Size: 1, LastModified: time.Unix(1e9, 0)}, false},
		{s3store.Object{Key: "backups/notes.txt", Size: 1}, false},
		{s3store.Object{Key: "backups/\ufffd-20261123083000.rds.dump", Size: 1}, false},
	} {
		if _, ok := datedDump("", tt.object); ok != tt.want {
			t.Errorf("%+v: %v", tt.object, ok)
		}
	}
}

// A young manifest without a dump is kept: its dump may not be listed yet.
func TestPlanRemovesOldOrphansOnly(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	old, young := now.Add(-25*time.Hour), now.Add(-23*time.Hour)
	key := func(at time.Time) string { return catalog.Key("", "production", at) }
	s := &survey{keys: map[string]bool{key(old): true}, manifests: map[string]s3store.Object{
		key(old):                       {Key: "has a dump", LastModified: old},
		key(old.Add(-time.Second)):     {Key: "old", LastModified: old},
		key(old.Add(-2 * time.Second)): {Key: "written late", LastModified: young},
		key(young):                     {Key: "young", LastModified: young},
		key(young.Add(-time.Second)):   {Key: "clock ahead", LastModified: old},
	}}
	r := plan(s, Request{Scope: Scope{Bucket: config.Bucket{Name: "b"}}}, now)
	if !slices.Equal(r.Orphans, []Orphan{{Key: "old"}}) {
		t.Errorf("%+v", r.Orphans)
	}
}

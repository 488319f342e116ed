package catalog

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/s3store"
)

func TestParseKey(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	for _, tt := range []struct {
		base, key string
		label     string
		time      time.Time
		ok        bool
	}{
		{"", "backups/production-20261123083000.rds.dump", "production", at, true},
		{"", "backups/20261123083000.rds.dump", "production", at, true},
		{"", "backups/staging-20261123083000.rds.dump", "staging", at, true},
		{"", "backups/eu-west-2-20261123083000.rds.dump", "eu-west-2", at, true},
		{"team/x", "team/x/backups/production-20261123083000.rds.dump", "production", at, true},
		{"", "backups/production-20261399083000.rds.dump", "production-20261399083000", time.Time{}, true}, // no such month
		{"", "backups/before-migration.rds.dump", "before-migration", time.Time{}, true},
		{"", "backups/.rds.dump", "", time.Time{}, false},
		{"", "backups/production-20261123083000.rds.dump.tmp", "", time.Time{}, false},
		{"", "backups/old/production-20261123083000.rds.dump", "", time.Time{}, false},
		{"", "manifests/production-20261123083000.json", "", time.Time{}, false},
		{"", "production-20261123083000.rds.dump", "", time.Time{}, false},
		{"team", "backups/production-20261123083000.rds.dump", "", time.Time{}, false},
	} {
		label, when, ok := ParseKey(tt.base, tt.key)
		if label != tt.label || !when.Equal(tt.time) || ok != tt.ok {
			t.Errorf("ParseKey(%q, %q) = %q, %v, %v; want %q, %v, %v", tt.base, tt.key, label, when, ok, tt.label, tt.time, tt.ok)
		}
	}
}

func TestKeyIsParsedBack(t *testing.T) {
	east := time.FixedZone("east", 5*3600)
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, east)
	for _, base := range []string{"", "a", "a/b"} {
		label, when, ok := ParseKey(base, Key(base, "staging", at))
		if !ok || label != "staging" || !when.Equal(at) {
			t.Errorf("base %q: %q %v %v", base, label, when, ok)
		}
	}
	if key := Key("", "production", at); key != "backups/production-20261122200203.rds.dump" {
		t.Errorf("the time is not in UTC: %s", key)
	}
}

func TestBaseOf(t *testing.T) {
	for key, want := range map[string]string{
		"backups/x.rds.dump": "", "a/backups/x.rds.dump": "a", "a/b/backups/x.rds.dump": "a/b",
		"x.rds.dump": "", "a/x.rds.dump": "", "a/backups/b/x.rds.dump": "", "": "",
	} {
		if got := BaseOf(key); got != want {
			t.Errorf("BaseOf(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestManifestsAndTheirDumps(t *testing.T) {
	for _, base := range []string{"", "a", "a/b"} {
		dump := Key(base, "staging", time.Now())
		if manifest := ManifestKey(base, dump); DumpKey(base, manifest) != dump {
			t.Errorf("base %q: %s, %s, %s", base, dump, manifest, DumpKey(base, manifest))
		}
		for _, key := range []string{"", dump, ManifestPrefix(base) + "README", "manifests/x.json.tmp", "other/manifests/x.json"} {
			if got := DumpKey(base, key); got != "" {
				t.Errorf("base %q: %s is said to be the manifest of %s", base, key, got)
			}
		}
	}
}

type fakeStore struct {
	objects []s3store.Object
	err     error
}

func (f fakeStore) List(_ context.Context, _ string) iter.Seq2[s3store.Object, error] {
	return func(yield func(s3store.Object, error) bool) {
		for _, o := range f.objects {
			if !yield(o, nil) {
				return
			}
		}
		if f.err != nil {
			yield(s3store.Object{}, f.err)
		}
	}
}

func TestListSortsByTheTimeInTheKey(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	dumps, err := List(context.Background(), fakeStore{objects: []s3store.Object{
		{Key: "backups/staging-20261122000000.rds.dump", LastModified: day(22)},
		{Key: "backups/production-20261120000000.rds.dump", LastModified: day(23)}, // copied later, still older
		{Key: "backups/production-20261121000000.rds.dump", LastModified: day(21)},
		{Key: "backups/by-hand.rds.dump", LastModified: day(19)},
		{Key: "backups/README", LastModified: day(23)},
	}}, "")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, d := range dumps {
		keys = append(keys, d.Key)
	}
	want := []string{
		"backups/by-hand.rds.dump",
		"backups/production-20261120000000.rds.dump",
		"backups/production-20261121000000.rds.dump",
		"backups/staging-20261122000000.rds.dump",
	}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Error(diff)
	}
	with := WithLabel(dumps, "production")
	if got := with[len(with)-1].Key; got != "backups/production-20261121000000.rds.dump" {
		t.Errorf("the latest is %s", got)
	}
	if diff := cmp.Diff([]string{"by-hand", "production", "staging"}, Labels(dumps)); diff != "" {
		t.Error(diff)
	}
}

// Two programs may name their dumps after the same second: the one uploaded last is
// newer.
func TestListSortsOneSecondByUpload(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	for _, last := range []string{"backups/20261123083000.rds.dump", "backups/production-20261123083000.rds.dump"} {
		objects := []s3store.Object{
			{Key: "backups/20261123083000.rds.dump", LastModified: at.Add(time.Second)},
			{Key: "backups/production-20261123083000.rds.dump", LastModified: at.Add(time.Second)},
		}
		for i := range objects {
			if objects[i].Key == last {
				objects[i].LastModified = at.Add(2 * time.Second)
			}
		}
		dumps, err := List(context.Background(), fakeStore{objects: objects}, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := dumps[len(dumps)-1].Key; got != last {
			t.Errorf("the latest is %s, not %s", got, last)
		}
	}
}

func TestListFailsWhole(t *testing.T) {
	broken := errors.New("page 2 is gone")
	dumps, err := List(context.Background(), fakeStore{[]s3store.Object{{Key: "backups/20261122000000.rds.dump"}}, broken}, "")
	if !errors.Is(err, broken) || dumps != nil {
		t.Errorf("got %v, %v", dumps, err)
	}
}

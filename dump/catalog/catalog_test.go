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
		{Key: "backups/production-20261120000000.rds.dump", LastModified: day(23)}, // copied later, but still older
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

func TestNotLater(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	dumps := []Dump{{Time: day(20)}, {Time: day(21)}, {Time: day(21)}, {Time: day(23)}}
	for at, want := range map[time.Time]int{
		{}: 4, day(19): 0, day(20): 1, day(21).Add(-1): 1, day(21): 3, day(21).In(time.FixedZone("", 3600)): 3, day(22): 3, day(23): 4, day(24): 4,
	} {
		if got := NotLater(dumps, at); len(got) != want {
			t.Errorf("%s: %d dumps, want %d", at, len(got), want)
		}
		if got := NotLater(nil, at); len(got) != 0 {
			t.Errorf("%s: %v of none", at, got)
		}
	}
}

// If two programs name their dumps after the same second, the dump uploaded last is newer.
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

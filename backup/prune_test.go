package backup

import (
	"context"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/backup/retention"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// memory is a bucket that remembers what was deleted from it. What a real store
// does is the scripts' part; it never leaves out what was just written, though.
type memory struct {
	keys     []string
	deleted  []string
	versions bool // a deletion hides the object
}

func (m *memory) List(_ context.Context, prefix string) iter.Seq2[s3store.Object, error] {
	return func(yield func(s3store.Object, error) bool) {
		for _, key := range m.keys {
			if strings.HasPrefix(key, prefix) && !yield(s3store.Object{Key: key, Size: 1}, nil) {
				return
			}
		}
	}
}

func (m *memory) DeleteMany(_ context.Context, keys []string) ([]s3store.Deletion, error) {
	m.deleted = append(m.deleted, keys...)
	done := make([]s3store.Deletion, len(keys))
	for i, key := range keys {
		done[i] = s3store.Deletion{Key: key, Marked: m.versions}
	}
	return done, nil
}

func TestPruneAfterABackup(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	var keys []string
	for h := range 5 {
		keys = append(keys, catalog.Key("", "production", now.Add(-time.Duration(h)*time.Hour)))
	}
	for _, tt := range []struct {
		name    string
		made    string
		code    fault.Code
		deleted []string
	}{
		{"the newest", keys[0], fault.Done, []string{keys[4], keys[3], keys[2], keys[1]}},
		{"older than another, as a clock was set back", keys[3], fault.Done, []string{keys[4], keys[2], keys[1]}},
		{"not listed", catalog.Key("", "production", now.Add(time.Hour)), fault.Warnings, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := &memory{keys: keys}
			opt := &pruneOptions{bucket: config.Bucket{Name: "b"}, label: "production", policy: retention.Policy{Last: 1, Min: 1}}
			result, err := opt.after(t.Context(), store, now, tt.made)
			if fault.CodeOf(err) != tt.code || (result == nil) != (err != nil) {
				t.Errorf("%v, %v", result, err)
			}
			if diff := cmp.Diff(tt.deleted, store.deleted); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPruneHidesWhereTheBucketKeepsVersions(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	keys := []string{catalog.Key("", "production", now), catalog.Key("", "production", now.Add(-time.Hour))}
	opt := &pruneOptions{bucket: config.Bucket{Name: "b"}, label: "production", policy: retention.Policy{Last: 1, Min: 1}}
	for _, versions := range []bool{false, true} {
		result, err := opt.prune(t.Context(), &memory{keys: keys, versions: versions}, now, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(result.Text(), "the bucket keeps versions"); got != versions || result.Versioned != versions {
			t.Errorf("versions %v: %s", versions, result.Text())
		}
	}
}

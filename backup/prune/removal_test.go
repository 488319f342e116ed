package prune

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

// memory is a bucket that records deletions. Unlike the real store of the scripts, it need
// not list an object that was just written.
type memory struct {
	keys     []string
	deleted  []string
	versions bool // deleting hides an object
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

func TestAfterBackup(t *testing.T) {
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
		{"older than another, because the clock was set back", keys[3], fault.Done, []string{keys[4], keys[2], keys[1]}},
		{"not listed", catalog.Key("", "production", now.Add(time.Hour)), fault.Warnings, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := &memory{keys: keys}
			req := Request{Scope: Scope{Bucket: config.Bucket{Name: "b"}, Label: "production"}, Policy: retention.Policy{Last: 1, Min: 1}}
			result, err := AfterBackup(t.Context(), store, req, tt.made, now)
			if fault.CodeOf(err) != tt.code || (result == nil) != (err != nil) {
				t.Errorf("%v, %v", result, err)
			}
			if diff := cmp.Diff(tt.deleted, store.deleted); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDumpsInAVersionedBucket(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	keys := []string{catalog.Key("", "production", now), catalog.Key("", "production", now.Add(-time.Hour))}
	req := Request{Scope: Scope{Bucket: config.Bucket{Name: "b"}, Label: "production"}, Policy: retention.Policy{Last: 1, Min: 1}}
	for _, versions := range []bool{false, true} {
		result, err := Dumps(t.Context(), &memory{keys: keys, versions: versions}, req, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(result.Text(), "the bucket keeps versions"); got != versions || result.Versioned != versions {
			t.Errorf("versions %v: %s", versions, result.Text())
		}
	}
}

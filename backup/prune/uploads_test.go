package prune

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// openUploads is a bucket with open uploads.
type openUploads struct {
	uploads []s3store.PendingUpload
	lists   bool
	refuse  string // key that it refuses to abort
	aborted []string
}

func (b *openUploads) PendingUploads(_ context.Context, prefix string) iter.Seq2[s3store.PendingUpload, error] {
	return func(yield func(s3store.PendingUpload, error) bool) {
		for _, u := range b.uploads {
			if strings.HasPrefix(u.Key, prefix) && !yield(u, nil) {
				return
			}
		}
	}
}

func (b *openUploads) AbortUpload(_ context.Context, u s3store.PendingUpload) error {
	if u.Key == b.refuse {
		return errors.New("refused")
	}
	b.aborted = append(b.aborted, u.Key)
	return nil
}

func (b *openUploads) ListsUploads() bool { return b.lists }

func TestUploads(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	old, young := now.Add(-25*time.Hour), now.Add(-23*time.Hour)
	key := func(label string, at time.Time) string { return catalog.Key("", label, at) }
	bucket := func() *openUploads {
		return &openUploads{uploads: []s3store.PendingUpload{
			{Key: key("production", old), Initiated: old},
			{Key: key("production", young), Initiated: young},
			{Key: key("production", old.Add(time.Second)), Initiated: young},                              // a clock was set back
			{Key: key("production", young.Add(time.Second)), Initiated: old},                              // a clock was set forward
			{Key: key("staging", old), Initiated: old},                                                    // another label
			{Key: catalog.ManifestKey("", key("production", old)), Initiated: old},                        // a manifest
			{Key: strings.Replace(key("production", old), "production-", "", 1), Initiated: old},          // without a label
			{Key: "backups/production-notes.txt", Initiated: old}, {Key: "attachments/x", Initiated: old}, // not a dump
		}}
	}
	ours := []string{key("production", old), catalog.ManifestKey("", key("production", old))}
	scope := Scope{Bucket: config.Bucket{Name: "b"}, Label: "production"}

	b := bucket()
	r, err := Uploads(t.Context(), b, scope, true, now)
	if err != nil || len(b.aborted) != 0 || len(r.Uploads) != 5 || !strings.Contains(r.Text(), "would abort 2 of 5 open uploads") {
		t.Errorf("dry run: aborted %q, %v\n%s", b.aborted, err, r.Text())
	}
	b = bucket()
	r, err = Uploads(t.Context(), b, scope, false, now)
	if diff := cmp.Diff(ours, b.aborted); diff != "" || err != nil || !strings.Contains(r.Text(), "\naborted 2 of 5 open uploads") {
		t.Errorf("%v, %s\n%s", err, diff, r.Text())
	}
	b = bucket()
	if _, err = Uploads(t.Context(), b, Scope{Bucket: scope.Bucket}, false, now); err != nil || len(b.aborted) != 3 {
		t.Errorf("all labels: aborted %q, %v", b.aborted, err)
	}
	b = bucket()
	b.refuse = ours[0]
	r, err = Uploads(t.Context(), b, scope, false, now)
	if fault.CodeOf(err) != fault.Warnings || r.Uploads[0].Aborted || r.Uploads[0].Error != "refused" || len(b.aborted) != 1 {
		t.Errorf("one refused: %+v, %v", r.Uploads, err)
	}
}

// If a store other than AWS lists no uploads, it may be unable to list any.
func TestFindUploadsKnowsWhetherTheStoreListsThem(t *testing.T) {
	scope := Scope{Bucket: config.Bucket{Name: "b"}}
	elsewhere := []s3store.PendingUpload{{Key: "backups/x"}}
	for _, tt := range []struct {
		bucket openUploads
		known  bool
	}{
		{openUploads{lists: true}, true},
		{openUploads{}, false},
		{openUploads{uploads: elsewhere}, true},
	} {
		found, known, err := FindUploads(t.Context(), &tt.bucket, scope)
		if len(found) != 0 || known != tt.known || err != nil {
			t.Errorf("%+v: found %v, known %v, %v", tt.bucket, found, known, err)
		}
		r, err := Uploads(t.Context(), &tt.bucket, scope, true, time.Now())
		if err != nil || strings.Contains(r.Text(), "add a lifecycle rule") == tt.known {
			t.Errorf("%v:\n%s", err, r.Text())
		}
	}
}

package prune

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/internal/text"
)

// uploadLister is the part of a bucket that FindUploads needs.
type uploadLister interface {
	PendingUploads(ctx context.Context, prefix string) iter.Seq2[s3store.PendingUpload, error]
	ListsUploads() bool
}

// uploadStore is the part of a bucket that Uploads needs.
type uploadStore interface {
	uploadLister
	AbortUpload(ctx context.Context, up s3store.PendingUpload) error
}

// Upload is an open upload of a dump or a manifest.
type Upload struct {
	s3store.PendingUpload
	dumpTime time.Time // time in the dump's key
}

// FindUploads returns the open uploads in scope that hectl may have started. known is
// false if the store listed no uploads and may be unable to list any.
func FindUploads(ctx context.Context, st uploadLister, scope Scope) (found []Upload, known bool, err error) {
	known = st.ListsUploads()
	for _, prefix := range []string{catalog.Prefix(scope.Bucket.Base), catalog.ManifestPrefix(scope.Bucket.Base)} {
		for upload, err := range st.PendingUploads(ctx, prefix) {
			if err != nil {
				return nil, false, err
			}
			known = true
			if t, ok := scope.uploadTime(upload.Key); ok {
				found = append(found, Upload{PendingUpload: upload, dumpTime: t})
			}
		}
	}
	return found, known, nil
}

// uploadTime returns the time in the key of an upload. It reports false for an upload
// that hectl did not start: the application's own tasks, for example, write keys without
// a label.
func (s Scope) uploadTime(key string) (time.Time, bool) {
	if dump := catalog.DumpKey(s.Bucket.Base, key); dump != "" {
		key = dump
	}
	label, t, ok := catalog.ParseKey(s.Bucket.Base, key)
	return t, ok && !t.IsZero() && s.includes(label) && key == catalog.Key(s.Bucket.Base, label, t)
}

// AbortedUploads lists the uploads that Uploads plans to abort and their outcome.
type AbortedUploads struct {
	Bucket  string          `json:"bucket"`
	DryRun  bool            `json:"dry_run"`
	Uploads []AbortedUpload `json:"uploads"`

	now   time.Time
	known bool // the store can list open uploads
}

// AbortedUpload is an upload to keep or to abort.
type AbortedUpload struct {
	Key     string    `json:"key"`
	Started time.Time `json:"started_at"`
	Keep    bool      `json:"keep"` // a running backup may own it
	Aborted bool      `json:"aborted"`
	Error   string    `json:"error,omitempty"` // why it could not be aborted

	upload s3store.PendingUpload
}

// Uploads aborts the uploads in scope that are older than a day: killed backups left them
// open. It would also abort the upload of a backup that takes longer than a day, as would
// the lifecycle rule that every bucket should have. It returns nil if an error occurred
// before it aborted anything.
func Uploads(ctx context.Context, st uploadStore, scope Scope, dryRun bool, now time.Time) (*AbortedUploads, error) {
	found, known, err := FindUploads(ctx, st, scope)
	if err != nil {
		return nil, err
	}
	r := &AbortedUploads{Bucket: scope.Bucket.String(), DryRun: dryRun, Uploads: []AbortedUpload{}, now: now, known: known}
	for _, u := range found {
		r.Uploads = append(r.Uploads, AbortedUpload{
			Key: u.Key, Started: u.Initiated, Keep: !allOverADay(now, u.dumpTime, u.Initiated), upload: u.PendingUpload,
		})
	}
	if !dryRun {
		err = r.abort(ctx, st)
	}
	return r, err
}

// abort carries out the plan.
func (r *AbortedUploads) abort(ctx context.Context, st uploadStore) error {
	var t tally
	for i := range r.Uploads {
		u := &r.Uploads[i]
		if u.Keep {
			continue
		}
		err := st.AbortUpload(ctx, u.upload)
		if err != nil && ctx.Err() != nil {
			return err
		}
		t.count(err)
		if err != nil {
			u.Error = err.Error()
		}
		u.Aborted = err == nil
	}
	return t.err()
}

// Text renders one line per upload, and a summary.
func (r *AbortedUploads) Text() string {
	rows := [][]string{{"", "STARTED (UTC)", "AGE", "UPLOAD"}}
	aborted := 0
	for _, u := range r.Uploads {
		action := "abort"
		switch {
		case u.Keep:
			action = "keep"
		case u.Error != "":
			action = "failed"
		case u.Aborted || r.DryRun:
			aborted++
		}
		rows = append(rows, []string{action, u.Started.Format("2006-01-02 15:04"), text.Age(r.now.Sub(u.Started)), console.Clean(u.Key)})
	}
	verb := "aborted"
	if r.DryRun {
		verb = "would abort"
	}
	summary := fmt.Sprintf("%s %d of %d open uploads of dumps in %s; uploads younger than a day are left alone", verb, aborted, len(r.Uploads), r.Bucket)
	if !r.known {
		summary += "\nthe store lists no open uploads, but some stores never do: add a lifecycle rule that aborts them"
	}
	return text.Table(rows) + summary
}

package backup

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// uploadStore is what aborting uploads needs of a bucket.
type uploadStore interface {
	PendingUploads(ctx context.Context, prefix string) iter.Seq2[s3store.PendingUpload, error]
	AbortUpload(ctx context.Context, up s3store.PendingUpload) error
	ListsUploads() bool
}

// prunedUploads is the result of "hectl prune --uploads".
type prunedUploads struct {
	Bucket  string         `json:"bucket"`
	DryRun  bool           `json:"dry_run"`
	Uploads []prunedUpload `json:"uploads"`

	now    time.Time
	unsure bool // the store lists none at all, and may not list any
}

type prunedUpload struct {
	Key     string    `json:"key"`
	Started time.Time `json:"started_at"`
	Keep    bool      `json:"keep"` // it may be under way
	Aborted bool      `json:"aborted"`
	Error   string    `json:"error,omitempty"` // why it could not be aborted

	upload s3store.PendingUpload
}

// Text renders a line an upload.
func (r *prunedUploads) Text() string {
	var b strings.Builder
	done := 0
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	// Writes to a strings.Builder do not fail.
	_, _ = fmt.Fprintln(w, "\tSTARTED (UTC)\tAGE\tUPLOAD")
	for _, u := range r.Uploads {
		what := "abort"
		switch {
		case u.Keep:
			what = "keep"
		case u.Error != "":
			what = "stays"
		case u.Aborted || r.DryRun:
			done++
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", what, u.Started.Format("2006-01-02 15:04"), age(r.now.Sub(u.Started)), console.Clean(u.Key))
	}
	_ = w.Flush()
	did := "aborted"
	if r.DryRun {
		did = "would abort"
	}
	text := b.String() + fmt.Sprintf("%s %d of %d open uploads of dumps in %s; uploads younger than a day are left alone", did, done, len(r.Uploads), r.Bucket)
	if r.unsure {
		text += "\nthe store lists no open uploads, but some stores never do: add a lifecycle rule that aborts them"
	}
	return text
}

// pruneUploads aborts what runs that were killed have left open. A backup that
// takes more than a day would be taken for one; so would it be by the lifecycle
// rule that a bucket should have.
func (o *pruneOptions) pruneUploads(ctx context.Context, env *command.Env, store uploadStore, now time.Time) error {
	r := &prunedUploads{Bucket: o.bucket.String(), DryRun: o.dryRun, Uploads: []prunedUpload{}, now: now, unsure: !store.ListsUploads()}
	for _, prefix := range []string{catalog.Prefix(o.bucket.Base), catalog.ManifestPrefix(o.bucket.Base)} {
		for upload, err := range store.PendingUploads(ctx, prefix) {
			if err != nil {
				return err
			}
			r.unsure = false
			if t, ok := o.ours(upload.Key); ok {
				r.Uploads = append(r.Uploads, prunedUpload{
					Key: upload.Key, Started: upload.Initiated, Keep: !overADay(now, t, upload.Initiated), upload: upload,
				})
			}
		}
	}
	var err error
	if !o.dryRun {
		err = r.abort(ctx, store)
	}
	if sayErr := env.Console.Result(r); sayErr != nil && err == nil {
		err = fault.New(fault.Warnings, "", "the uploads are aborted, but printing the result failed: %w", sayErr)
	}
	return err
}

// ours returns the time in the key of an upload that hectl may have begun. The
// application's own tasks leave the label out, and uploads of theirs alone.
func (o *pruneOptions) ours(key string) (time.Time, bool) {
	if dump := catalog.DumpKey(o.bucket.Base, key); dump != "" {
		key = dump
	}
	label, t, ok := catalog.ParseKey(o.bucket.Base, key)
	return t, ok && !t.IsZero() && o.concerns(label) && key == catalog.Key(o.bucket.Base, label, t)
}

// abort does what was planned.
func (r *prunedUploads) abort(ctx context.Context, store uploadStore) error {
	var t tally
	for i := range r.Uploads {
		u := &r.Uploads[i]
		if u.Keep {
			continue
		}
		err := store.AbortUpload(ctx, u.upload)
		if err != nil && ctx.Err() != nil {
			return err
		}
		t.note(err)
		if err != nil {
			u.Error = err.Error()
		}
		u.Aborted = err == nil
	}
	return t.err()
}

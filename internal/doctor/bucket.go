package doctor

import (
	"context"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// checkBucket checks the credentials and their permissions. It reports whether the newest
// dump can be read, from this bucket or the one with the masked dumps.
func (d *doctor) checkBucket(ctx context.Context, settings *config.Sources, b, masked config.Bucket, label string) bool {
	f := &d.found
	store, err := d.env.Open(ctx, b)
	if err != nil {
		f.Fail("AWS", err)
		return false
	}
	id, err := store.Identity(ctx)
	key := "access key " + id.AccessKeyID
	if id.Profile != "" {
		key += " of profile " + id.Profile
	}
	if id.Origin != "" {
		key += " (" + id.Origin + ")"
	}
	if !id.Expires.IsZero() {
		key += ", until " + id.Expires.Format("2006-01-02 15:04 UTC")
	}
	switch {
	case err != nil:
		f.Fail("AWS", err)
	case id.ARN != "":
		f.OK("AWS", "%s: %s", id.ARN, key)
	default:
		f.OK("AWS", "%s, at a store other than AWS", key)
	}
	checkWriter := func() {
		w := Writer{store, b, label, d.role.backsUp}
		d.backups.CheckWriter(ctx, f, "bucket", w)
		d.backups.CheckBucketRules(ctx, f, "bucket", settings, w)
	}
	switch err := list(ctx, store, b); {
	case err == nil:
		f.OK("bucket", "%s can be listed", b)
		checkWriter()
		return true
	case !d.role.backsUp && fault.CodeOf(err) == fault.Denied && dump.TakesMasked(b, masked):
		f.OK("bucket", "%s cannot be listed: a fetch takes the newest masked dump", b)
		return true
	case d.role.backsUp && !d.role.fetches && s3store.IsAccessDenied(err):
		f.OK("bucket", "%s cannot be listed: backups work without it", b)
		checkWriter()
		return false
	default:
		f.Fail("bucket", err)
		return false
	}
}

// checkMasked checks the bucket of the masked dumps.
func (d *doctor) checkMasked(ctx context.Context, dumps, b config.Bucket, label string) {
	const about = "masked dumps"
	f := &d.found
	if err := b.CheckApart(dumps); err != nil {
		f.Fail(about, err)
		return
	}
	store, err := d.env.Open(ctx, b)
	if err != nil {
		f.Fail(about, err)
		return
	}
	if err := list(ctx, store, b); err != nil {
		if fault.CodeOf(err) == fault.NotFound {
			err = fault.New(fault.NotFound, "create it, or name another with masked_bucket or HECTL_MASKED_BUCKET", "%s (from %s): there is no such bucket", b, b.Origin)
		}
		f.Fail(about, err)
		return
	}
	f.OK(about, "%s can be listed", b)
	d.backups.CheckWriter(ctx, f, about, Writer{store, b, label, d.role.backsUp})
}

// list tries to list the dumps of a bucket.
func list(ctx context.Context, store *s3store.Store, b config.Bucket) error {
	for _, err := range store.List(ctx, catalog.Prefix(b.Base)) {
		return err // the first object is enough
	}
	return nil
}

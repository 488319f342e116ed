package restore

import (
	"context"
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// Finder finds dumps in buckets.
type Finder struct {
	// Open opens a bucket.
	Open func(ctx context.Context, b config.Bucket) (*s3store.Store, error)
	Out  *console.Console
}

// newest finds the newest dump of a label.
func (f Finder) newest(ctx context.Context, b config.Bucket, label string) (bucketSource, error) {
	store, err := f.Open(ctx, b)
	if err != nil {
		return bucketSource{}, err
	}
	dumps, err := catalog.List(ctx, store, b.Base)
	if err != nil {
		return bucketSource{}, err
	}
	with := catalog.WithLabel(dumps, label)
	if len(with) == 0 {
		hint := `name another bucket with --bucket or HECTL_BUCKET, or another label with --env: "hectl list" shows the dumps`
		if labels := catalog.Labels(dumps); len(labels) > 0 {
			hint = "name another label with --env: there are dumps of " + strings.Join(labels, ", ")
		}
		return bucketSource{}, fault.New(fault.NotFound, hint, "there is no %s dump in %s", label, b)
	}
	f.Out.Detail("%d dumps of %s in %s", len(with), label, b)
	return bucketSource{store, b, with[len(with)-1]}, nil
}

// newestReadable finds the newest dump of a label: in the bucket of the dumps or,
// where that may not be read, in the bucket of the masked ones, if there is one.
// instead tells which.
func (f Finder) newestReadable(ctx context.Context, dumps, masked config.Bucket, label string) (src bucketSource, instead bool, err error) {
	src, err = f.newest(ctx, dumps, label)
	if !TakesMasked(dumps, masked) {
		return src, false, err
	}
	if err == nil { // to list is one permission, to read another
		_, err = src.store.Head(ctx, src.dump.Key)
	}
	if fault.CodeOf(err) != fault.Denied {
		return src, false, err
	}
	src, failed := f.newest(ctx, masked, label)
	if failed != nil {
		return bucketSource{}, false, fmt.Errorf("%w; nor is there a masked one: %w", err, failed)
	}
	return src, true, nil
}

// TakesMasked tells whether the newest dump is looked for in masked where dumps may
// not be read. A bucket that was named by a flag is meant.
func TakesMasked(dumps, masked config.Bucket) bool {
	return masked.Name != "" && !masked.Same(dumps) && dumps.Origin != "--bucket"
}

// checkKey refuses what can be no key of a dump, before any of it is sent to a
// store, which would log it: a URL other than s3://, or anything with a password.
func checkKey(key string) error {
	scheme, rest, isURL := strings.Cut(key, "://")
	bucket, _, _ := strings.Cut(rest, "/")
	if isURL && (scheme != "s3" || strings.ContainsAny(bucket, "@:?")) || fault.Secretive(key) {
		return fault.New(fault.Usage, `name a dump by its key, as "hectl list" shows it, or as s3://BUCKET/KEY`,
			"%s is not the key of a dump", fault.Quote(key))
	}
	return nil
}

// named finds a dump by its key, which may leave out the folder, or by its
// s3:// address.
func (f Finder) named(ctx context.Context, b config.Bucket, key string) (bucketSource, error) {
	if err := checkKey(key); err != nil {
		return bucketSource{}, err
	}
	if rest, ok := strings.CutPrefix(key, "s3://"); ok {
		name, k, _ := strings.Cut(rest, "/")
		if name == "" || k == "" {
			return bucketSource{}, fault.New(fault.Usage, "write it as s3://BUCKET/KEY", "%q does not name an object", key)
		}
		b.Name, b.Base, key = name, catalog.BaseOf(k), k
	} else if !strings.Contains(key, "/") {
		key = catalog.Prefix(b.Base) + key
	}
	store, err := f.Open(ctx, b)
	if err != nil {
		return bucketSource{}, err
	}
	object, err := store.Head(ctx, key)
	if err != nil {
		return bucketSource{}, err
	}
	dump, ok := catalog.OfObject(b.Base, object)
	if !ok { // any object will do when it is named outright
		dump = catalog.Dump{Key: object.Key, Size: object.Size, ETag: object.ETag, Time: object.LastModified, Upload: object.LastModified}
	}
	return bucketSource{store, b, dump}, nil
}

// Choice says which dump of a bucket a command reads.
type Choice struct {
	Bucket config.Bucket
	Label  string
	Key    string // "" for the newest of the label
}

// choose finds the dump that was chosen.
func (f Finder) choose(ctx context.Context, c Choice) (bucketSource, error) {
	if c.Key == "" {
		return f.newest(ctx, c.Bucket, c.Label)
	}
	return f.named(ctx, c.Bucket, c.Key)
}

// withOlder adds to an error that is about damage which dump to turn to.
func (s bucketSource) withOlder(ctx context.Context, err error) error {
	if fault.CodeOf(err) != fault.Integrity {
		return err
	}
	hint := suggestOlder
	if dumps, err := catalog.List(ctx, s.store, s.bucket.Base); err == nil {
		for _, d := range catalog.WithLabel(dumps, s.dump.Label) {
			if d.Time.Before(s.dump.Time) {
				older := bucketSource{s.store, s.bucket, d}
				hint = `the dump before it: "hectl verify ` + fault.ShellQuote(older.name()) + `"`
			}
		}
	}
	return fault.Wrap(fault.Integrity, hint, err)
}

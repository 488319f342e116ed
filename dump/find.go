package dump

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/internal/text"
)

// Finder finds dumps in buckets.
type Finder struct {
	// Open opens a bucket.
	Open func(ctx context.Context, b config.Bucket) (*s3store.Store, error)
	Log  func(format string, args ...any) // prints details with --verbose
}

// newest finds the newest dump of a label that was taken no later than at. If at is zero,
// it finds the newest of all.
func (f Finder) newest(ctx context.Context, b config.Bucket, label string, at time.Time) (Object, error) {
	store, err := f.Open(ctx, b)
	if err != nil {
		return Object{}, err
	}
	dumps, err := catalog.List(ctx, store, b.Base)
	if err != nil {
		return Object{}, err
	}
	with := catalog.WithLabel(dumps, label)
	if len(with) == 0 {
		hint := `name another bucket with --bucket or HECTL_BUCKET, or another label with --env: "hectl list" shows the dumps`
		if labels := catalog.Labels(dumps); len(labels) > 0 {
			hint = "name another label with --env: there are dumps of " + strings.Join(labels, ", ")
		}
		return Object{}, fault.New(fault.NotFound, hint, "there is no %s dump in %s", label, b)
	}
	f.Log("%d dumps of %s in %s", len(with), label, b)
	found := catalog.NotLater(with, at)
	if len(found) == 0 {
		return Object{}, fault.New(fault.NotFound, `choose a later --at: "hectl list" shows the dumps and their times`,
			"there is no %s dump in %s %s", label, b, AllLater(with, at))
	}
	if !at.IsZero() {
		f.Log("%d of them are from %s or earlier", len(found), text.Minute(at))
	}
	return Object{store, b, found[len(found)-1]}, nil
}

// AllLater explains that all dumps, sorted oldest first, were taken after at.
func AllLater(dumps []catalog.Dump, at time.Time) string {
	oldest := dumps[0]
	return fmt.Sprintf("from %s or earlier: the oldest is %s, taken %s", text.Minute(at), path.Base(oldest.Key), text.Minute(oldest.Time))
}

// NewestReadable finds the newest dump for a choice without a key. Without read access to
// its bucket, it finds the newest one in masked, the bucket of the masked dumps, if
// configured; instead is then true.
func (f Finder) NewestReadable(ctx context.Context, c Choice, masked config.Bucket) (src Object, instead bool, err error) {
	src, err = f.Choose(ctx, c)
	if !TakesMasked(c.Bucket, masked) {
		return src, false, err
	}
	if err == nil { // listing and reading are separate permissions
		_, err = src.Store.Head(ctx, src.Dump.Key)
	}
	if fault.CodeOf(err) != fault.Denied {
		return src, false, err
	}
	c.Bucket = masked
	src, failed := f.Choose(ctx, c)
	if failed != nil {
		return Object{}, false, fmt.Errorf("%w; reading the masked bucket failed as well: %w", err, failed)
	}
	return src, true, nil
}

// TakesMasked reports whether to look for the newest dump in masked if access to dumps is
// denied. A bucket named with a flag has no substitute.
func TakesMasked(dumps, masked config.Bucket) bool {
	return masked.Name != "" && !masked.Same(dumps) && dumps.Origin != "--bucket"
}

// CheckKey refuses a URL other than s3:// and any text with a password. Neither can be the
// key of a dump, and a store would log it.
func CheckKey(key string) error {
	scheme, rest, isURL := strings.Cut(key, "://")
	bucket, _, _ := strings.Cut(rest, "/")
	if isURL && (scheme != "s3" || strings.ContainsAny(bucket, "@:?")) || fault.HasPassword(key) {
		return fault.New(fault.Usage, `name a dump by its key, as "hectl list" shows it, or as s3://BUCKET/KEY`,
			"%s is not the key of a dump", fault.Quote(key))
	}
	return nil
}

// Named finds a dump by its key, with or without the folder, or by its s3:// address.
func (f Finder) Named(ctx context.Context, b config.Bucket, key string) (Object, error) {
	if err := CheckKey(key); err != nil {
		return Object{}, err
	}
	if rest, ok := strings.CutPrefix(key, "s3://"); ok {
		name, k, _ := strings.Cut(rest, "/")
		if name == "" || k == "" {
			return Object{}, fault.New(fault.Usage, "write it as s3://BUCKET/KEY", "%q does not name an object", key)
		}
		b.Name, b.Base, key = name, catalog.BaseOf(k), k
	} else if !strings.Contains(key, "/") {
		key = catalog.Prefix(b.Base) + key
	}
	store, err := f.Open(ctx, b)
	if err != nil {
		return Object{}, err
	}
	object, err := store.Head(ctx, key)
	if err != nil {
		return Object{}, err
	}
	dump, ok := catalog.OfObject(b.Base, object)
	if !ok { // an explicit key may name any object
		dump = catalog.Dump{Key: object.Key, Size: object.Size, ETag: object.ETag, Time: object.LastModified, Upload: object.LastModified}
	}
	return Object{store, b, dump}, nil
}

// Choice selects the dump that a command reads.
type Choice struct {
	Bucket config.Bucket
	Label  string
	At     time.Time // latest time of the dump; zero means no limit
	Key    string    // "" means the newest of the label
}

// Choose finds the chosen dump.
func (f Finder) Choose(ctx context.Context, c Choice) (Object, error) {
	if c.Key == "" {
		return f.newest(ctx, c.Bucket, c.Label, c.At)
	}
	return f.Named(ctx, c.Bucket, c.Key)
}

// Older finds the previous dump of the same label.
func (s Object) Older(ctx context.Context) (older Object, found bool, err error) {
	dumps, err := catalog.List(ctx, s.Store, s.Bucket.Base)
	if err != nil {
		return Object{}, false, err
	}
	for _, d := range catalog.WithLabel(dumps, s.Dump.Label) {
		if d.Time.Before(s.Dump.Time) {
			older, found = Object{s.Store, s.Bucket, d}, true
		}
	}
	return older, found, nil
}

// SuggestOlder adds the previous dump as a hint to an error about damage.
func (s Object) SuggestOlder(ctx context.Context, err error) error {
	if fault.CodeOf(err) != fault.Integrity {
		return err
	}
	hint := SuggestOlder
	if older, found, _ := s.Older(ctx); found {
		hint = `the dump before it: "hectl verify ` + fault.ShellQuote(older.Name()) + `"`
	}
	return fault.Wrap(fault.Integrity, hint, err)
}

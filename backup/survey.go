package backup

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// pruneStore is what pruning dumps needs of a bucket.
type pruneStore interface {
	List(ctx context.Context, prefix string) iter.Seq2[s3store.Object, error]
	DeleteMany(ctx context.Context, keys []string) ([]s3store.Deletion, error)
}

// survey is what a bucket holds, as far as it concerns pruning.
type survey struct {
	dumps     []catalog.Dump            // of the labels asked for, each by time
	labels    []string                  // of all dumps
	undated   []string                  // keys below backups/ of what cannot be judged
	manifests map[string]s3store.Object // of the labels asked for, by the keys of their dumps
	keys      map[string]bool           // of all objects below backups/
}

// survey lists the bucket. Manifests come first, as a backup writes them last: a
// backup that ends meanwhile never shows a manifest without its dump.
func (o *pruneOptions) survey(ctx context.Context, store pruneStore) (*survey, error) {
	s := &survey{undated: []string{}, manifests: map[string]s3store.Object{}, keys: map[string]bool{}}
	for object, err := range store.List(ctx, catalog.ManifestPrefix(o.bucket.Base)) {
		if err != nil {
			return nil, err
		}
		dump := catalog.DumpKey(o.bucket.Base, object.Key)
		if label, t, ok := catalog.ParseKey(o.bucket.Base, dump); ok && !t.IsZero() && o.concerns(label) {
			s.manifests[dump] = object
		}
	}
	var all []catalog.Dump
	for object, err := range store.List(ctx, catalog.Prefix(o.bucket.Base)) {
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(object.Key, "/") {
			continue // a folder, as consoles make them
		}
		s.keys[object.Key] = true
		_, t, _ := catalog.ParseKey(o.bucket.Base, object.Key)
		d, ok := catalog.OfObject(o.bucket.Base, object)
		switch {
		case !ok || t.IsZero() || object.Size == 0 || strings.ContainsRune(object.Key, utf8.RuneError):
			// The last is a key with characters that the store's XML cannot hold:
			// to delete what was read would delete something else, or nothing.
			s.undated = append(s.undated, object.Key)
			continue
		case o.concerns(d.Label):
			s.dumps = append(s.dumps, d)
		}
		all = append(all, d)
	}
	s.labels = catalog.Labels(all)
	slices.SortFunc(s.dumps, func(a, b catalog.Dump) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), catalog.Compare(a, b))
	})
	return s, nil
}

// concerns reports whether the dumps of a label are to be pruned.
func (o *pruneOptions) concerns(label string) bool { return o.label == "" || label == o.label }

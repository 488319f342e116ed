package prune

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// Scope selects the dumps and uploads to consider.
type Scope struct {
	Bucket config.Bucket
	Label  string // "" for all labels
}

func (s Scope) includes(label string) bool { return s.Label == "" || label == s.Label }

// store is the part of a bucket that Dumps needs.
type store interface {
	List(ctx context.Context, prefix string) iter.Seq2[s3store.Object, error]
	DeleteMany(ctx context.Context, keys []string) ([]s3store.Deletion, error)
}

// survey is the contents of the bucket. Dumps and manifests are those in the scope.
type survey struct {
	dumps     []catalog.Dump            // dumps by label, then by time
	labels    []string                  // labels of all dumps in the bucket
	undated   []string                  // keys below backups/ that hectl cannot date
	manifests map[string]s3store.Object // manifests by the keys of their dumps
	keys      map[string]bool           // keys of all objects below backups/
}

// look lists the bucket. It lists manifests first because a backup writes its manifest
// last: a backup that finishes in the meantime never shows up as a manifest without a
// dump.
func look(ctx context.Context, st store, scope Scope) (*survey, error) {
	base := scope.Bucket.Base
	s := &survey{undated: []string{}, manifests: map[string]s3store.Object{}, keys: map[string]bool{}}
	for object, err := range st.List(ctx, catalog.ManifestPrefix(base)) {
		if err != nil {
			return nil, err
		}
		dump := catalog.DumpKey(base, object.Key)
		if label, t, ok := catalog.ParseKey(base, dump); ok && !t.IsZero() && scope.includes(label) {
			s.manifests[dump] = object
		}
	}
	var all []catalog.Dump
	for object, err := range st.List(ctx, catalog.Prefix(base)) {
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(object.Key, "/") {
			continue // a folder marker, as S3 consoles create them
		}
		s.keys[object.Key] = true
		d, ok := datedDump(base, object)
		if !ok {
			s.undated = append(s.undated, object.Key)
			continue
		}
		if scope.includes(d.Label) {
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

// datedDump returns the dump that an object contains. It reports false for an object that
// must not be removed: one without a time in its key, an empty one, and one with
// characters in its key that the store's XML cannot represent. Removing such a key would
// remove a different object, or none.
func datedDump(base string, object s3store.Object) (catalog.Dump, bool) {
	_, t, _ := catalog.ParseKey(base, object.Key)
	d, ok := catalog.OfObject(base, object)
	return d, ok && !t.IsZero() && object.Size > 0 && !strings.ContainsRune(object.Key, utf8.RuneError)
}

// allOverADay reports whether all times are more than a day before now. The clocks of
// the store and of the machine that wrote the key may differ.
func allOverADay(now time.Time, times ...time.Time) bool {
	return !slices.ContainsFunc(times, func(t time.Time) bool { return now.Sub(t) <= 24*time.Hour })
}

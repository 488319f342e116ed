package catalog

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/rubyforgood/hectl/internal/s3store"
)

// Dump is a dump in the bucket.
type Dump struct {
	Key    string    `json:"key"`
	Label  string    `json:"env"`
	Time   time.Time `json:"time"` // UTC; from the key, or else the object's LastModified
	Size   int64     `json:"size"` // in bytes
	ETag   string    `json:"etag"`
	Upload time.Time `json:"last_modified"` // UTC
}

// Object returns the dump's object in the bucket.
func (d Dump) Object() s3store.Object {
	return s3store.Object{Key: d.Key, Size: d.Size, ETag: d.ETag, LastModified: d.Upload}
}

// OfObject returns the dump in an object. It returns false if the object's key is not the
// key of a dump under base.
func OfObject(base string, o s3store.Object) (Dump, bool) {
	label, t, ok := ParseKey(base, o.Key)
	if !ok {
		return Dump{}, false
	}
	if t.IsZero() {
		t = o.LastModified.UTC()
	}
	return Dump{Key: o.Key, Label: label, Time: t, Size: o.Size, ETag: o.ETag, Upload: o.LastModified.UTC()}, true
}

type lister interface {
	List(ctx context.Context, prefix string) iter.Seq2[s3store.Object, error]
}

// Compare orders dumps by age. The times in keys are in whole seconds; of two dumps from
// the same second, the one uploaded last is newer.
func Compare(a, b Dump) int {
	return cmp.Or(a.Time.Compare(b.Time), a.Upload.Compare(b.Upload), cmp.Compare(a.Key, b.Key))
}

// List returns all dumps under base, the newest last.
func List(ctx context.Context, store lister, base string) ([]Dump, error) {
	var dumps []Dump
	for object, err := range store.List(ctx, Prefix(base)) {
		if err != nil {
			return nil, err
		}
		if d, ok := OfObject(base, object); ok {
			dumps = append(dumps, d)
		}
	}
	slices.SortFunc(dumps, Compare)
	return dumps, nil
}

// WithLabel returns the dumps with a label, in the same order.
func WithLabel(dumps []Dump, label string) []Dump {
	var with []Dump
	for _, d := range dumps {
		if d.Label == label {
			with = append(with, d)
		}
	}
	return with
}

// NotLater returns the dumps taken at or before a time, in the same order. The zero time
// returns all. dumps must be sorted like the result of List.
func NotLater(dumps []Dump, at time.Time) []Dump {
	later := slices.IndexFunc(dumps, func(d Dump) bool { return d.Time.After(at) })
	if at.IsZero() || later < 0 {
		return dumps
	}
	return dumps[:later]
}

// Labels returns the labels in use, in alphabetical order.
func Labels(dumps []Dump) []string {
	var labels []string
	for _, d := range dumps {
		labels = append(labels, d.Label)
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

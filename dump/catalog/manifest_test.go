package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestCompressionLevel(t *testing.T) {
	for compression, want := range map[string]int{
		"": 0, "none": 0, "gzip": 0, "lz4": 0, "zstd": 0, "0": 0, "1": 1, "9": 9, "gzip:6": 6, "zstd:3": 3, "zstd:19": 19,
		"zstd:level=7": 7, "zstd:level=19,long": 19, "zstd:long,level=4": 4, "zstd:long": 0, "lz4:level=9": 9,
	} {
		if got := (&Manifest{Compression: compression}).CompressionLevel(); got != want {
			t.Errorf("%q: %d instead of %d", compression, got, want)
		}
	}
}

// Manifests from earlier releases are read without loss. See docs/compatibility.md.
func TestGoldenManifests(t *testing.T) {
	t.Parallel()
	for version, segments := range map[int]int{1: 0, 2: 8} {
		text, err := os.ReadFile(fmt.Sprintf("testdata/manifest-%d.json", version))
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		d := Dump{Key: want["key"].(string), Size: int64(want["size"].(float64)), ETag: want["etag"].(string)}
		m, err := ReadManifest(t.Context(), manifestStore{text: string(text)}, "", d)
		if err != nil || m == nil {
			t.Fatalf("version %d: %v, %v", version, m, err)
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(again, &got); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("version %d: %s", version, diff)
		}
		count := 0
		for _, b := range m.Blocks {
			count += len(b.Segments)
		}
		if m.Version != version || len(m.Blocks) != 7 || count != segments || m.Blocks[0].SHA256 == (Sum{}) || m.Head.Length == 0 || m.Started.IsZero() {
			t.Errorf("version %d: version %d, %d blocks, %d segments, a head of %d bytes", version, m.Version, len(m.Blocks), count, m.Head.Length)
		}
	}
}

func TestManifestsAndTheirDumps(t *testing.T) {
	for _, base := range []string{"", "a", "a/b"} {
		dump := Key(base, "staging", time.Now())
		if manifest := ManifestKey(base, dump); DumpKey(base, manifest) != dump {
			t.Errorf("base %q: %s, %s, %s", base, dump, manifest, DumpKey(base, manifest))
		}
		for _, key := range []string{"", dump, ManifestPrefix(base) + "README", "manifests/x.json.tmp", "other/manifests/x.json"} {
			if got := DumpKey(base, key); got != "" {
				t.Errorf("base %q: %s is said to be the manifest of %s", base, key, got)
			}
		}
	}
}

// manifestStore contains one dump and its manifest.
type manifestStore struct {
	fakeStore
	text    string
	size    int64 // size of the manifest, if not len(text)
	head    error // error of a Head request for the manifest
	reading error
}

func (s manifestStore) Head(_ context.Context, key string) (s3store.Object, error) {
	return s3store.Object{Key: key, Size: max(s.size, int64(len(s.text))), ETag: "manifest"}, s.head
}

func (s manifestStore) ReadRange(context.Context, s3store.Object, int64, int64) io.ReadCloser {
	if s.reading != nil {
		return io.NopCloser(iotest.ErrReader(s.reading))
	}
	return io.NopCloser(strings.NewReader(s.text))
}

func TestReadManifest(t *testing.T) {
	t.Parallel()
	d := Dump{Key: "backups/production-20261123083000.rds.dump", Size: 7, ETag: "abc"}
	const key, text = "manifests/production-20261123083000.json", `{"version": 1, "size": 7, "etag": "abc", "database": "app"}`
	denied := fault.New(fault.Denied, "", "denied")
	listed := fakeStore{objects: []s3store.Object{{Key: key}}}
	for _, tt := range []struct {
		name  string
		dump  string // "" means d's key
		store manifestStore
		found bool
		code  fault.Code
		want  string // text in the error or its hints
	}{
		{"a manifest", "", manifestStore{text: text}, true, fault.Done, ""},
		{"a dump of another tool", "backups/x.dump", manifestStore{head: errors.New("asked")}, false, fault.Done, ""},
		{"none", "", manifestStore{head: fault.New(fault.NotFound, "", "none")}, false, fault.Done, ""},
		{"denied, and not listed", "", manifestStore{head: denied}, false, fault.Done, ""},
		{"denied, though it exists", "", manifestStore{head: denied, fakeStore: listed}, false, fault.Denied, "s3:GetObject on manifests/*"},
		{"denied when read", "", manifestStore{text: text, reading: denied}, false, fault.Denied, "s3:GetObject on manifests/*"},
		{"encrypted with another key", "", manifestStore{text: text, reading: fault.New(fault.Denied, "", "not authorized to perform kms:Decrypt")}, false, fault.Denied, "grant the credentials kms:Decrypt"},
		{"a broken network", "", manifestStore{text: text, reading: io.ErrUnexpectedEOF}, false, fault.Failed, "read the manifest " + key},
		{"too large", "", manifestStore{size: maxManifest + 1}, false, fault.Integrity, "too large"},
		{"not JSON", "", manifestStore{text: "<html>"}, false, fault.Integrity, "delete it"},
		{"of a later version", "", manifestStore{text: `{"version": 99}`}, false, fault.Done, ""},
		{"of another object", "", manifestStore{text: `{"version": 1, "size": 8, "etag": "abc"}`}, false, fault.Integrity, "is not the object that its manifest describes"},
		{"of an earlier object", "", manifestStore{text: `{"version": 1, "size": 7, "etag": "abd"}`}, false, fault.Integrity, "is not the object that its manifest describes"},
	} {
		d := d
		d.Key = cmp.Or(tt.dump, d.Key)
		m, err := ReadManifest(t.Context(), tt.store, "", d)
		if fault.CodeOf(err) != tt.code || (m != nil) != tt.found {
			t.Errorf("%s: %v, %v", tt.name, m, err)
		}
		if err != nil && !strings.Contains(err.Error()+strings.Join(fault.Hints(err), ""), tt.want) {
			t.Errorf("%s: %v, hints %q", tt.name, err, fault.Hints(err))
		}
	}
}

// A manifest has all segments or, if there are too many, none.
func TestDescribeRows(t *testing.T) {
	for _, segments := range []int{0, 1, mostSegments, mostSegments + 1} {
		m := &Manifest{Blocks: []ManifestBlock{{ID: 1}, {ID: 2}, {ID: 3, Segments: make([]ManifestSegment, 2)}}}
		m.DescribeRows(map[int]archive.Rows{1: {}, 3: {Count: 5, Segments: make([]archive.SegmentPlace, segments)}})
		want := segments
		if segments > mostSegments {
			want = 0
		}
		b := m.Blocks
		if b[0].Rows == nil || *b[0].Rows != 0 || b[1].Rows != nil || b[2].Rows == nil || *b[2].Rows != 5 || len(b[2].Segments) != want {
			t.Errorf("%d segments: %d, rows %v, %v, %v", segments, len(b[2].Segments), b[0].Rows, b[1].Rows, b[2].Rows)
		}
	}
}

// Segments that do not cover all rows would hide some of them.
func TestSegmentsFit(t *testing.T) {
	rows := int64(30)
	whole := ManifestBlock{Length: 240, Rows: &rows, Segments: []ManifestSegment{
		{Offset: 13, Length: 100, Rows: 10}, {Offset: 113, Length: 100, Rows: 20},
	}}
	for name, change := range map[string]func(b *ManifestBlock){
		"":                         nil,
		"no segments":              func(b *ManifestBlock) { b.Segments = nil },
		"unknown number of rows":   func(b *ManifestBlock) { b.Rows = nil },
		"first segment missing":    func(b *ManifestBlock) { b.Segments = b.Segments[1:] },
		"last segment missing":     func(b *ManifestBlock) { b.Segments, b.Length = b.Segments[:1], 340; b.Rows = nil },
		"last rows missing":        func(b *ManifestBlock) { b.Segments, b.Length = b.Segments[:1], 140 },
		"segment twice":            func(b *ManifestBlock) { b.Segments = append(b.Segments, b.Segments[1]) },
		"gap":                      func(b *ManifestBlock) { b.Segments[1].Offset++ },
		"overlap":                  func(b *ManifestBlock) { b.Segments[0].Length++ },
		"empty segment":            func(b *ManifestBlock) { b.Segments[1].Length = 0 },
		"negative length":          func(b *ManifestBlock) { b.Segments[1].Length = -1 },
		"longer than the block":    func(b *ManifestBlock) { b.Segments[1].Length = 128 },
		"largest length":           func(b *ManifestBlock) { b.Segments[1].Length = math.MaxInt64 },
		"negative offset":          func(b *ManifestBlock) { b.Segments[0].Offset = -1 },
		"largest offset":           func(b *ManifestBlock) { b.Segments[0].Offset = math.MaxInt64 },
		"negative number of rows":  func(b *ManifestBlock) { b.Segments[0].Rows, b.Segments[1].Rows = -10, 40 },
		"largest number of rows":   func(b *ManifestBlock) { b.Segments[0].Rows = math.MaxInt64 },
		"other number of all rows": func(b *ManifestBlock) { b.Segments[0].Rows = 11 },
	} {
		b := whole
		b.Segments = slices.Clone(whole.Segments)
		if change != nil {
			change(&b)
		}
		want := name == "" || name == "no segments" || name == "unknown number of rows"
		if got := b.SegmentsFit(); got != want {
			t.Errorf("%q: %t", name, got)
		}
	}
}

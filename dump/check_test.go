package dump

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// dumpOf returns a dump in a bucket, with or without a manifest.
func dumpOf(t *testing.T, data []byte, withManifest bool) *Dump {
	t.Helper()
	d := &Dump{Name: "s3://bucket/x", Size: int64(len(data)), ReadRange: func(_ context.Context, offset, length int64) io.ReadCloser {
		return io.NopCloser(io.NewSectionReader(bytes.NewReader(data), offset, length))
	}}
	if withManifest {
		d.Manifest = manifestOf(t, data)
	}
	if err := d.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

func manifestOf(t *testing.T, data []byte) *catalog.Manifest {
	t.Helper()
	h, err := archive.ReadHead(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := archive.Scan(bytes.NewReader(data[h.Length:]), h, archive.IndexOptions{SHA256: true})
	if err != nil {
		t.Fatal(err)
	}
	m := &catalog.Manifest{Head: catalog.ManifestHead{Length: h.Length, SHA256: sha256.Sum256(data[:h.Length])}}
	for _, b := range blocks {
		m.Blocks = append(m.Blocks, catalog.ManifestBlock{ID: b.ID, Offset: b.Offset, Length: b.Length, SHA256: b.SHA256})
	}
	return m
}

func checkOf(t *testing.T, d *Dump, data []byte) *Report {
	t.Helper()
	c, err := Check(d, "", bytes.NewReader(data), &s3store.Sum{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Bytes != int64(len(data)) {
		t.Errorf("read %d of %d bytes", c.Bytes, len(data))
	}
	return c
}

func TestCheckOfWholeDumps(t *testing.T) {
	files, err := filepath.Glob("../pgtools/archive/testdata/1*.archive")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, withManifest := range []bool{false, true} {
			d := dumpOf(t, data, withManifest)
			c := checkOf(t, d, data)
			inserts := strings.Contains(file, "inserts")
			if len(c.Damaged) > 0 || c.Blocks == 0 || (c.Rows == 0) != inserts {
				t.Errorf("%s: %+v", file, c)
			}
			// A new manifest from the check equals the original one.
			if got, want := c.NewManifest(catalog.Dump{}).Blocks, manifestOf(t, data).Blocks; len(got) != len(want) || got[0].SHA256 != want[0].SHA256 || got[len(got)-1].Length != want[len(want)-1].Length {
				t.Errorf("%s: the blocks are %+v", file, got)
			}
		}
	}
}

// With a manifest, a change to any byte of a block is detected. If the offsets are known,
// the check names exactly the damaged blocks.
func TestCheckFindsTheDamage(t *testing.T) {
	for _, name := range []string{"18-none-pipe", "18-gzip-file", "18-lz4-pipe", "18-zstd-file"} {
		data, err := os.ReadFile("../pgtools/archive/testdata/" + name + ".archive")
		if err != nil {
			t.Fatal(err)
		}
		d := dumpOf(t, data, true)
		for _, b := range d.Blocks {
			want := ""
			for i := range d.Head.Entries {
				if e := &d.Head.Entries[i]; e.ID == b.ID {
					want = BlockName(e)
				}
			}
			for at := b.Offset; at < b.Offset+b.Length; at += 11 {
				changed := bytes.Clone(data)
				changed[at] ^= 4
				if c := checkOf(t, d, changed); len(c.Damaged) != 1 || c.Damaged[0].What != want || c.Blocks != len(d.Blocks) {
					t.Fatalf("%s: byte %d, of %s: %v", name, at, want, c.Damaged)
				}
			}
		}
	}
}

// A manifest with a different number of rows does not describe the dump.
func TestCheckComparesTheRows(t *testing.T) {
	data := readDump(t)
	d := dumpOf(t, data, true)
	rows := checkOf(t, d, data).TableRows()
	wrong := 0
	for i := range d.Manifest.Blocks {
		b := &d.Manifest.Blocks[i]
		if n, counted := rows[b.ID]; counted {
			b.Rows = &n
		}
	}
	if c := checkOf(t, d, data); len(c.Damaged) != 0 {
		t.Errorf("%v", c.Damaged)
	}
	for i := range d.Manifest.Blocks {
		if b := &d.Manifest.Blocks[i]; b.Rows != nil {
			more := *b.Rows + 1
			b.Rows = &more
			wrong++
		}
	}
	if c := checkOf(t, d, data); wrong == 0 || len(c.Damaged) != wrong || !strings.Contains(c.Damaged[0].Error, "but the manifest has ") {
		t.Errorf("%d wrong numbers: %v", wrong, c.Damaged)
	}
}

func TestCheckOfATruncatedDump(t *testing.T) {
	data := readDump(t)
	d := dumpOf(t, data, false)
	for n := int(d.Head.Length); n < len(data); n += 3 {
		if c := checkOf(t, d, data[:n]); len(c.Damaged) == 0 || c.Damaged[len(c.Damaged)-1].What != "the archive" {
			t.Fatalf("cut at %d of %d: %+v", n, len(data), c)
		}
	}
}

func TestCheckTellsReadingFromDamage(t *testing.T) {
	data := readDump(t)
	broken := errors.New("the network is down")
	for _, withManifest := range []bool{false, true} {
		d := dumpOf(t, data, withManifest)
		for n := 0; n < len(data); n += 100 {
			in := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(broken))
			if c, err := Check(d, "", in, &s3store.Sum{}); !errors.Is(err, broken) {
				t.Fatalf("broken at %d: %+v, %v", n, c, err)
			}
		}
	}
}

func TestCopyText(t *testing.T) {
	for _, tt := range []struct {
		text  string
		rows  int64
		whole bool
	}{
		{"\\.\n\n\n", 0, true},
		{"1\ta\n2\tb\n\\.\n\n\n", 2, true},
		{"\n\n\n\\.\n\n\n", 3, true}, // rows without columns
		{"\\\\.\n\\.\n\n\n", 1, true},
		{"1\ta\n2\tb\n", 0, false},
		{"1\ta\n2\tb\\.\n\n\n", 0, false},
		{"1\ta\n\\.\n\n", 0, false},
		{"", 0, false},
	} {
		for size := 1; size <= len(tt.text)+1; size++ {
			text := &copyText{}
			for rest := tt.text; rest != ""; {
				n := min(size, len(rest))
				if _, err := text.Write([]byte(rest[:n])); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if rows, whole := text.rows(); whole != tt.whole || (whole && rows != tt.rows) {
				t.Errorf("%q in pieces of %d: %d rows, %t", tt.text, size, rows, whole)
			}
		}
	}
}

func TestVouched(t *testing.T) {
	for _, tt := range []struct {
		c    Report
		want bool
	}{
		{Report{Store: "CRC64NVME"}, true},
		{Report{Manifest: true, Compression: "none"}, true},
		{Report{Compression: "gzip"}, true},
		{Report{Compression: "zstd"}, false}, // pg_dump writes no zstd checksums
		{Report{Compression: "lz4"}, false},
		{Report{Compression: "none"}, false},
		{Report{Opaque: "it is not an archive"}, false},
	} {
		if tt.c.HasChecksum() != tt.want {
			t.Errorf("%+v", tt.c)
		}
	}
}

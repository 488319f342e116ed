package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// A DataReader and an Indexer accept everything that a DataWriter writes, in any
// compression, at any level. The archives have an empty large object, one whose oid is
// above 2^31, and an empty table.
func TestDataWriter(t *testing.T) {
	for name, data := range fixtures(t) {
		if !strings.Contains(name, "-file") && !strings.HasPrefix(name, "layout") {
			continue
		}
		for _, level := range []int{0, 1, 4, 12, 22} {
			for _, piece := range []int{1, 7 << 10} {
				t.Run(fmt.Sprintf("%s, level %d, pieces of %d", name, level, piece), func(t *testing.T) {
					got := rewritten(t, data, level, piece)
					h := readHead(t, got)
					if contents(t, got, h, scan(t, got, h)) != contents(t, data, readHead(t, data), scan(t, data, readHead(t, data))) {
						t.Error("the data is not what it was")
					}
				})
			}
		}
	}
}

// Chunks have a fixed size for any size of writes, and a block larger than all buffers is
// complete.
func TestDataWriterOfManyChunks(t *testing.T) {
	rows := bytes.Repeat([]byte("0123456789\tabcdefghij\n"), 50_000)
	for _, name := range []string{"15-gzip-file", "17-none-file", "17-gzip-file", "17-lz4-file", "17-zstd-file"} {
		t.Run(name, func(t *testing.T) {
			h := readHead(t, fixture(t, name))
			b := archive.Block{ID: firstTable(t, h).ID, Length: -1}
			w, r := archive.NewDataWriter(h, 0), archive.NewDataReader(h)
			for range 2 { // the second time with reused buffers
				var out bytes.Buffer
				if err := w.Reset(&out, b); err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write(rows); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				if h.Compression != archive.None && out.Len() > len(rows)/10 {
					t.Errorf("%d bytes of %d", out.Len(), len(rows))
				}
				if err := r.Reset(&out, b); err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, rows) {
					t.Errorf("%d bytes of %d, %v", len(got), len(rows), err)
				}
			}
		})
	}
}

func firstTable(tb testing.TB, h *archive.Head) *archive.Entry {
	tb.Helper()
	for i := range h.Entries {
		if h.Entries[i].Desc == "TABLE DATA" {
			return &h.Entries[i]
		}
	}
	tb.Fatal("there is no table")
	return nil
}

// An error from the underlying writer persists, and Close returns it at the latest.
func TestDataWriterToABrokenWriter(t *testing.T) {
	broken := errors.New("no room")
	for _, name := range []string{"15-gzip-file", "17-none-file", "17-lz4-file", "17-zstd-file"} {
		h := readHead(t, fixture(t, name))
		w := archive.NewDataWriter(h, 0)
		if err := w.Reset(brokenWriter{broken}, archive.Block{ID: 1}); err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte("1\n"))
		if err := w.Close(); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := w.Write([]byte("1\n")); err == nil {
			t.Errorf("%s: it goes on writing", name)
		}
	}
	w := archive.NewDataWriter(readHead(t, fixture(t, "17-zstd-file")), 0)
	if err := w.Reset(io.Discard, archive.Block{ID: 1, LargeObjects: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("x")); err == nil {
		t.Error("data before the first large object is taken")
	}
}

type brokenWriter struct{ err error }

func (b brokenWriter) Write([]byte) (int, error) { return 0, b.err }

// Hexadecimal digits, which COPY writes for bytea, compress to half a byte each, at every
// level of every compression with entropy coding. pg_dump achieves the same.
func TestDataWriterPacksHex(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var rows []byte
	for i := range 10 {
		rows = fmt.Appendf(rows, "%d\t\\\\x", i)
		for range 20_000 {
			rows = fmt.Appendf(rows, "%02x", random.IntN(256))
		}
		rows = append(rows, '\n')
	}
	for _, name := range []string{"15-gzip-file", "17-gzip-file", "17-zstd-file"} {
		h := readHead(t, fixture(t, name))
		for _, level := range []int{0, 1, 2, 3, 6, 9} {
			var out bytes.Buffer
			w := archive.NewDataWriter(h, level)
			if err := w.Reset(&out, archive.Block{ID: firstTable(t, h).ID, Length: -1}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(rows); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if packed := float64(out.Len()) / float64(len(rows)); packed > 0.62 {
				t.Errorf("%s, level %d: %.2f of their size", name, level, packed)
			}
		}
	}
}

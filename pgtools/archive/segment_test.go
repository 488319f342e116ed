package archive_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Segments compressed in any order form one stream for a DataReader and a complete archive
// for an Indexer.
func TestSegments(t *testing.T) {
	for _, name := range []string{"15-gzip-file", "15-none-file", "17-none-file", "17-gzip-file", "17-lz4-file", "17-zstd-file"} {
		for _, segments := range []int{0, 1, 2, 30} {
			t.Run(fmt.Sprintf("%s, %d segments", name, segments), func(t *testing.T) {
				h := readHead(t, fixture(t, name))
				table := firstTable(t, h)
				var texts [][]byte
				var packed []archive.Segment
				for i := range segments {
					texts = append(texts, bytes.Repeat(fmt.Appendf(nil, "%d\tabcdefghij\t%x\n", i, i*i), 1+i*i*100))
					packed = append(packed, archive.Segment{})
				}
				packer, err := archive.NewSegmentPacker(h, 0)
				if err != nil {
					t.Fatal(err)
				}
				for i := segments - 1; i >= 0; i-- {
					if packed[i], err = packer.Pack(nil, texts[i]); err != nil {
						t.Fatal(err)
					}
					if packed[i].Length != len(texts[i]) || packed[i].SHA256 != sha256.Sum256(texts[i]) {
						t.Errorf("segment %d has %d bytes, sum %x", i, packed[i].Length, packed[i].SHA256)
					}
				}
				reader, err := archive.NewSegmentReader(h)
				if err != nil {
					t.Fatal(err)
				}
				for i, s := range packed {
					if text, err := reader.Text(s.Chunks); err != nil || !bytes.Equal(text, texts[i]) {
						t.Errorf("segment %d: %d bytes, %v", i, len(text), err)
					}
				}
				joiner, err := archive.NewBlockJoiner(h)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 { // the second time with reused buffers
					block := joiner.Begin(nil, table.ID)
					for _, s := range packed {
						block = append(joiner.Add(block, s), s.Chunks...)
					}
					block = joiner.End(block)
					want := append(bytes.Join(texts, nil), "\\.\n\n\n"...)
					r := archive.NewDataReader(h)
					if err := r.Reset(bytes.NewReader(block), archive.Block{ID: table.ID, Length: int64(len(block))}); err != nil {
						t.Fatal(err)
					}
					got, err := io.ReadAll(r)
					if err != nil || !bytes.Equal(got, want) {
						t.Errorf("%d bytes, %v; want %d", len(got), err, len(want))
					}
					only := *h
					only.Entries = []archive.Entry{*table}
					blocks, err := archive.Scan(bytes.NewReader(block), &only, archive.IndexOptions{})
					if err != nil || len(blocks) != 1 || blocks[0].Length != int64(len(block)) {
						t.Errorf("blocks %+v, %v", blocks, err)
					}
				}
			})
		}
	}
}

// A damaged segment causes an error with any compression, unless only its checksum can
// reveal the damage.
func TestDamagedSegments(t *testing.T) {
	for _, name := range []string{"17-none-file", "17-gzip-file", "17-lz4-file", "17-zstd-file"} {
		h := readHead(t, fixture(t, name))
		packer, err := archive.NewSegmentPacker(h, 0)
		if err != nil {
			t.Fatal(err)
		}
		s, err := packer.Pack(nil, bytes.Repeat([]byte("some row\n"), 5000))
		if err != nil {
			t.Fatal(err)
		}
		reader, err := archive.NewSegmentReader(h)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 4, len(s.Chunks) / 2, len(s.Chunks) - 1} {
			if text, err := reader.Text(s.Chunks[:n]); err == nil {
				t.Errorf("%s: %d of %d bytes make a text of %d", name, n, len(s.Chunks), len(text))
			}
		}
		negative := bytes.Clone(s.Chunks)
		negative[0] = 1
		if _, err := reader.Text(negative); err == nil {
			t.Errorf("%s: a chunk has a negative length", name)
		}
		if text, err := reader.Text(s.Chunks); err != nil || len(text) != s.Length {
			t.Errorf("%s: afterwards %d bytes, %v", name, len(text), err)
		}
	}
}

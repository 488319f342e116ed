package archive_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// The bytes may arrive in pieces of any size, which may split an integer.
func TestIndexerInPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"15-none-pipe", "17-lz4-pipe", "18-gzip-pipe"} {
		data := fixture(t, name)
		h := readHead(t, data)
		want := scan(t, data, h)
		for _, b := range want {
			if sha256.Sum256(data[b.Offset:][:b.Length]) != b.SHA256 {
				t.Errorf("%s: the SHA-256 of the block of entry %d is not that of its bytes", name, b.ID)
			}
		}
		for _, longest := range []int{1, 2, 3, 7, 100, 5000} {
			var found []archive.Block
			x := archive.NewIndexer(h, archive.IndexOptions{SHA256: true, Found: func(b archive.Block) error {
				found = append(found, b)
				return nil
			}})
			for rest := data[h.Length:]; len(rest) > 0; {
				n, err := x.Write(rest[:min(1+random.IntN(longest), len(rest))])
				if err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			got, err := x.Finish()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s in pieces of up to %d bytes: %s", name, longest, diff)
			}
			if diff := cmp.Diff(want, found); diff != "" {
				t.Errorf("%s: found %s", name, diff)
			}
		}
	}
}

// Wherever an archive is cut off, it is incomplete, and the error names the place.
func TestScanOfATruncatedArchive(t *testing.T) {
	data := fixture(t, "17-gzip-pipe")
	h := readHead(t, data)
	for n := h.Length; n < int64(len(data)); n++ {
		_, err := archive.Scan(bytes.NewReader(data[h.Length:n]), h, archive.IndexOptions{})
		format, ok := errors.AsType[*archive.FormatError](err)
		if !ok || format.At != n || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut at %d of %d: %v", n, len(data), err)
		}
	}
}

func TestScanOfDamagedArchives(t *testing.T) {
	data := fixture(t, "15-gzip-pipe")
	h := readHead(t, data)
	blocks := scan(t, data, h)
	first, second := blocks[0], blocks[1]
	last := blocks[len(blocks)-1]
	if !last.LargeObjects {
		t.Fatal("the last block should hold large objects")
	}
	block := func(b archive.Block) []byte { return data[b.Offset:][:b.Length] }
	change := func(at int64, with ...byte) []byte {
		changed := bytes.Clone(data[h.Length:])
		copy(changed[at-h.Length:], with)
		return changed
	}
	for _, tt := range []struct {
		name string
		in   []byte
		want string
	}{
		{"a byte too many", append(change(h.Length), 7), "0x7 where a block should begin or the archive should end"},
		{"a block twice", append(change(h.Length), block(first)...), "which has no block or had one before"},
		{"one block missing", data[second.Offset:], "the archive ends without TABLE DATA "},
		{"no blocks", nil, "and 5 more: unexpected EOF"},
		{"another type", change(first.Offset, 3), "wrong type of block for entry"},
		{"no type at all", change(first.Offset, 2), "0x2 where a block should begin"},
		{"another entry", change(first.Offset+2, 1), "which has no block or had one before"},
		{"a negative entry", change(first.Offset+1, 1), "a block of entry -"},
		{"a negative chunk", change(first.Offset+6, 1), "the chunk has -"},
		{"a chunk of 4 GB", change(first.Offset+7, 0xff, 0xff, 0xff, 0xff), "the chunk has 4294967295 bytes"},
		{"a chunk beyond the end", change(last.Offset+12, 0xff, 0xff, 0xff, 0x7f), "the archive ends in the middle of large objects"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := archive.Scan(bytes.NewReader(tt.in), h, archive.IndexOptions{})
			format, ok := errors.AsType[*archive.FormatError](err)
			if !ok || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if format.At < h.Length || format.At > h.Length+int64(len(tt.in)) {
				t.Errorf("%v is not in the archive", err)
			}
		})
	}
}

func TestIndexerStaysFailed(t *testing.T) {
	data := fixture(t, "15-gzip-pipe")
	h := readHead(t, data)
	x := archive.NewIndexer(h, archive.IndexOptions{})
	n, err := x.Write([]byte{9, 9, 9})
	if n != 1 || err == nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	if n, again := x.Write(data[h.Length:]); n != 0 || !errors.Is(again, err) {
		t.Errorf("%d bytes, %v", n, again)
	}
	if _, again := x.Finish(); !errors.Is(again, err) {
		t.Error(again)
	}
	stop := errors.New("enough")
	if _, err := archive.Scan(bytes.NewReader(data[h.Length:]), h, archive.IndexOptions{Found: func(archive.Block) error { return stop }}); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// An error from the reader does not mean that the archive is damaged.
func TestScanOfABrokenReader(t *testing.T) {
	data := fixture(t, "15-gzip-pipe")
	h := readHead(t, data)
	broken := errors.New("connection reset")
	_, err := archive.Scan(io.MultiReader(bytes.NewReader(data[h.Length:][:100]), iotest.ErrReader(broken)), h, archive.IndexOptions{})
	if _, ok := errors.AsType[*archive.FormatError](err); ok || !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestBlocksOfImpossibleOffsets(t *testing.T) {
	data := fixture(t, "17-gzip-file")
	size := int64(len(data))
	original := readHead(t, data)
	blocks, err := original.Blocks(size)
	if err != nil {
		t.Fatal(err)
	}
	first, second := blocks[0], blocks[1]
	for _, tt := range []struct {
		name string
		size int64
		move map[int]int64
		want string
	}{
		{"in the head", size, map[int]int64{first.ID: 10}, "the offset is 10"},
		{"beyond the end", size, map[int]int64{first.ID: size}, "the offset is"},
		{"twice the same", size, map[int]int64{second.ID: first.Offset}, "overlap"},
		{"too close", size, map[int]int64{second.ID: first.Offset + 3}, "overlap"},
		{"a gap at the beginning", size, map[int]int64{first.ID: first.Offset + 1}, "1 bytes do not belong to any entry"},
		{"a truncated archive", original.Length + 20, nil, "the offset is"},
		{"no blocks at all", original.Length, nil, "the offset is"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := readHead(t, data)
			for i := range h.Entries {
				if at, ok := tt.move[h.Entries[i].ID]; ok {
					h.Entries[i].Offset = at
				}
			}
			_, err := h.Blocks(tt.size)
			if _, ok := errors.AsType[*archive.FormatError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestPatchRefuses(t *testing.T) {
	data := fixture(t, "17-gzip-pipe")
	h := readHead(t, data)
	blocks := scan(t, data, h)
	raw := bytes.Clone(data[:h.Length])
	if err := archive.Patch(raw[:100], h, blocks); err == nil {
		t.Error("a part of the head")
	}
	if _, err := archive.Excerpt(raw[:100], h, blocks); err == nil {
		t.Error("an excerpt with a part of the head")
	}
	if err := archive.Patch(raw, h, []archive.Block{{ID: h.Entries[0].ID}}); err == nil {
		t.Error("an entry without data")
	}
	h.OffsetSize = 4
	if err := archive.Patch(raw, h, []archive.Block{{ID: blocks[0].ID, Offset: 1 << 32}}); err == nil {
		t.Error("an offset of 5 bytes for 4")
	}
	if !bytes.Equal(raw, data[:h.Length]) {
		t.Error("and yet it changed something")
	}
}

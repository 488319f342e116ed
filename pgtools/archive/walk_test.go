package archive_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Walk finds the same blocks as Scan and passes on their contents, for any size of pieces
// and any amount that visit reads.
func TestWalk(t *testing.T) {
	for _, name := range append([]string{"18-gzip-redirected"}, pipes...) {
		data := fixture(t, name)
		h := readHead(t, data)
		want, err := archive.Scan(bytes.NewReader(data[h.Length:]), h, archive.IndexOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range []func(io.Reader) io.Reader{
			func(r io.Reader) io.Reader { return r },
			iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader,
		} {
			d := archive.NewDataReader(h)
			n := 0
			got, err := archive.Walk(in(bytes.NewReader(data[h.Length:])), h, func(b archive.Block, r io.Reader) error {
				n++
				if b.ID != want[n-1].ID || b.Offset != want[n-1].Offset || b.Length != -1 || b.LargeObjects != want[n-1].LargeObjects {
					t.Errorf("%s: block %d is %+v", name, n, b)
				}
				switch n % 3 {
				case 0: // reads nothing
					return nil
				case 1: // reads the bytes without decoding
					raw, err := io.ReadAll(r)
					if w := want[n-1]; !bytes.Equal(raw, data[w.Offset:][:w.Length]) {
						t.Errorf("%s: block %d has %d other bytes", name, n, len(raw))
					}
					return err
				}
				return readBlock(d, r, b)
			})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

// For a truncated archive, Walk fails like Scan, and visit never reads a block to a
// successful end.
func TestWalkOfATruncatedArchive(t *testing.T) {
	data := fixture(t, "17-gzip-pipe")
	h := readHead(t, data)
	d := archive.NewDataReader(h)
	for n := h.Length; n < int64(len(data)); n++ {
		innocent := 0
		_, err := archive.Walk(bytes.NewReader(data[h.Length:n]), h, func(b archive.Block, r io.Reader) error {
			if readBlock(d, r, b) == nil {
				innocent++
			}
			return nil
		})
		_, want := archive.Scan(bytes.NewReader(data[h.Length:n]), h, archive.IndexOptions{})
		if err == nil || err.Error() != want.Error() {
			t.Fatalf("cut at %d of %d: %v, want %v", n, len(data), err, want)
		}
		if blocks := scan(t, data, h); innocent < len(blocks) && blocks[innocent].Offset+blocks[innocent].Length <= n ||
			innocent > 0 && blocks[innocent-1].Offset+blocks[innocent-1].Length > n {
			t.Fatalf("cut at %d: %d blocks were found to be right", n, innocent)
		}
	}
}

// Blocks before the first malformed byte are visited.
func TestWalkUpToTheDamage(t *testing.T) {
	data := bytes.Clone(fixture(t, "18-zstd-pipe"))
	h := readHead(t, data)
	blocks := scan(t, data, h)
	data[blocks[2].Offset] = 77
	visited := 0
	_, err := archive.Walk(bytes.NewReader(data[h.Length:]), h, func(b archive.Block, r io.Reader) error {
		visited++
		return readBlock(archive.NewDataReader(h), r, b)
	})
	if format, ok := errors.AsType[*archive.FormatError](err); !ok || format.At != blocks[2].Offset || visited != 2 {
		t.Errorf("visited %d: %v", visited, err)
	}

	broken := errors.New("the network is down")
	_, err = archive.Walk(io.MultiReader(bytes.NewReader(data[h.Length:blocks[1].Offset+3]), iotest.ErrReader(broken)), h,
		func(archive.Block, io.Reader) error { return nil })
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	_, err = archive.Walk(bytes.NewReader(data[h.Length:]), h, func(archive.Block, io.Reader) error { return broken })
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}

// Offsets from a manifest work like those in the archive, and get the same checks.
func TestPlace(t *testing.T) {
	data := fixture(t, "17-gzip-pipe")
	want, err := archive.Scan(bytes.NewReader(data[readHead(t, data).Length:]), readHead(t, data), archive.IndexOptions{})
	if err != nil {
		t.Fatal(err)
	}
	places := map[int]int64{-7: 1}
	for _, b := range want {
		places[b.ID] = b.Offset
	}
	h := readHead(t, data)
	h.Place(places)
	got, err := h.Blocks(int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Known offsets are kept.
	places[want[0].ID]++
	h.Place(places)
	if got, err := h.Blocks(int64(len(data))); err != nil || got[0] != want[0] {
		t.Errorf("%+v, %v", got, err)
	}
	h = readHead(t, data)
	h.Place(places)
	if _, err := h.Blocks(int64(len(data))); err == nil {
		t.Error("a place that cannot be right was taken")
	}
	delete(places, want[0].ID)
	h = readHead(t, data)
	h.Place(places)
	if _, err := h.Blocks(int64(len(data))); !errors.Is(err, archive.ErrNoOffsets) {
		t.Error(err)
	}
}

package archive_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// readBlock reads all data of a block.
func readBlock(d *archive.DataReader, r io.Reader, b archive.Block) error {
	if err := d.Reset(r, b); err != nil {
		return err
	}
	if !b.LargeObjects {
		_, err := io.Copy(io.Discard, d)
		return err
	}
	for {
		if _, err := d.NextObject(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, d); err != nil {
			return err
		}
	}
}

// pipes are the archives that were written to a pipe, one for each compression.
var pipes = []string{"18-none-pipe", "18-gzip-pipe", "18-lz4-pipe", "18-zstd-pipe"}

// A DataReader reads nothing after its block, and supports any size of Read.
func TestDataReaderReadsItsBlockOnly(t *testing.T) {
	for _, name := range pipes {
		data := fixture(t, name)
		h := readHead(t, data)
		d := archive.NewDataReader(h)
		stream := bytes.NewReader(data[h.Length:])
		for _, b := range scan(t, data, h) {
			if err := readBlock(d, iotest.OneByteReader(stream), b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if at := int64(len(data)) - int64(stream.Len()); at != b.Offset+b.Length {
				t.Fatalf("%s: read up to %d instead of %d", name, at, b.Offset+b.Length)
			}
		}
	}
}

// A block that is truncated, or has any bit flipped, is never read to a successful end, and
// the error names a byte of the block.
func TestDataReaderOfDamagedBlocks(t *testing.T) {
	for _, name := range pipes {
		t.Run(name, func(t *testing.T) {
			data := fixture(t, name)
			h := readHead(t, data)
			d := archive.NewDataReader(h)
			inBlock := func(b archive.Block, err error) bool {
				format, ok := errors.AsType[*archive.FormatError](err)
				return ok && format.At >= b.Offset && format.At <= b.Offset+b.Length
			}
			for _, b := range scan(t, data, h) {
				block := data[b.Offset:][:b.Length]
				for n := range block {
					if err := readBlock(d, bytes.NewReader(block[:n]), b); !inBlock(b, err) || !errors.Is(err, io.ErrUnexpectedEOF) {
						t.Fatalf("entry %d, cut at %d of %d: %v", b.ID, n, b.Length, err)
					}
					flipped := bytes.Clone(block)
					flipped[n] ^= 1 << (n % 8)
					if err := readBlock(d, bytes.NewReader(flipped), b); !inBlock(b, err) {
						t.Fatalf("entry %d, flipped a bit of byte %d of %d: %v", b.ID, n, b.Length, err)
					}
				}
				if err := readBlock(d, bytes.NewReader(block), b); err != nil {
					t.Fatalf("entry %d, once more: %v", b.ID, err)
				}
			}
		})
	}
}

func TestDataReaderComplains(t *testing.T) {
	data := fixture(t, "18-gzip-pipe")
	h := readHead(t, data)
	blocks := scan(t, data, h)
	b := blocks[0]
	in := data[b.Offset:][:b.Length]
	end := b.Offset + b.Length
	with := func(change func(b *archive.Block)) archive.Block {
		c := b
		c.SHA256 = [sha256.Size]byte{}
		change(&c)
		return c
	}
	chunk := func(payload []byte) []byte {
		return append([]byte{0, byte(len(payload)), byte(len(payload) >> 8), 0, 0}, payload...)
	}
	longer := append(append(bytes.Clone(in[:len(in)-5]), chunk([]byte("more"))...), 0, 0, 0, 0, 0)
	empty := append(bytes.Clone(in[:6]), 0, 0, 0, 0, 0)
	for _, tt := range []struct {
		name string
		in   []byte
		b    archive.Block
		want string
	}{
		{"another type", in, with(func(b *archive.Block) { b.LargeObjects = true }), "the type is 0x1 instead of 0x3"},
		{"another entry", in, with(func(b *archive.Block) { b.ID++ }), "instead of"},
		{"an entry that is not there", in, with(func(b *archive.Block) { b.ID = 1 << 20 }), "entry 1048576: byte"},
		{"a block too long", data[b.Offset:], with(func(b *archive.Block) { b.Length++ }), "the block ends here instead of at byte"},
		{"a block too short", in, with(func(b *archive.Block) { b.Length-- }), "unexpected EOF"},
		{"another SHA-256", in, with(func(b *archive.Block) { b.SHA256[0] = 1 }), "the SHA-256 of"},
		{"bytes after the compressed data", longer, with(func(b *archive.Block) { b.Length = int64(len(longer)) }), "bytes follow the end of the gzip data"},
		{"no bytes", empty, with(func(b *archive.Block) { b.Length = int64(len(empty)) }), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := readBlock(archive.NewDataReader(h), bytes.NewReader(tt.in), tt.b)
			if tt.want == "" && err == nil {
				return
			}
			if _, ok := errors.AsType[*archive.FormatError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
		})
	}

	broken := errors.New("connection reset")
	for _, n := range []int64{0, 3, 20, b.Length - 1} {
		err := readBlock(archive.NewDataReader(h), io.MultiReader(bytes.NewReader(in[:n]), iotest.ErrReader(broken)), b)
		if _, ok := errors.AsType[*archive.FormatError](err); ok || !errors.Is(err, broken) {
			t.Errorf("a reader that breaks after %d bytes of %d: %v", n, end-b.Offset, err)
		}
	}
}

// Large objects may be skipped or read in part.
func TestNextObjectSkips(t *testing.T) {
	for _, name := range pipes {
		data := fixture(t, name)
		h := readHead(t, data)
		for _, b := range scan(t, data, h) {
			if !b.LargeObjects {
				continue
			}
			d := archive.NewDataReader(h)
			if err := d.Reset(bytes.NewReader(data[b.Offset:]), b); err != nil {
				t.Fatal(err)
			}
			if n, err := d.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
				t.Errorf("%s: read %d bytes of no object: %v", name, n, err)
			}
			var oids []uint32
			for {
				oid, err := d.NextObject()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				oids = append(oids, oid)
				if _, err := d.Read(make([]byte, 3)); err != nil && !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
			}
			if len(oids) == 0 {
				t.Errorf("%s: no object", name)
			}
			if _, err := d.NextObject(); !errors.Is(err, io.EOF) {
				t.Errorf("%s: after the end: %v", name, err)
			}
		}
	}
}

package archive

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// A DataReader reads the data of an archive's blocks, one block after another, with the
// same buffers and decompressor.
//
// It takes about 130 KiB of memory plus the decompressor's: for zstd, the window that
// pg_dump chose, which is 2 MiB by default and 128 MiB at most.
type DataReader struct {
	h       *Head
	entries map[int]*Entry
	chunks  *chunkReader
	codec   codec
	block   Block
	data    io.Reader // decompressed; nil if there is nothing to read
	err     error
}

// NewDataReader returns a DataReader for the archive with head h. Call Reset first.
func NewDataReader(h *Head) *DataReader {
	return &DataReader{h: h, entries: h.withBlocks(), chunks: newChunkReader()}
}

// Reset starts to read block b from r, whose next byte is the block's first. The DataReader
// never reads past the block, unless b.Length is -1 (unknown): then the block ends with r.
// If b.SHA256 is set, the last Read or NextObject of the block compares the checksum.
//
// For the rows of a table, call Read, which returns the text as in a pg_dump script: COPY's
// text format followed by the line "\." and two empty lines or, if the entry has no COPY
// statement, SQL. For large objects, call NextObject first.
func (d *DataReader) Reset(r io.Reader, b Block) error {
	d.block, d.data = b, nil
	d.err = d.begin(r, b)
	return d.err
}

func (d *DataReader) begin(r io.Reader, b Block) error {
	if d.codec == nil {
		var err error
		if d.codec, err = d.h.Compression.codec(); err != nil {
			return err
		}
	}
	d.chunks.reset(r, b)
	kind, err := d.chunks.in.ReadByte()
	if err != nil {
		return d.explain(readFailure(b.Offset, "type of the block", err))
	}
	want := byte(typeData)
	if b.LargeObjects {
		want = typeLargeObjects
	}
	if kind != want {
		return d.explain(malformed(b.Offset, "the type is %#x instead of %#x", kind, want))
	}
	id, err := d.chunks.integer("id of the block")
	if err != nil {
		return d.explain(err)
	}
	if id != int64(b.ID) {
		return d.explain(malformed(b.Offset+1, "the block belongs to entry %d instead of %d", id, b.ID))
	}
	if b.LargeObjects {
		return nil
	}
	return d.open()
}

// open starts the data of a table or of a large object.
func (d *DataReader) open() error {
	// Like pg_restore, treat a block without chunks as empty, whatever the compression.
	some, err := d.chunks.open()
	if err != nil {
		return d.explain(err)
	}
	d.data = d.chunks
	if some {
		if d.data, err = d.codec.reset(d.chunks); err != nil {
			return d.failed(err)
		}
	}
	return nil
}

// NextObject moves to the next large object and returns its oid. It skips the rest of the
// previous one. Read then returns the object's bytes. After the last object the error is
// io.EOF.
func (d *DataReader) NextObject() (oid uint32, err error) {
	if d.err == nil && d.data != nil {
		_, err = io.Copy(io.Discard, d.data)
		d.err = d.closed(err)
	}
	if d.err != nil {
		return 0, d.err
	}
	d.data = nil
	at := d.chunks.at()
	n, err := d.chunks.integer("oid of a large object")
	switch {
	case err != nil:
		d.err = d.explain(err)
	case n == 0:
		d.err = d.finish()
	case n >= 1<<32 || n < -1<<31:
		d.err = d.explain(malformed(at, "%d is not the oid of a large object", n))
	default:
		d.err = d.open()
	}
	return uint32(n), d.err // pg_dump writes oids as signed integers
}

// Read reads decompressed data. It returns io.EOF only at the end of a large object, or at
// the end of a block that passed all checks. Any other error is a FormatError or comes from
// the block's reader.
func (d *DataReader) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	if d.data == nil {
		return 0, io.EOF
	}
	n, err := d.data.Read(p)
	if err == nil {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if d.err = d.closed(err); d.err != nil {
		return n, d.err
	}
	d.data = nil
	if !d.block.LargeObjects {
		d.err = d.finish()
		return n, d.err
	}
	return n, io.EOF
}

// closed checks the end of d.data, where the decompressor returned err. No data may follow.
func (d *DataReader) closed(err error) error {
	if err != nil {
		return d.failed(err)
	}
	var one [1]byte
	if n, err := d.chunks.Read(one[:]); n > 0 || d.data != d.chunks && d.codec.rest() {
		return d.explain(malformed(d.chunks.at(), "bytes follow the end of the %s data", d.h.Compression))
	} else if !errors.Is(err, io.EOF) {
		return d.explain(err)
	}
	return nil
}

// failed returns the error to report for the decompressor's err, which may have been caused
// by an error in the chunks.
func (d *DataReader) failed(err error) error {
	if c := d.chunks.err; c != nil && !errors.Is(c, io.EOF) {
		return d.explain(c)
	}
	return d.explain(malformed(d.chunks.at(), "%s data: %w", d.h.Compression, err))
}

// finish checks the end of the block and returns io.EOF if the block is intact.
func (d *DataReader) finish() error {
	in := &d.chunks.bytes
	if d.block.Length < 0 {
		at := d.chunks.at()
		if _, err := d.chunks.in.Peek(1); err == nil {
			return d.explain(malformed(at, "bytes follow the end of the block"))
		} else if !errors.Is(err, io.EOF) {
			return d.explain(readFailure(at, "end of the block", err))
		}
	} else if at := d.chunks.at(); at != d.block.Offset+d.block.Length {
		return d.explain(malformed(at, "the block ends here instead of at byte %d", d.block.Offset+d.block.Length))
	}
	if in.hash != nil {
		if sum := [sha256.Size]byte(in.hash.Sum(nil)); sum != d.block.SHA256 {
			return d.explain(malformed(d.block.Offset, "the SHA-256 of %d bytes is %x instead of %x", d.block.Length, sum, d.block.SHA256))
		}
	}
	return io.EOF
}

// explain adds the entry to err.
func (d *DataReader) explain(err error) error {
	if e := d.entries[d.block.ID]; e != nil {
		return fmt.Errorf("%s: %w", e, err)
	}
	return fmt.Errorf("entry %d: %w", d.block.ID, err)
}

package archive

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// A DataWriter writes the data of blocks, one block after another, compressed
// as a head says: what a DataReader of that head reads. Its buffers and its
// compressor serve for all of them.
//
// It takes about 130 KiB of memory and what compression needs, which for zstd
// is some MiB.
type DataWriter struct {
	h       *Head
	level   int
	chunks  *chunkWriter
	codec   compressor
	block   Block
	opened  bool // a series of chunks is under way
	started bool // the compressor has begun it
	err     error
}

// NewDataWriter returns a DataWriter for the archive that begins with h. Level
// is that of the compression, as pg_dump -Z counts it; 0 is the one that the
// head names, which it does up to layout 1.14, or the compression's default.
// Reset begins a block.
func NewDataWriter(h *Head, level int) *DataWriter {
	if level == 0 {
		level = h.Level
	}
	return &DataWriter{h: h, level: level, chunks: newChunkWriter()}
}

// Reset begins to write block b to out. Of b, the ID and LargeObjects count.
//
// For an entry's TABLE DATA, Write follows, of what a DataReader's Read yields.
// For large objects, NextObject comes first. Close ends the block; nothing of
// the block is for certain in out before that.
func (w *DataWriter) Reset(out io.Writer, b Block) error {
	if w.codec == nil {
		if w.codec, w.err = w.h.Compression.compressor(w.level); w.err != nil {
			return w.err
		}
	}
	w.block, w.opened, w.started, w.err = b, !b.LargeObjects, false, nil
	w.chunks.out.Reset(out)
	w.chunks.held = w.chunks.held[:0]
	kind := byte(typeData)
	if b.LargeObjects {
		kind = typeLargeObjects
	}
	w.fail(w.chunks.out.WriteByte(kind))
	w.fail(w.chunks.integer(int32(b.ID)))
	return w.err
}

// NextObject begins the next large object, whose bytes Write takes.
func (w *DataWriter) NextObject(oid uint32) error {
	w.end()
	w.opened = true
	w.fail(w.chunks.integer(int32(oid))) // pg_dump writes oids as signed integers
	return w.err
}

// Write takes data of a table or of a large object.
func (w *DataWriter) Write(p []byte) (int, error) {
	w.start()
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.codec.Write(p)
	w.fail(err)
	return n, err
}

// Close ends the block, and leaves all of it in out.
func (w *DataWriter) Close() error {
	w.end()
	if w.block.LargeObjects {
		w.fail(w.chunks.integer(0))
	}
	w.fail(w.chunks.out.Flush())
	return w.err
}

// start has the compressor begin a series of chunks.
func (w *DataWriter) start() {
	if w.started || w.err != nil {
		return
	}
	if !w.opened {
		w.err = fmt.Errorf("write block %d: data before the first large object", w.block.ID)
		return
	}
	w.codec.Reset(w.chunks)
	w.started = true
}

// end ends a series of chunks. What is empty is compressed as well: pg_restore
// takes gzip without a byte for damage.
func (w *DataWriter) end() {
	if !w.opened {
		return
	}
	w.start()
	if w.err == nil {
		w.fail(w.codec.Close())
	}
	w.fail(w.chunks.end())
	w.opened, w.started = false, false
}

func (w *DataWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// chunkWriter writes what it is given as chunks, of a size of its own.
type chunkWriter struct {
	out  *bufio.Writer
	held []byte // of a chunk that is not full
}

// chunkSize is the length of a chunk, in bytes. Readers take any.
const chunkSize = 64 << 10

func newChunkWriter() *chunkWriter {
	return &chunkWriter{out: bufio.NewWriterSize(nil, chunkSize), held: make([]byte, 0, chunkSize)}
}

// Write implements io.Writer.
func (c *chunkWriter) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		n := min(len(p), chunkSize-len(c.held))
		c.held = append(c.held, p[:n]...)
		p, written = p[n:], written+n
		if len(c.held) == chunkSize {
			if err := c.flush(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

func (c *chunkWriter) flush() error {
	if len(c.held) == 0 {
		return nil
	}
	if err := c.integer(int32(len(c.held))); err != nil {
		return err
	}
	_, err := c.out.Write(c.held)
	c.held = c.held[:0]
	return err
}

// end ends a series of chunks.
func (c *chunkWriter) end() error {
	if err := c.flush(); err != nil {
		return err
	}
	return c.integer(0)
}

func (c *chunkWriter) integer(n int32) error {
	_, err := c.out.Write(appendInt(c.out.AvailableBuffer(), n))
	return err
}

// appendInt encodes an integer.
func appendInt(b []byte, n int32) []byte {
	sign, size := byte(0), int64(n)
	if n < 0 {
		sign, size = 1, -size
	}
	return binary.LittleEndian.AppendUint32(append(b, sign), uint32(size))
}

package archive

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
)

// A DataWriter writes the data of blocks, one block after another, with the same buffers
// and compressor. It uses a head's compression, so a DataReader for that head can read the
// blocks.
//
// It takes about 130 KiB of memory plus the compressor's, which for zstd is a few MiB.
type DataWriter struct {
	h       *Head
	level   int
	chunks  *chunkWriter
	codec   compressor
	block   Block
	opened  bool // a series of chunks has begun
	started bool // the compressor has started on it
	err     error
}

// NewDataWriter returns a DataWriter for the archive with head h. level is as for pg_dump
// -Z; 0 means the level in the head (up to layout 1.14), or else the default. Call Reset
// first.
func NewDataWriter(h *Head, level int) *DataWriter {
	level = cmp.Or(level, h.Level)
	return &DataWriter{h: h, level: level, chunks: newChunkWriter()}
}

// Reset starts to write block b to out. It uses only the ID and LargeObjects of b.
//
// For the rows of a table, call Write with the text that a DataReader's Read returns. For
// large objects, call NextObject first. The block is complete in out only after Close.
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

// NextObject starts the next large object, whose bytes go to Write.
func (w *DataWriter) NextObject(oid uint32) error {
	w.end()
	w.opened = true
	w.fail(w.chunks.integer(int32(oid))) // pg_dump writes oids as signed integers
	return w.err
}

// Write writes data of a table or of a large object.
func (w *DataWriter) Write(p []byte) (int, error) {
	w.start()
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.codec.Write(p)
	w.fail(err)
	return n, err
}

// Close ends the block and flushes it to out.
func (w *DataWriter) Close() error {
	w.end()
	if w.block.LargeObjects {
		w.fail(w.chunks.integer(0))
	}
	w.fail(w.chunks.out.Flush())
	return w.err
}

// start starts the compressor on a series of chunks.
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

// end ends a series of chunks. It compresses even an empty one: pg_restore treats gzip data
// of zero bytes as damaged.
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

// chunkWriter divides data into chunks.
type chunkWriter struct {
	out  *bufio.Writer
	held []byte // current chunk, not full yet
}

// chunkSize is the length of a chunk, in bytes. Readers accept any length.
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

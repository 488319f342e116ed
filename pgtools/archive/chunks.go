package archive

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"math"
)

// blockBytes reads the bytes of one block and nothing after it. It tracks its offset and,
// on request, computes a checksum.
type blockBytes struct {
	r    io.Reader
	at   int64 // bytes from the start of the archive
	left int64
	hash hash.Hash // nil if not requested
}

func (s *blockBytes) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.left)])
	s.at += int64(n)
	s.left -= int64(n)
	if s.hash != nil {
		_, _ = s.hash.Write(p[:n]) // a hash never fails
	}
	if s.left == 0 && err != nil && n > 0 {
		err = nil // the block is complete
	}
	return n, err
}

// chunkReader reads the payload of a series of chunks, up to the one of length 0. After an
// error, every read returns the same error.
type chunkReader struct {
	bytes blockBytes
	in    *bufio.Reader // input, with a buffer
	left  int64         // bytes left in the chunk
	err   error         // io.EOF after the last chunk
}

// rawBuffer is the size of the reads from a block, in bytes. A chunk of compressed data has
// 4 to 128 KiB; a chunk of uncompressed data has one row.
const rawBuffer = 32 << 10

func newChunkReader() *chunkReader {
	c := &chunkReader{}
	c.in = bufio.NewReaderSize(&c.bytes, rawBuffer)
	return c
}

// reset starts a block at its first byte.
func (c *chunkReader) reset(r io.Reader, b Block) {
	sum := c.bytes.hash
	c.bytes = blockBytes{r: r, at: b.Offset, left: b.Length}
	if b.Length < 0 {
		c.bytes.left = math.MaxInt64
	}
	if b.SHA256 != [sha256.Size]byte{} {
		if sum == nil {
			sum = sha256.New()
		}
		sum.Reset()
		c.bytes.hash = sum
	}
	c.in.Reset(&c.bytes)
	c.left, c.err = 0, nil
}

// at returns the offset of the next byte from the start of the archive.
func (c *chunkReader) at() int64 { return c.bytes.at - int64(c.in.Buffered()) }

// open starts a series of chunks and reports whether it has any.
func (c *chunkReader) open() (bool, error) {
	c.left, c.err = 0, nil
	if !c.next() {
		if errors.Is(c.err, io.EOF) {
			return false, nil
		}
		return false, c.err
	}
	return true, nil
}

// next moves to the next chunk, and reports whether there is one.
func (c *chunkReader) next() bool {
	at := c.at()
	n, err := c.integer("length of a chunk")
	switch {
	case err != nil:
		c.err = err
	case n < 0 || n > maxChunk:
		c.err = malformed(at, "the chunk has %d bytes", n)
	case n == 0:
		c.err = io.EOF
	}
	c.left = n
	return c.err == nil
}

// Read returns buffered bytes if there are any. Only otherwise does it wait for more of the
// block.
func (c *chunkReader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && c.err == nil {
		if c.left == 0 {
			if n > 0 && c.in.Buffered() < intBytes {
				break
			}
			if !c.next() {
				break
			}
		}
		if n > 0 && c.in.Buffered() == 0 {
			break
		}
		m, err := c.in.Read(p[n:min(int64(len(p)), int64(n)+c.left)])
		n += m
		c.left -= int64(m)
		if err != nil {
			c.err = readFailure(c.at(), "data", err)
		}
	}
	if n > 0 {
		return n, nil
	}
	return 0, c.err
}

func (c *chunkReader) integer(what string) (int64, error) {
	b, err := c.in.Peek(intBytes)
	if err != nil {
		return 0, readFailure(c.at()+int64(len(b)), what, err)
	}
	n := decodeInt(b)
	_, err = c.in.Discard(intBytes)
	return n, err
}

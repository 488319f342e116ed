package archive

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
)

// A decoder reads the primitives of the format. After the first failure it sets err, and
// every further call returns a zero value.
type decoder struct {
	r          io.Reader
	at         int64 // bytes read
	offsetSize int
	err        error
	scratch    [8]byte
}

func (p *decoder) fail(format string, args ...any) {
	if p.err == nil {
		p.err = malformed(p.at, format, args...)
	}
}

// failRead records a failed read of what. The end of input is always unexpected within the
// head.
func (p *decoder) failRead(what string, err error) {
	if p.err == nil {
		p.err = readFailure(p.at, what, err)
	}
}

// full fills b. Use it only for small buffers.
func (p *decoder) full(what string, b []byte) {
	if p.err != nil {
		clear(b)
		return
	}
	n, err := io.ReadFull(p.r, b)
	p.at += int64(n)
	if err != nil {
		clear(b)
		p.failRead(what, err)
	}
}

func (p *decoder) byte(what string) int {
	b := p.scratch[:1]
	p.full(what, b)
	return int(b[0])
}

// bytes reads n bytes. It allocates memory only as bytes arrive, because n may come from a
// corrupt archive.
func (p *decoder) bytes(what string, n int) []byte {
	if p.err != nil {
		return nil
	}
	if n < 0 || int64(n) > maxHead-p.at {
		p.fail("%s: a length of %d bytes exceeds the limit of %d MiB for a table of contents", what, n, maxHead>>20)
		return nil
	}
	if n <= 4096 {
		b := make([]byte, n)
		p.full(what, b)
		return b
	}
	var buf bytes.Buffer
	copied, err := io.CopyN(&buf, p.r, int64(n))
	p.at += copied
	if err != nil {
		p.failRead(what, err)
		return nil
	}
	return buf.Bytes()
}

// intBytes is the length of an integer: a sign byte and four little-endian bytes. The
// header could specify another length, but a C int has four bytes wherever PostgreSQL runs.
const intBytes = 5

// decodeInt decodes an integer of intBytes bytes.
func decodeInt(b []byte) int64 {
	n := int64(binary.LittleEndian.Uint32(b[1:intBytes]))
	if b[0] != 0 {
		return -n
	}
	return n
}

func (p *decoder) integer(what string) int {
	b := p.scratch[:intBytes]
	p.full(what, b)
	n := decodeInt(b)
	if n < math.MinInt32 || n > math.MaxInt32 {
		p.fail("%s: %d is out of range", what, n)
		return 0
	}
	return int(n)
}

func (p *decoder) offset() int64 {
	b := p.scratch[:p.offsetSize]
	p.full("offset", b)
	var n uint64
	for i, c := range b {
		n |= uint64(c) << (8 * i)
	}
	if n > 1<<62 {
		p.fail("offset: %d is out of range", n)
		return 0
	}
	return int64(n)
}

// str reads a length and that many bytes; a negative length is NULL.
func (p *decoder) str(what string) (s string, null bool) {
	n := p.integer(what)
	if n < 0 || p.err != nil {
		return "", true
	}
	return string(p.bytes(what, n)), false
}

func (p *decoder) text(what string) string {
	s, _ := p.str(what)
	return s
}

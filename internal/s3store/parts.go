package s3store

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/minio/crc64nvme"
)

// part is a piece of the stream, in a buffer of the ring.
type part struct {
	number int32 // from 1
	data   []byte
	sum    uint64 // CRC64NVME of data
	last   bool
	err    error // the stream failed; nothing else is set
}

// partReader cuts a stream into parts. A fixed number of buffers goes round:
// filled here, sent by the uploader, released, filled again.
type partReader struct {
	size int
	full chan part
	free chan []byte // nil for a buffer not made yet
}

// firstBuffer is what a stream of unknown length begins with: most streams
// that are not dumps are manifests of a few KiB.
const firstBuffer = 256 << 10

// startParts begins to read r. It stops when ctx ends; a Read that is blocked
// then keeps the goroutine, but nothing else, until it returns.
func startParts(ctx context.Context, r io.Reader, size int64, buffers int, estimate int64) *partReader {
	p := &partReader{size: int(size), full: make(chan part), free: make(chan []byte, buffers)}
	first := firstBuffer
	if estimate >= size {
		first = p.size
	}
	p.free <- make([]byte, 0, first)
	for range buffers - 1 {
		p.free <- nil
	}
	go p.run(ctx, r)
	return p
}

// next returns the next part, or the stream's error.
func (p *partReader) next(ctx context.Context) (part, error) {
	select {
	case next := <-p.full:
		return next, next.err
	case <-ctx.Done():
		return part{}, ctx.Err()
	}
}

// release gives a part's buffer back. One that made room for a held part is one
// too many in the end, and left to the garbage collector.
func (p *partReader) release(data []byte) {
	select {
	case p.free <- data[:0]:
	default:
	}
}

// replace makes up for the buffer of a held part, which does not come back soon.
func (p *partReader) replace() { p.release(nil) }

func (p *partReader) run(ctx context.Context, r io.Reader) {
	// Large reads pass the bufio.Reader by; it is here for Peek, which tells
	// a part that happens to be full from the last one.
	in := bufio.NewReader(r)
	for number := int32(1); ; number++ {
		var buf []byte
		select {
		case buf = <-p.free:
		case <-ctx.Done():
			return
		}
		if buf == nil {
			buf = make([]byte, 0, p.size)
		}
		data, err := p.fill(in, buf)
		if err == nil {
			_, err = in.Peek(1)
		}
		next := part{number: number, data: data, last: errors.Is(err, io.EOF)}
		if err != nil && !next.last {
			next = part{err: err}
		}
		next.sum = crc64nvme.Checksum(data)
		select {
		case p.full <- next:
		case <-ctx.Done():
			return
		}
		if next.last || next.err != nil {
			return
		}
	}
}

// fill reads until buf holds a part or the stream ends. A smaller buffer
// doubles on the way.
func (p *partReader) fill(r io.Reader, buf []byte) ([]byte, error) {
	for len(buf) < p.size {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), min(2*cap(buf), p.size))
			copy(grown, buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

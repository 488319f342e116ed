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
	number int32 // part number, from 1
	data   []byte
	sum    uint64 // CRC64NVME of data
	last   bool
	err    error // error of the stream; the other fields are not set
}

// partReader cuts a stream into parts. It reuses a fixed number of buffers: filled by the
// partReader, sent by the uploader, released, filled again.
type partReader struct {
	size int
	full chan part
	free chan []byte // nil for a buffer that is not allocated yet
}

// firstBuffer is the size of the first buffer for a stream of unknown length. Most
// streams that are not dumps are manifests of a few KiB.
const firstBuffer = 256 << 10

// startParts starts to read r. It stops when ctx is done. A blocked Read keeps the
// goroutine, but nothing else, until it returns.
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

// next returns the next part or the error of the stream.
func (p *partReader) next(ctx context.Context) (part, error) {
	select {
	case next := <-p.full:
		return next, next.err
	case <-ctx.Done():
		return part{}, ctx.Err()
	}
}

// release returns the buffer of a part to the ring, or adds a new buffer if data is nil. A
// buffer that another one has replaced is left to the garbage collector.
func (p *partReader) release(data []byte) {
	select {
	case p.free <- data[:0]:
	default:
	}
}

func (p *partReader) run(ctx context.Context, r io.Reader) {
	// Large reads bypass the buffer of the bufio.Reader. Peek distinguishes a full last
	// part from other parts.
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

// fill reads until buf contains a part or the stream ends. It doubles a smaller buffer as
// needed.
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

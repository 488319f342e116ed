package rows

import (
	"bytes"
	"errors"
	"io"
)

// chunk is the number of bytes that a reader reads at once, and about the number that it
// masks before it returns them.
const chunk = 64 << 10

// A reader masks the rows that it reads.
type reader struct {
	masker
	in     io.Reader
	buf    []byte // read but not yet masked: buf[start:]
	start  int
	seen   int    // bytes of buf[start:] without a newline
	ready  []byte // masked but not yet returned
	long   *long  // the row at the beginning of buf, if it is long
	over   bool   // the end of the rows was reached
	inErr  error  // error from in, after the bytes in buf
	outErr error  // error to return after ready
}

func (r *reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(r.ready) == 0 {
		switch {
		case r.outErr != nil:
			return 0, r.outErr
		case r.over && r.start == len(r.buf) && r.inErr == nil:
			return r.in.Read(p)
		}
		r.next()
	}
	n := copy(p, r.ready)
	r.ready = r.ready[n:]
	return n, nil
}

// next fills ready or sets outErr.
func (r *reader) next() {
	if r.over {
		r.ready, r.start, r.outErr = r.buf[r.start:], len(r.buf), r.inErr
		return
	}
	r.out = r.out[:0]
	for len(r.out) < chunk && r.outErr == nil && !r.over {
		if r.long != nil && r.start < len(r.buf) {
			r.goOn()
			continue
		}
		row, ok := r.row()
		switch {
		case ok && string(row) == `\.`:
			r.over = true
			r.out = append(r.out, "\\.\n"...)
		case ok:
			r.outErr = r.mask(row)
		case r.long == nil && len(r.buf)-r.start >= longRow:
			r.begin()
		case r.inErr == nil:
			if len(r.out) > 0 {
				r.ready = r.out // return these rows without waiting for more
				return
			}
			r.fill()
		case !errors.Is(r.inErr, io.EOF):
			r.outErr = r.inErr
		case string(r.buf[r.start:]) == `\.`:
			r.over = true // the bytes in buf pass unchanged
		case r.long != nil:
			r.outErr = r.fault("", io.ErrUnexpectedEOF)
		case r.start < len(r.buf):
			r.number++
			r.outErr = r.fault("", io.ErrUnexpectedEOF)
		default:
			r.outErr = io.EOF
		}
	}
	r.ready = r.out
}

// row takes the next row from buf, without its newline. The row is valid until the next
// call to fill.
func (r *reader) row() (row []byte, ok bool) {
	rest := r.buf[r.start:]
	i := bytes.IndexByte(rest[r.seen:], '\n')
	if i < 0 {
		r.seen = len(rest)
		return nil, false
	}
	i += r.seen
	r.start += i + 1
	r.seen = 0
	return rest[:i], true
}

// fill reads more into buf. It grows buf if one row fills it.
func (r *reader) fill() {
	if r.start > 0 {
		r.buf = r.buf[:copy(r.buf, r.buf[r.start:])]
		r.start = 0
	}
	if len(r.buf) == cap(r.buf) {
		grown := make([]byte, len(r.buf), max(chunk, 2*cap(r.buf)))
		copy(grown, r.buf)
		r.buf = grown
	}
	for empty := 0; ; empty++ {
		n, err := r.in.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		switch {
		case err != nil:
			r.inErr = err
			return
		case n > 0:
			return
		case empty == 100:
			r.inErr = io.ErrNoProgress
			return
		}
	}
}

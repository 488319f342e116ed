package s3store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

const (
	defaultRange  = 8 * mib
	defaultWindow = 8
)

// DownloadOptions are the choices of a download. The zero value is good.
type DownloadOptions struct {
	// Offset is the first byte to read.
	Offset int64

	// RangeSize is how much one request fetches, in bytes; 0 means 8 MiB.
	RangeSize int64

	// Window is how many ranges are fetched, or wait to be read, at once; 0
	// means 8. Memory is Window × RangeSize at most.
	Window int

	// StallTimeout is how long a request may bring no byte before it is given
	// up and repeated from where it was; 0 means 30 seconds. A reader that
	// does not read does not count.
	StallTimeout time.Duration

	// Progress, when set, is told how many bytes have arrived, each once, in
	// no order. It is called from several goroutines.
	Progress func(n int64)
}

// Download reads an object in order, fetching it in parallel.
type Download struct {
	store  *Store
	obj    Object
	opt    DownloadOptions
	ctx    context.Context // a reader has no other way to be cancelled
	cancel context.CancelFunc
	work   sync.WaitGroup

	pieces chan *piece // in the order of the object
	free   chan []byte // nil for a buffer not made yet

	mu      sync.Mutex // held by Read, and by Close once Read has been woken up
	current *piece
	unread  []byte // of current
	err     error  // what every further Read returns
}

// piece is one range.
type piece struct {
	buf  []byte
	done chan error // gets one value, when buf is full or has failed
}

// Download begins to read obj, which must come from a listing or a Head; see
// ReadRange for how it notices a replaced object, and what it does about broken
// and stalled requests. Read it to io.EOF or to an error, then Close it, which
// ends all that is still going on, a Read in another goroutine included.
func (s *Store) Download(ctx context.Context, obj Object, opt DownloadOptions) *Download {
	opt.RangeSize = cmp.Or(opt.RangeSize, defaultRange)
	opt.Window = cmp.Or(opt.Window, defaultWindow)
	ctx, cancel := context.WithCancel(withStall(ctx, cmp.Or(opt.StallTimeout, answerStall)))
	d := &Download{
		store: s, obj: obj, opt: opt, ctx: ctx, cancel: cancel,
		pieces: make(chan *piece, opt.Window),
		free:   make(chan []byte, opt.Window),
	}
	for range opt.Window {
		d.free <- nil
	}
	d.work.Go(d.start)
	return d
}

// start starts a fetch for each range as buffers come free.
func (d *Download) start() {
	defer close(d.pieces)
	for offset := d.opt.Offset; offset < d.obj.Size; offset += d.opt.RangeSize {
		length := min(d.opt.RangeSize, d.obj.Size-offset)
		var buf []byte
		select {
		case buf = <-d.free:
		case <-d.ctx.Done():
			return
		}
		if buf == nil {
			buf = make([]byte, min(d.opt.RangeSize, d.obj.Size))
		}
		p := &piece{buf: buf[:length], done: make(chan error, 1)}
		d.pieces <- p // never blocks: there are no more pieces than buffers
		d.work.Go(func() { p.done <- d.fetch(p.buf, offset) })
	}
}

// fetch fills buf with the object's bytes from offset on.
func (d *Download) fetch(buf []byte, offset int64) (err error) {
	r := d.store.ReadRange(d.ctx, d.obj, offset, int64(len(buf)))
	defer func() { _ = r.Close() }() // it has nothing to say
	for filled := 0; filled < len(buf); {
		n, err := r.Read(buf[filled:])
		filled += n
		if n > 0 && d.opt.Progress != nil {
			d.opt.Progress(int64(n))
		}
		if err != nil && filled < len(buf) {
			return err
		}
	}
	return nil
}

// Read implements io.Reader. It returns io.EOF after the object's last byte
// only; any error is final.
func (d *Download) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.unread) == 0 {
		if d.err == nil {
			d.err = d.advance()
		}
		if d.err != nil {
			return 0, d.err
		}
	}
	n := copy(p, d.unread)
	d.unread = d.unread[n:]
	return n, nil
}

// advance gives the current piece's buffer back and waits for the next piece.
func (d *Download) advance() error {
	if d.current != nil {
		d.free <- d.current.buf[:cap(d.current.buf)]
		d.current = nil
	}
	next, ok := <-d.pieces
	if !ok {
		if d.ctx.Err() != nil {
			return interrupted(d.ctx, d.store.on(operation{verb: "read", key: d.obj.Key}))
		}
		return io.EOF
	}
	if err := <-next.done; err != nil {
		return err
	}
	d.current, d.unread = next, next.buf
	return nil
}

// Close ends the requests under way and waits for them. It returns nil, and
// may be called twice.
func (d *Download) Close() error {
	d.cancel()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil || errors.Is(d.err, io.EOF) {
		d.err = fmt.Errorf("%s: %w", d.store.on(operation{verb: "read", key: d.obj.Key}), os.ErrClosed)
	}
	d.unread = nil
	d.work.Wait()
	return nil
}

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

// DownloadOptions configure a download. The zero value is valid.
type DownloadOptions struct {
	// Offset is the first byte to read.
	Offset int64

	// RangeSize is the size of one request in bytes; 0 means 8 MiB.
	RangeSize int64

	// Window is the number of ranges in memory; 0 means 8. The download uses up to
	// Window × RangeSize bytes.
	Window int

	// StallTimeout is the time without a byte after which a request is canceled and
	// another one continues; 0 means 30 seconds. It excludes the time between Reads.
	StallTimeout time.Duration

	// Progress, if set, receives the number of bytes that have arrived, in any order.
	// The calls come from several goroutines.
	Progress func(n int64)
}

// Download fetches an object in parallel and returns its bytes in order.
type Download struct {
	store  *Store
	obj    Object
	opt    DownloadOptions
	ctx    context.Context // cancels Read, which has no context
	cancel context.CancelFunc
	work   sync.WaitGroup

	pieces chan *piece // pieces in the order of the object
	free   chan []byte // nil for a buffer that is not allocated yet

	mu      sync.Mutex // held by Read, and by Close after it has interrupted Read
	current *piece
	unread  []byte // rest of current
	err     error  // returned by every further Read
}

// piece is one range.
type piece struct {
	buf  []byte
	done chan error // receives one value when buf is full or the fetch has failed
}

// Download starts to fetch obj, which must come from List or Head. Like ReadRange, it
// detects a replaced object and continues after broken and stalled requests. Callers read
// the Download to io.EOF or an error, then call Close, which also interrupts a Read in
// another goroutine.
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

// start starts a fetch for each range as buffers become free.
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
	defer func() { _ = r.Close() }() // never fails
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

// Read implements io.Reader. It returns io.EOF only after the last byte of the object.
// Every error is final.
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

// advance releases the buffer of the current piece and waits for the next piece.
func (d *Download) advance() error {
	if d.current != nil {
		d.free <- d.current.buf[:cap(d.current.buf)]
		d.current = nil
	}
	next, ok := <-d.pieces
	if !ok {
		if d.ctx.Err() != nil {
			return interruptedError(d.ctx, d.store.on(operation{verb: "read", key: d.obj.Key}))
		}
		return io.EOF
	}
	if err := <-next.done; err != nil {
		return err
	}
	d.current, d.unread = next, next.buf
	return nil
}

// Close cancels all requests and waits for them. It returns nil and can be called twice.
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

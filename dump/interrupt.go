package dump

import (
	"context"
	"io"
	"os"
)

// interruptible returns a reader of r whose Read fails with ctx's cause as soon as ctx
// ends, and with io.ErrClosedPipe as soon as the reader is closed, even while r has no
// data. Nothing else interrupts a blocked read of standard input or a FIFO.
//
// A goroutine reads ahead from r into its own buffer. If a Read of r never returns, the
// goroutine stays blocked until the process exits.
func interruptible(ctx context.Context, r io.Reader) *io.PipeReader {
	out, in := io.Pipe()
	stop := context.AfterFunc(ctx, func() { _ = in.CloseWithError(context.Cause(ctx)) })
	go func() {
		defer stop()
		// Hide a file's own WriteTo, which would ignore the buffer.
		_, err := io.CopyBuffer(in, struct{ io.Reader }{r}, make([]byte, 256<<10))
		_ = in.CloseWithError(err) // nil means io.EOF; no effect once ctx has ended
	}()
	return out
}

// openFile opens a file for reading. Opening a FIFO blocks until a process opens it for
// writing. If ctx ends first, openFile returns, and the goroutine that opens the file stays
// blocked, as in interruptible.
func openFile(ctx context.Context, name string) (*os.File, error) {
	type result struct {
		f   *os.File
		err error
	}
	opened := make(chan result)
	go func() {
		f, err := os.Open(name)
		select {
		case opened <- result{f, err}:
		case <-ctx.Done():
			if err == nil {
				_ = f.Close()
			}
		}
	}()
	select {
	case r := <-opened:
		return r.f, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

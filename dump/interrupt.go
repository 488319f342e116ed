package dump

import (
	"context"
	"io"
	"os"
)

// interruptible returns a reader of r whose Read fails with ctx's cause as soon
// as ctx ends, and with io.ErrClosedPipe as soon as it is closed, even while
// nothing comes: nothing else ends a read of standard input or a FIFO.
//
// The goroutine that reads r does so into a buffer of its own, ahead of what is
// asked for. If r never answers, it stays blocked until the process exits.
func interruptible(ctx context.Context, r io.Reader) *io.PipeReader {
	out, in := io.Pipe()
	stop := context.AfterFunc(ctx, func() { _ = in.CloseWithError(context.Cause(ctx)) })
	go func() {
		defer stop()
		// A file's own WriteTo would ignore the buffer.
		_, err := io.CopyBuffer(in, struct{ io.Reader }{r}, make([]byte, 256<<10))
		_ = in.CloseWithError(err) // nil is the end; after ctx's end it changes nothing
	}()
	return out
}

// openFile opens a file to read. A FIFO that nobody writes to opens only when
// somebody does, or not at all when ctx ends before: then the goroutine that
// opens it stays as that of interruptible does.
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

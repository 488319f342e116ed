package readers

import (
	"context"
	"errors"
	"io"
)

// Failing is a reader that remembers the error it failed with.
type Failing struct {
	io.Reader
	Err error // nil before a failure and at io.EOF
}

// Read implements io.Reader.
func (f *Failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.Err = err
	}
	return n, err
}

// Until returns a reader that fails with the cause of ctx once ctx is done. It does not
// interrupt a Read that is already running.
func Until(ctx context.Context, r io.Reader) io.Reader { return until{ctx, r} }

type until struct {
	ctx context.Context //nolint:containedctx // a reader has no other way to be canceled
	r   io.Reader
}

func (u until) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}

// FailingWriter is a writer that remembers why it failed: through an io.TeeReader, a
// failed write looks like a failed read.
type FailingWriter struct {
	io.Writer
	Err error // nil before a failure
}

// Write implements io.Writer.
func (f *FailingWriter) Write(p []byte) (int, error) {
	n, err := f.Writer.Write(p)
	if err != nil {
		f.Err = err
	}
	return n, err
}

// Counting is a reader that calls Add with the number of bytes of each read.
type Counting struct {
	io.ReadCloser
	Add func(bytes int64)
}

// Read implements io.Reader.
func (c Counting) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.Add(int64(n))
	return n, err
}

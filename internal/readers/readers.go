package readers

import (
	"context"
	"errors"
	"io"
)

// Failing is a reader that remembers why it failed.
type Failing struct {
	io.Reader
	Err error // nil before a failure, and at the end
}

// Read implements io.Reader.
func (f *Failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.Err = err
	}
	return n, err
}

// Until returns r, which ends with ctx: its error is then ctx's cause. A Read
// that is under way is not called off.
func Until(ctx context.Context, r io.Reader) io.Reader { return until{ctx, r} }

type until struct {
	ctx context.Context //nolint:containedctx // a reader has no other way to be cancelled
	r   io.Reader
}

func (u until) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}

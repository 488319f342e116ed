package s3store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// Limits on how long a request may go without moving a byte either way. A peer
// that vanished without a word is noticed by TCP only after many minutes.
const (
	answerStall   = 30 * time.Second // requests without a body
	bodyStall     = 2 * time.Minute  // the end of a part may sit in a slow line's buffers
	completeStall = 10 * time.Minute // joining thousands of parts takes some stores minutes
)

type stallKey struct{}

// withStall sets the limit for the requests made with the context. A context
// value, because the SDK has no other way to tell the HTTP client.
func withStall(ctx context.Context, limit time.Duration) context.Context {
	return context.WithValue(ctx, stallKey{}, limit)
}

// stallError is why a watched request was cancelled. To the SDK it is a
// timeout, hence worth another attempt.
type stallError struct{ limit time.Duration }

func (e *stallError) Error() string { return fmt.Sprintf("no byte moved for %s", e.limit) }
func (e *stallError) Timeout() bool { return true }

// watchedClient is an HTTP client that cancels a request in which no byte has
// moved for the limit: while the body is sent, while the answer is awaited,
// and while its body is read. A caller that does not read does not count.
type watchedClient struct {
	next     http.RoundTripper
	answered func() // called when the endpoint has answered anything
}

// Do implements aws.HTTPClient.
func (c *watchedClient) Do(req *http.Request) (*http.Response, error) {
	hasBody := req.Body != nil && req.Body != http.NoBody
	limit, ok := req.Context().Value(stallKey{}).(time.Duration)
	if !ok {
		limit = answerStall
		if hasBody {
			limit = bodyStall
		}
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	stalled := func() { cancel(&stallError{limit}) }

	// The transport may go on sending after the answer has begun, so stopping
	// the timer is not enough: done says that it no longer matters.
	var done atomic.Bool
	timer := time.AfterFunc(limit, func() {
		if !done.Load() {
			stalled()
		}
	})
	watched := req.WithContext(ctx)
	if hasBody {
		watched.Body = &sentBody{ReadCloser: req.Body, moved: func() { timer.Reset(limit) }}
	}
	resp, err := c.next.RoundTrip(watched)
	done.Store(true)
	timer.Stop()
	if err != nil {
		err = stallOr(ctx, err)
		cancel(nil)
		return nil, err
	}
	c.answered()
	body := &receivedBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel, limit: limit, timer: time.AfterFunc(limit, stalled)}
	body.timer.Stop()
	resp.Body = body
	return resp, nil
}

// stallOr returns the stall that ended ctx, err when it was not a stall.
func stallOr(ctx context.Context, err error) error {
	if stall, ok := errors.AsType[*stallError](context.Cause(ctx)); ok {
		return stall
	}
	return err
}

// sentBody reports each piece that the transport takes to send.
type sentBody struct {
	io.ReadCloser
	moved func()
}

func (b *sentBody) Read(p []byte) (int, error) {
	b.moved()
	return b.ReadCloser.Read(p)
}

// receivedBody is watched while a Read is under way.
type receivedBody struct {
	io.ReadCloser
	ctx    context.Context // the request's
	cancel context.CancelCauseFunc
	limit  time.Duration
	timer  *time.Timer
}

func (b *receivedBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.limit)
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	if err != nil && !errors.Is(err, io.EOF) {
		err = stallOr(b.ctx, err)
	}
	return n, err
}

func (b *receivedBody) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}

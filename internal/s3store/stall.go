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

// Limits for the time in which a request moves no byte. TCP takes many minutes to notice
// a peer that has vanished.
const (
	answerStall   = 30 * time.Second // requests without a body
	bodyStall     = 2 * time.Minute  // on a slow line, buffers may contain the end of a part
	completeStall = 10 * time.Minute // some stores need minutes to join thousands of parts
)

type stallKey struct{}

// withStall sets the limit for requests with the context. The SDK passes only the context
// on to the HTTP client.
func withStall(ctx context.Context, limit time.Duration) context.Context {
	return context.WithValue(ctx, stallKey{}, limit)
}

// stallError reports that a request stalled. The SDK treats it as a timeout and retries
// the request.
type stallError struct{ limit time.Duration }

func (e *stallError) Error() string { return fmt.Sprintf("no data moved for %s", e.limit) }
func (e *stallError) Timeout() bool { return true }

// watchedClient is an HTTP client that cancels a request if no byte moves within the
// limit, while it sends the body, waits for the answer or reads its body. The limit
// excludes the time between Reads.
type watchedClient struct {
	next     http.RoundTripper
	answered func() // called after every answer
}

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

	// The transport may still send after the answer has started, which restarts the
	// stopped timer. done makes that harmless.
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

// stallOr returns the stallError that canceled ctx, or err if there is none.
func stallOr(ctx context.Context, err error) error {
	if stall, ok := errors.AsType[*stallError](context.Cause(ctx)); ok {
		return stall
	}
	return err
}

// sentBody reports each time that the transport reads a piece of the body to send.
type sentBody struct {
	io.ReadCloser
	moved func()
}

func (b *sentBody) Read(p []byte) (int, error) {
	b.moved()
	return b.ReadCloser.Read(p)
}

// receivedBody cancels a Read that stalls.
type receivedBody struct {
	io.ReadCloser
	ctx    context.Context // context of the request
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

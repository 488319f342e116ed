package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// The reasons why timeouts stop a backup.
var (
	errTimeout = errors.New("timed out")
	errStalled = errors.New("stalled")
)

// timeouts stop a backup that takes too long, or during which pg_dump writes nothing.
// They first find out what pg_dump is doing, which is not possible afterwards.
type timeouts struct {
	cancel  context.CancelCauseFunc
	timer   *time.Timer // nil without a limit for the whole run
	explain atomic.Pointer[func() string]
}

// startTimeouts starts the timeout for the whole run; 0 means no limit. A timeout
// cancels the returned context.
func startTimeouts(ctx context.Context, total time.Duration) (context.Context, *timeouts) {
	ctx, cancel := context.WithCancelCause(ctx)
	t := &timeouts{cancel: cancel}
	if total > 0 {
		t.timer = time.AfterFunc(total, func() {
			t.expire(fmt.Errorf("%w: it takes longer than %s", errTimeout, total),
				"try a longer --timeout (0 for no limit); --verbose shows the progress")
		})
	}
	return ctx, t
}

// stop stops all timeouts and cancels the context.
func (t *timeouts) stop() {
	if t.timer != nil {
		t.timer.Stop()
	}
	t.cancel(nil)
}

// explainWith sets the function that returns text to append to the error; nil for none.
func (t *timeouts) explainWith(explain func() string) {
	if explain == nil {
		t.explain.Store(nil)
		return
	}
	t.explain.Store(&explain)
}

func (t *timeouts) expire(reason error, hint string) {
	if explain := t.explain.Load(); explain != nil {
		reason = fmt.Errorf("%w%s", reason, (*explain)())
	}
	t.cancel(fault.Wrap(fault.Failed, hint, reason))
}

// timedOut returns the error of the timeout that canceled ctx, or nil if none did.
func timedOut(ctx context.Context) error {
	if cause := context.Cause(ctx); errors.Is(cause, errTimeout) || errors.Is(cause, errStalled) {
		return cause
	}
	return nil
}

// watchReads returns a reader of pg_dump's output r. A Read that takes longer than limit
// stops the backup; 0 means no limit. count receives the number of bytes of each Read.
func (t *timeouts) watchReads(r io.Reader, limit time.Duration, now func() time.Time, count func(n int64)) *watchedReader {
	w := &watchedReader{r: r, limit: limit, now: now, count: count, stalled: func() {
		t.expire(fmt.Errorf("%w: pg_dump wrote nothing for %s", errStalled, limit),
			"try a longer --stall-timeout, and check pg_stat_activity on the source")
	}}
	w.rest()
	return w
}

// watchedReader is the reader that watchReads returns.
type watchedReader struct {
	r       io.Reader
	limit   time.Duration
	now     func() time.Time
	count   func(n int64)
	stalled func()
	resting atomic.Pointer[time.Time] // when the last Read returned; nil during a Read
}

// Read implements io.Reader.
func (w *watchedReader) Read(p []byte) (int, error) {
	w.resting.Store(nil)
	defer w.rest()
	if w.limit > 0 {
		timer := time.AfterFunc(w.limit, w.stalled)
		defer timer.Stop()
	}
	n, err := w.r.Read(p)
	w.count(int64(n))
	return n, err
}

func (w *watchedReader) rest() {
	since := w.now()
	w.resting.Store(&since)
}

// unread returns how long ago the last Read returned, and 0 during a Read. A long time
// means that the run is waiting for the store, not for pg_dump. unread is safe for
// concurrent use.
func (w *watchedReader) unread() time.Duration {
	since := w.resting.Load()
	if since == nil {
		return 0
	}
	return w.now().Sub(*since)
}

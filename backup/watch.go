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

// Why a watch stops a backup.
var (
	errTimeout = errors.New("timed out")
	errStalled = errors.New("stalled")
)

// A watch stops a backup that takes too long: as a whole, or with nothing coming
// from pg_dump. Before it does, it asks what pg_dump is at, for afterwards
// nobody knows.
type watch struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer // nil: the whole may take for ever
	asking atomic.Pointer[func() string]
}

// startWatch begins to watch a run that may take so long, 0 for as long as it
// likes. The context is cancelled when it is stopped.
func startWatch(ctx context.Context, timeout time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{cancel: cancel}
	if timeout > 0 {
		w.timer = time.AfterFunc(timeout, func() {
			w.expire(fmt.Errorf("%w: it takes longer than %s", errTimeout, timeout),
				"try a longer --timeout (0 for no limit); --verbose shows the progress")
		})
	}
	return ctx, w
}

// done ends the watch.
func (w *watch) done() {
	if w.timer != nil {
		w.timer.Stop()
	}
	w.cancel(nil)
}

// ask has the watch ask that from now on, to be appended to an error.
func (w *watch) ask(what func() string) { w.asking.Store(&what) }

// expire stops the backup.
func (w *watch) expire(why error, hint string) {
	if what := w.asking.Load(); what != nil {
		why = fmt.Errorf("%w%s", why, (*what)())
	}
	w.cancel(fault.Wrap(fault.Failed, hint, why))
}

// expired returns why the watch stopped the backup of ctx, nil if it did not.
func expired(ctx context.Context) error {
	if cause := context.Cause(ctx); errors.Is(cause, errTimeout) || errors.Is(cause, errStalled) {
		return cause
	}
	return nil
}

// reader returns r, pg_dump's output, watched: it stops the backup when one Read
// takes longer than timeout, unless that is 0, and tells read how many bytes
// came.
func (w *watch) reader(r io.Reader, timeout time.Duration, now func() time.Time, read func(n int64)) *watchedReader {
	watched := &watchedReader{r: r, timeout: timeout, now: now, read: read, stalled: func() {
		w.expire(fmt.Errorf("%w: pg_dump wrote nothing for %s", errStalled, timeout),
			"try a longer --stall-timeout, and look at pg_stat_activity on the source")
	}}
	watched.rest()
	return watched
}

type watchedReader struct {
	r       io.Reader
	timeout time.Duration
	now     func() time.Time
	read    func(n int64)
	stalled func()
	resting atomic.Pointer[time.Time] // since when nobody reads; nil while somebody does
}

func (w *watchedReader) Read(p []byte) (int, error) {
	w.resting.Store(nil)
	defer w.rest()
	if w.timeout > 0 {
		timer := time.AfterFunc(w.timeout, w.stalled)
		defer timer.Stop()
	}
	n, err := w.r.Read(p)
	w.read(int64(n))
	return n, err
}

func (w *watchedReader) rest() {
	since := w.now()
	w.resting.Store(&since)
}

// unread tells for how long nobody has read: pg_dump is not what is waited for
// then. It may be called at any time.
func (w *watchedReader) unread() time.Duration {
	since := w.resting.Load()
	if since == nil {
		return 0
	}
	return w.now().Sub(*since)
}

package backup

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// A slowReader is a reader whose value is the time that each Read takes.
type slowReader time.Duration

func (r slowReader) Read(p []byte) (int, error) {
	time.Sleep(time.Duration(r))
	return copy(p, "data"), nil
}

func TestTimeoutOfTheWholeRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, limits := startTimeouts(t.Context(), time.Hour)
		defer limits.stop()
		limits.explainWith(func() string { return "; pg_dump was at x" })
		time.Sleep(time.Hour - time.Second)
		synctest.Wait()
		if ctx.Err() != nil || timedOut(ctx) != nil {
			t.Fatalf("too early: %v", context.Cause(ctx))
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		err := timedOut(ctx)
		if !errors.Is(err, errTimeout) || !strings.HasSuffix(err.Error(), "longer than 1h0m0s; pg_dump was at x") || len(fault.Hints(err)) == 0 {
			t.Errorf("got %v", err)
		}
	})
}

func TestNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, limits := startTimeouts(t.Context(), 0)
		r := limits.watchReads(slowReader(time.Hour), 0, time.Now, func(int64) {})
		time.Sleep(1000 * time.Hour)
		if _, err := r.Read(make([]byte, 10)); err != nil || ctx.Err() != nil {
			t.Errorf("%v, %v", err, context.Cause(ctx))
		}
		limits.stop()
		if ctx.Err() == nil || timedOut(ctx) != nil {
			t.Errorf("a stopped run: %v, %v", ctx.Err(), timedOut(ctx))
		}
	})
}

func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, limits := startTimeouts(t.Context(), 0)
		defer limits.stop()
		limits.explainWith(func() string { return "; old" })
		limits.explainWith(nil)
		total := int64(0)
		count := func(n int64) { total += n }
		fast := limits.watchReads(slowReader(4*time.Minute), 5*time.Minute, time.Now, count)
		for range 3 {
			if _, err := fast.Read(make([]byte, 10)); err != nil {
				t.Fatal(err)
			}
		}
		// Between two reads, the run waits for the store. That is not a stall.
		time.Sleep(time.Hour)
		if got := fast.unread(); got != time.Hour {
			t.Errorf("unread for %v", got)
		}
		synctest.Wait()
		if ctx.Err() != nil || total != 12 {
			t.Fatalf("%v after %d bytes", context.Cause(ctx), total)
		}
		slow := limits.watchReads(slowReader(6*time.Minute), 5*time.Minute, time.Now, count)
		if _, err := slow.Read(make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		err := timedOut(ctx)
		if !errors.Is(err, errStalled) || !strings.HasSuffix(err.Error(), "pg_dump wrote nothing for 5m0s") {
			t.Errorf("got %v", err)
		}
	})
}

func TestUnreadIsZeroDuringARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, limits := startTimeouts(t.Context(), 0)
		defer limits.stop()
		r := limits.watchReads(slowReader(time.Minute), 0, time.Now, func(int64) {})
		go func() { _, _ = r.Read(make([]byte, 1)) }()
		time.Sleep(30 * time.Second)
		if got := r.unread(); got != 0 {
			t.Errorf("during a read: %v", got)
		}
		time.Sleep(40 * time.Second)
		if got := r.unread(); got != 10*time.Second {
			t.Errorf("after it: %v", got)
		}
	})
}

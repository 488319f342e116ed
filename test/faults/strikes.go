//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/rubyforgood/hectl/test/pgtest"
	"github.com/rubyforgood/hectl/test/s3test"
)

type strike = func(ctx context.Context, t *try, r *running) error

type preparation = func(ctx context.Context, t *try) error

// signalled sends hectl a signal.
func signalled(s syscall.Signal) strike {
	return func(_ context.Context, _ *try, r *running) error {
		r.signal(s)
		return nil
	}
}

// child kills a child with that name as soon as there is one.
func child(name string) strike {
	return func(_ context.Context, _ *try, r *running) error {
		for {
			for _, pid := range r.processes(name) {
				_ = syscall.Kill(pid, syscall.SIGKILL) // an error means that it has exited
				return nil
			}
			select {
			case <-r.done:
				return nil // hectl has already exited
			case <-time.After(time.Millisecond):
			}
		}
	}
}

// server returns the server of the row.
func (t *try) server() *pgtest.Cluster {
	if t.row.command == backup {
		return t.production
	}
	return t.local
}

const hectlSessions = " FROM pg_stat_activity WHERE application_name LIKE 'hectl%' AND application_name <> '" + appName + "'"

// backend ends one of the run's sessions, a different one at each point, with SIGKILL
// or pg_terminate_backend.
func backend(kill bool) strike {
	return func(ctx context.Context, t *try, r *running) error {
		for {
			pids := t.query(ctx, t.server(), "SELECT pid::text"+hectlSessions+" ORDER BY pid")
			if len(pids) > 0 {
				chosen := pids[t.n%len(pids)]
				if !kill {
					t.query(ctx, t.server(), "SELECT pg_terminate_backend("+chosen+")::text")
					return nil
				}
				pid, err := strconv.Atoi(chosen)
				if err != nil {
					return fmt.Errorf("find a backend: %s", chosen)
				}
				return syscall.Kill(pid, syscall.SIGKILL)
			}
			select {
			case <-r.done:
				return nil
			case <-time.After(time.Millisecond):
			}
		}
	}
}

// lockRequest requests an exclusive lock, as DROP TABLE does, and releases it as soon as
// it is granted: after the run, or between its reads of the table. Later requests for a
// lock of the table wait behind it.
func lockRequest(ctx context.Context, t *try, _ *running) error {
	return t.server().Exec(ctx, sourceDB, "BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE; ROLLBACK")
}

// earlyLockRequest is like lockRequest, but runs as soon as pg_dump has its own lock.
func earlyLockRequest(ctx context.Context, t *try, r *running) error {
	for len(t.query(ctx, t.server(), "SELECT pid::text FROM pg_locks WHERE mode = 'AccessShareLock' AND granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE application_name = 'hectl backup')")) == 0 {
		select {
		case <-r.done:
			return nil
		case <-time.After(time.Millisecond):
		}
	}
	return lockRequest(ctx, t, r)
}

// restart restarts the server.
func restart(s syscall.Signal) strike {
	return func(ctx context.Context, t *try, _ *running) error { return t.server().Restart(ctx, s) }
}

// recovered waits until the server accepts connections again, and starts it if it
// has stopped.
func recovered(ctx context.Context, t *try) error {
	var err error
	for range 300 {
		if !t.server().Running() {
			if err := t.server().Restart(ctx, syscall.SIGINT); err != nil {
				return err
			}
		}
		if err = t.server().Exec(ctx, "postgres", "SELECT 1"); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// network changes the state of the wire to Postgres after a share of the bytes that
// it carries in a run without faults.
func network(s state) preparation {
	return func(_ context.Context, t *try) error {
		w := t.target
		if t.row.command == backup {
			w = t.source
		}
		w.when(int64(t.share()*float64(t.carried[t.row.command])), s)
		return nil
	}
}

// s3 makes S3 misbehave.
func s3(rules func(t *try)) preparation {
	return func(_ context.Context, t *try) error {
		rules(t)
		return nil
	}
}

// on adds a rule to the proxy. The row fails if the rule never applies.
func (t *try) on(match s3test.Match, f s3test.Fault) *s3test.Rule {
	rule := t.proxy.On(match, f)
	t.rules = append(t.rules, rule)
	return rule
}

// unavailable makes S3 answer 503 for some time, starting with the operation.
func unavailable(d time.Duration, operation string, after int) preparation {
	return func(_ context.Context, t *try) error {
		begin := func() {
			t.proxy.On(every, s3test.Answer(http.StatusServiceUnavailable, "SlowDown"))
			time.AfterFunc(d, t.proxy.Reset)
		}
		t.on(s3test.Is(operation), s3test.Hold(begin)).After(after).Times(1)
		return nil
	}
}

func every(*http.Request) bool { return true }

// large matches requests for large tables.
func large(r *http.Request) bool {
	var from, to int64
	_, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to)
	return err == nil && to-from > 1<<20
}

// flippedAnswer changes a byte in the body of an answer.
func flippedAnswer(p *s3test.Proxy, w http.ResponseWriter, r *http.Request) {
	forward(p, flipWriter{w}, r)
}

func forward(p *s3test.Proxy, w http.ResponseWriter, r *http.Request) {
	s3test.Hold(func() {})(p, w, r)
}

type flipWriter struct{ http.ResponseWriter }

func (w flipWriter) Write(p []byte) (int, error) {
	if len(p) > 1000 {
		p = slices.Clone(p)
		p[1000] ^= 1
	}
	return w.ResponseWriter.Write(p)
}

func (w flipWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// atRequest kills hectl at a request to S3. The point is the number of the request.
// hectl is killed before the request is forwarded, or after it succeeded but before its
// answer.
func atRequest(after bool) preparation {
	return func(_ context.Context, t *try) error {
		t.proxy.On(every, func(p *s3test.Proxy, w http.ResponseWriter, r *http.Request) {
			if after {
				forward(p, httptest.NewRecorder(), r)
			}
			run := <-t.begun
			run.signal(syscall.SIGKILL)
			<-run.done
		}).After(t.n).Times(1)
		return nil
	}
}

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

// child kills the children of that name, once there are some.
func child(name string) strike {
	return func(_ context.Context, _ *try, r *running) error {
		for {
			for _, pid := range r.processes(name) {
				_ = syscall.Kill(pid, syscall.SIGKILL) // an error: it has ended
				return nil
			}
			select {
			case <-r.done:
				return nil // it came too late
			case <-time.After(time.Millisecond):
			}
		}
	}
}

// server is the server that a row is about.
func (t *try) server() *pgtest.Cluster {
	if t.row.command == backup {
		return t.production
	}
	return t.local
}

const hectlSessions = " FROM pg_stat_activity WHERE application_name LIKE 'hectl%' AND application_name <> '" + appName + "'"

// backend ends one of the run's sessions, another one at each point; by the
// kernel, or by Postgres.
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

// restart restarts the server.
func restart(s syscall.Signal) strike {
	return func(ctx context.Context, t *try, _ *running) error { return t.server().Restart(ctx, s) }
}

// recovered waits until the server takes connections again, and starts it when it
// has given up.
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

// network does something to the wire to Postgres once a share of what it carries
// in an undisturbed run has passed.
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

// on adds a rule to the proxy, and notes that it must have been of use.
func (t *try) on(match s3test.Match, f s3test.Fault) *s3test.Rule {
	rule := t.proxy.On(match, f)
	t.rules = append(t.rules, rule)
	return rule
}

// unavailable has S3 answer 503 for some time, beginning with a request.
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

// large are the requests for large tables.
func large(r *http.Request) bool {
	var from, to int64
	_, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to)
	return err == nil && to-from > 1<<20
}

// flippedAnswer changes a byte of an answer's body on its way.
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

// atRequest kills hectl at the nth request to S3, n being the point: before it has
// left, or when it has been done but not answered.
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

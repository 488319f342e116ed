package pgtools_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/pgtools"
)

// shell returns a command and a function that returns its output so far.
func shell(script string, args ...string) (pgtools.Command, func() []string) {
	var mu sync.Mutex
	var lines []string
	return pgtools.Command{
			Words: append([]string{"sh", "-c", script, "sh"}, args...), Env: os.Environ(),
			Line: func(line string) { mu.Lock(); lines = append(lines, line); mu.Unlock() },
		}, func() []string {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(lines)
		}
}

func TestCommandRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ script, want, err string }{
		{"echo one; echo two >&2; printf three", "one two three", ""},
		{"cat; tty; echo $?", "not a tty 1", ""},
		{"(exec </dev/tty) 2>/dev/null && echo asked || echo cannot", "cannot", ""},
		{"echo before; exit 7", "before", "exit status 7"},
		{"kill -9 $$", "", "killed by signal 9 (killed)"},
	} {
		c, lines := shell(tt.script)
		err := c.Run(t.Context())
		got := strings.Join(lines(), " ")
		if got != tt.want || tt.err == "" && err != nil || tt.err != "" && (err == nil || err.Error() != tt.err) {
			t.Errorf("%s: %q, %v", tt.script, got, err)
		}
	}
}

// However a command ends, no process remains in its process group.
func TestCommandLeavesNothing(t *testing.T) {
	t.Parallel()
	const script = `trap '' TERM; sleep 1000 & echo $!; `
	stopped := errors.New("stopped")
	for name, tt := range map[string]struct {
		script string
		end    func(cancel context.CancelCauseFunc, c *pgtools.Command)
		want   func(error) bool
	}{
		"success": {script + "echo done", nil, func(err error) bool { return err == nil }},
		"failure": {script + "exit 3", nil, func(err error) bool { return err != nil && err.Error() == "exit status 3" }},
		"stopped": {script + "wait; sleep 1000", func(cancel context.CancelCauseFunc, _ *pgtools.Command) { cancel(stopped) }, func(err error) bool { return errors.Is(err, stopped) }},
		"timeout": {script + "wait; sleep 1000", func(_ context.CancelCauseFunc, c *pgtools.Command) { c.Limit = 300 * time.Millisecond }, func(err error) bool {
			_, ok := errors.AsType[*pgtools.TimeoutError](err)
			return ok
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			c, _ := shell(tt.script)
			c.Grace = 50 * time.Millisecond
			if tt.end != nil && name == "timeout" {
				tt.end(cancel, &c)
			}
			var pid int
			c.Line = func(line string) {
				if n, err := strconv.Atoi(line); err == nil {
					pid = n
					if name == "stopped" {
						tt.end(cancel, &c)
					}
				}
			}
			err := c.Run(ctx)
			if !tt.want(err) || pid == 0 {
				t.Fatal(pid, err)
			}
			waitUntil(t, "what it started is gone", func() bool { return goneOrZombie(pid) })
		})
	}
}

// A daemon that keeps the output open does not block hectl.
func TestCommandDoesNotWaitForDaemon(t *testing.T) {
	t.Parallel()
	c, lines := shell("setsid sleep 1000 & echo $!")
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Join(lines(), ""))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
}

func TestCommandProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"run": 0o700, "text": 0o600} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\npwd\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	for word, want := range map[string]string{"./run": filepath.Join(dir, "run"), "run": "", "./text": "", "./gone": ""} {
		got, err := pgtools.Command{Words: []string{word}, Dir: dir}.Program()
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", word, got, err)
		}
	}
	c, lines := shell("")
	c.Words, c.Dir = []string{"./run"}, dir
	if err := c.Run(t.Context()); err != nil || strings.Join(lines(), "") != dir {
		t.Error(lines(), err)
	}
}

func TestCommandEnviron(t *testing.T) {
	t.Parallel()
	base := []string{
		"PATH=/bin", "PGHOST=elsewhere", "PGSERVICE=x", "PG_HOST=elsewhere", "PG_PASSWORD=x", "DATABASE_URL=postgres://elsewhere", "PRIMARY_DATABASE_URL=postgres://elsewhere",
		"AWS_SECRET_ACCESS_KEY=x", "HECTL_SOURCE=x", "DIAPER_DB_HOST=x", "SECRET_KEY_BASE=kept", "CACHE_DATABASE_URL=kept",
	}
	for _, tt := range []struct {
		params pgtools.Params
		want   map[string]string
	}{
		{pgtools.Params{"host": "localhost", "port": "5433", "user": "me", "password": "p@:/ w%", "dbname": "a b", "sslmode": "disable"}, map[string]string{
			"DATABASE_URL": "postgresql://me:p%40%3A%2F%20w%25@localhost:5433/a%20b?sslmode=disable",
			"PGHOST":       "localhost", "PGPORT": "5433", "PGUSER": "me", "PGPASSWORD": "p@:/ w%", "PGDATABASE": "a b", "PGSSLMODE": "disable",
			"PG_HOST": "localhost", "PG_PORT": "5433", "PG_USERNAME": "me", "PG_PASSWORD": "p@:/ w%",
		}},
		{pgtools.Params{"host": "/var/run/postgresql", "user": "me", "dbname": "d", "sslmode": "prefer"}, map[string]string{
			"DATABASE_URL": "postgresql://me@%2Fvar%2Frun%2Fpostgresql:5432/d", "PGHOST": "/var/run/postgresql", "PGPASSWORD": "", "PG_PASSWORD": "",
		}},
		{pgtools.Params{"host": "::1", "user": "me", "dbname": "d", "sslmode": "prefer"}, map[string]string{"DATABASE_URL": "postgresql://me@[::1]:5432/d", "PGHOST": "::1"}},
	} {
		got := map[string]string{}
		for _, kv := range resolve(t, tt.params).CommandEnviron(base) {
			name, value, _ := strings.Cut(kv, "=")
			if _, twice := got[name]; twice {
				t.Errorf("%s is there twice", name)
			}
			got[name] = value
		}
		tt.want["PATH"], tt.want["SECRET_KEY_BASE"], tt.want["CACHE_DATABASE_URL"] = "/bin", "kept", "kept"
		for name, want := range tt.want {
			if value, ok := got[name]; !ok || value != want {
				t.Errorf("%v: %s is %q, not %q", tt.params, name, value, want)
			}
		}
		for _, name := range []string{"PGSERVICE", "PRIMARY_DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "HECTL_SOURCE", "DIAPER_DB_HOST"} {
			if value, ok := got[name]; ok {
				t.Errorf("%s is %q", name, value)
			}
		}
	}
}

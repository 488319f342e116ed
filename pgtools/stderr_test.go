package pgtools

import (
	"errors"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestDumpFailure(t *testing.T) {
	for _, tt := range []struct{ name, stderr, want, hint, never string }{
		{
			"locks", `pg_dump: error: query failed: ERROR:  out of shared memory
HINT:  You might need to increase max_locks_per_transaction.
pg_dump: detail: Query was: LOCK TABLE public.t1, public.t2 IN ACCESS SHARE MODE`,
			"pg_dump: exit status 1: query failed: ERROR:  out of shared memory: Query was: LOCK TABLE public.t1, public.t2 IN ACCESS SHARE MODE",
			"You might need to increase max_locks_per_transaction.", "another session",
		},
		{
			"rows", `pg_dump: processing data for table "public.t"
pg_dump: error: Dumping the contents of table "t" failed: PQgetResult() failed.
pg_dump: detail: Error message from server: ERROR:  invalid input syntax for type integer: "canary"
DETAIL:  Row (canary).
CONTEXT:  SQL function "f" statement 1
pg_dump: detail: Command was: COPY public.t (id, body) TO stdout;
pg_dump: warning: canary`,
			`Dumping the contents of table "t" failed: PQgetResult() failed: ERROR:  invalid input syntax for type integer: …; Command was: COPY public.t (id, body) TO stdout;`, "", "canary",
		},
		{
			"a function", `pg_dump: error: Dumping the contents of table "t" failed: PQgetResult() failed.
pg_dump: detail: Error message from server: ERROR:  canary is not here
CONTEXT:  PL/pgSQL function f(integer) line 1 at RAISE
pg_dump: detail: Command was: COPY public.t (id, body) TO stdout;`,
			"error raised by PL/pgSQL function f(integer) line 1 at RAISE", "", "canary",
		},
		{
			"a hint of its own", `pg_dump: error: aborting because of server version mismatch
pg_dump: detail: server version: 17.2; pg_dump version: 15.18`, "server version mismatch", "install client tools", "",
		},
		{
			"a lock", `pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout
pg_dump: detail: Query was: LOCK TABLE public.t1 IN ACCESS SHARE MODE`, "lock timeout", "wait for the session that holds a lock on public.t1", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			end := newTail(nil)
			_, _ = end.Write([]byte(tt.stderr + "\n"))
			err := end.failure(Tool{Name: "pg_dump"}, errors.New("exit status 1"))
			got := err.Error()
			hints := strings.Join(fault.Hints(err), "\n")
			want := strings.TrimPrefix(tt.want, "pg_dump: exit status 1: ")
			if !strings.Contains(got, want) || !strings.Contains(hints, tt.hint) || strings.Contains(got, "\n") {
				t.Errorf("%s\nhint %s", got, hints)
			}
			if tt.never != "" && strings.Contains(got+hints, tt.never) {
				t.Errorf("%q in %s, hint %s", tt.never, got, hints)
			}
		})
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	tail := newTail(nil)
	for _, s := range []string{"pg_dump: error: one", " half\npg_dump: ", "detail: two\r\n", strings.Repeat("x", tailSize-10), "\nlast"} {
		if n, err := tail.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatal(n, err)
		}
	}
	var e *ExitError
	if err := tail.failure(Tool{Name: "pg_dump"}, errors.New("odd")); !errors.As(err, &e) {
		t.Fatal(err)
	}
	if e.Message != "one half" || !strings.HasSuffix(e.Stderr, "xx\nlast") || len(e.Stderr) > tailSize {
		t.Errorf("message %q, stderr %d bytes", e.Message, len(e.Stderr))
	}
	if e.Error() != "pg_dump: odd: one half" {
		t.Error(e)
	}
}

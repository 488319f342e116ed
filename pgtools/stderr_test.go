package pgtools

import (
	"errors"
	"strings"
	"syscall"
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

func TestExplainExit(t *testing.T) {
	t.Parallel()
	const lock = "pg_dump: detail: Query was: LOCK TABLE public.t1, public.t2 IN ACCESS SHARE MODE"
	for _, tt := range []struct {
		name string
		e    ExitError
		code fault.Code
		hint string // "" means none
	}{
		{"killed", ExitError{Signal: syscall.SIGKILL, Message: "no password supplied"}, fault.Failed, "memory"},
		{"too many sessions", ExitError{Message: "FATAL:  sorry, too many clients already"}, fault.Failed, tooManyHint},
		{"an older pg_dump", ExitError{Message: "aborting because of server version mismatch"}, fault.Failed, "install client tools"},
		{"a standby", ExitError{Stderr: "canceling statement due to conflict with recovery"}, fault.Failed, RecoveryConflictHint},
		{"a table that cannot be read", ExitError{Stderr: "permission denied for table t\n" + lock}, fault.Denied, "pg_read_all_data"},
		{"advice of the server", ExitError{hint: "do this"}, fault.Failed, "the server says: do this"},
		{"too few locks", ExitError{hint: "You might need to increase max_locks_per_transaction.", Stderr: lock}, fault.Failed, "ALTER SYSTEM"},
		{"a lock", ExitError{Stderr: lock}, fault.Failed, "a lock on public.t1 or public.t2"},
		{"a lock, when the server went away", ExitError{Stderr: lock + "\nserver closed the connection unexpectedly"}, fault.Failed, "the connection to the server broke"},
		{"no password", ExitError{Message: "fe_sendauth: no password supplied"}, fault.Denied, "check the password"},
		{"a full disk", ExitError{Stderr: "No space left on device"}, fault.Failed, "free space"},
		{"small shared memory", ExitError{Stderr: "could not resize shared memory segment \"/x\": No space left on device"}, fault.Failed, "shm_size"},
		{"unknown", ExitError{Message: "odd"}, fault.Failed, ""},
	} {
		code, hint := explain(&tt.e)
		if code != tt.code || (hint == "") != (tt.hint == "") || !strings.Contains(hint, tt.hint) {
			t.Errorf("%s: %d, %q", tt.name, code, hint)
		}
	}
}

func TestExitErrorText(t *testing.T) {
	t.Parallel()
	tool, odd := Tool{Name: "pg_dump"}, errors.New("odd")
	for want, e := range map[string]*ExitError{
		"pg_dump: exit status 1: failed":               {Tool: tool, Status: 1, Message: "failed", Stderr: "last"},
		"pg_dump: exit status 1: failed: in detail":    {Tool: tool, Status: 1, Message: "failed.", Detail: "in detail"},
		"pg_dump: exit status 1: last":                 {Tool: tool, Status: 1, Stderr: "first\nlast\n"},
		"pg_dump: exit status 1, without a message":    {Tool: tool, Status: 1, Stderr: " \n"},
		"pg_dump: killed by signal 9 (killed): failed": {Tool: tool, Status: -1, Signal: syscall.SIGKILL, Message: "failed", err: odd},
		"pg_dump: odd: failed":                         {Tool: tool, Status: -1, Message: "failed", err: odd},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestLockedTables(t *testing.T) {
	t.Parallel()
	for stderr, want := range map[string]string{
		"query failed":                                    "a table",
		"LOCK TABLE a IN ACCESS SHARE MODE":               "a",
		"LOCK TABLE a, b, c IN ACCESS SHARE MODE":         "a or b or c",
		"LOCK TABLE a, b, c, d, e IN ACCESS SHARE MODE":   "a, b, c or one of 2 more tables",
		"x\nQuery was: LOCK TABLE ONLY a IN ACCESS SHARE": "ONLY a",
	} {
		if got := lockedTables(stderr); got != want {
			t.Errorf("%s: %q", stderr, got)
		}
	}
}

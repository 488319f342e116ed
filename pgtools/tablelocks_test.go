package pgtools

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestIsLockTimeout(t *testing.T) {
	t.Parallel()
	const waited = "pg_dump: error: query failed: ERREUR:  annulation\npg_dump: detail: Query was: LOCK TABLE public.t IN ACCESS SHARE MODE"
	for _, tt := range []struct {
		name string
		e    ExitError
		want bool
	}{
		{"in any language", ExitError{Status: 1, Stderr: waited}, true},
		{"another statement", ExitError{Status: 1, Stderr: "pg_dump: error: query failed"}, false},
		{"killed", ExitError{Status: -1, Stderr: waited}, false},
		{"no permission", ExitError{Status: 1, Stderr: waited + "\npermission denied for table t"}, false},
		{"with advice of the server", ExitError{Status: 1, Stderr: waited, hint: "increase it"}, false},
		{"too many locks", ExitError{Status: 1, Stderr: waited + "\nout of shared memory"}, false},
	} {
		if got := IsLockTimeout(fmt.Errorf("dump: %w", &tt.e)); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
	if IsLockTimeout(errors.New("LOCK TABLE ")) || IsLockTimeout(nil) {
		t.Error("another error is one")
	}
}

func TestTableLockString(t *testing.T) {
	t.Parallel()
	epoch, since := time.Unix(0, 0), time.Date(2026, 11, 23, 8, 30, 0, 0, time.FixedZone("east", 3600))
	for _, tt := range []struct {
		l    TableLock
		want string
	}{
		{TableLock{Table: "public.t"}, "public.t is locked by a prepared transaction (see pg_prepared_xacts)"},
		{TableLock{Table: "public.t", PID: 7, Kind: "autovacuum worker", Since: since}, "public.t is locked by pid 7 (autovacuum worker)"},
		{TableLock{Table: "public.t", PID: 7, User: "app", Since: epoch, Query: epoch}, `public.t is locked by pid 7 (user app, application "")`},
		{
			TableLock{Table: "public.t", PID: 7, User: "app", Application: "psql", State: "active", Since: since, Query: since, Kind: "client backend"},
			`public.t is locked by pid 7 (user app, application "psql", active, transaction since 2026-11-23T07:30:00Z, query since 2026-11-23T07:30:00Z)`,
		},
	} {
		if got := tt.l.String(); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}

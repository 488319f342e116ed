package pgtools

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestBusyError(t *testing.T) {
	t.Parallel()
	sessions := []Session{{PID: 7, User: "app"}, {PID: 8, User: "app"}}
	for _, tt := range []struct {
		e          BusyError
		want, hint string
	}{
		{BusyError{Prepared: []string{"a", "b"}, Sessions: sessions}, "prepared transactions: a, b", "ROLLBACK PREPARED"},
		{BusyError{Sessions: sessions, Refused: true}, "sessions that the role cannot terminate: pid 7", "pg_terminate_backend"},
		{BusyError{Sessions: sessions}, "sessions that do not end: pid 7, user app", "pg_terminate_backend"},
		{BusyError{cause: errors.New("is being accessed by other users")}, "is being accessed by other users", "pg_terminate_backend"},
	} {
		if got := tt.e.Error(); !strings.HasPrefix(got, tt.want) || !strings.Contains(tt.e.hint(), tt.hint) {
			t.Errorf("%q, hint %q", got, tt.e.hint())
		}
	}
}

func TestExplainEviction(t *testing.T) {
	t.Parallel()
	state := func(code string) error { return &pgconn.PgError{Code: code} }
	for _, tt := range []struct {
		name string
		err  error
		code fault.Code
		hint string
	}{
		{"busy", fmt.Errorf("rename: %w", &BusyError{Prepared: []string{"a"}}), fault.Failed, "COMMIT PREPARED"},
		{"denied", state(stateNoPrivilege), fault.Denied, "use a role that owns both databases"},
		{"locked", state(stateLockTimeout), fault.Failed, "creates a database from one of them"},
		{"another error", state(stateDiskFull), fault.Failed, ""},
		{"another error with a code", fault.New(fault.Locked, "", "locked"), fault.Locked, ""},
		{"none", nil, fault.Done, ""},
	} {
		err := explainEviction(tt.err, "both databases", "one of them", "swap %s", "dev")
		hints := strings.Join(fault.Hints(err), "")
		if !errors.Is(err, tt.err) || fault.CodeOf(err) != tt.code || (hints == "") != (tt.hint == "") || !strings.Contains(hints, tt.hint) {
			t.Errorf("%s: %v, code %d, hint %q", tt.name, err, fault.CodeOf(err), hints)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "swap dev: ") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

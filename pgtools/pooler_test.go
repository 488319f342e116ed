package pgtools

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestPoolerHint(t *testing.T) {
	for _, pg := range []*pgconn.PgError{
		{Code: "08P01", Message: "unsupported startup parameter: default_transaction_read_only"},
		{Code: "08P01", Message: "unsupported startup parameter in options: lock_timeout"},
		{Code: "26000", Message: `prepared statement "stmtcache_1" does not exist`},
		{Code: "26000", Message: "vorbereitete Anweisung »x« existiert nicht"},
		{Code: "42P05", Message: `prepared statement "lrupsc_1_0" already exists`},
		{Code: "08P01", Message: "pgbouncer cannot connect to server"},
	} {
		for what, err := range map[string]error{"connect": serverRefusal(Conn{}, pg), "statement": sqlError(t.Context(), pg)} {
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, "connect to the server itself") {
				t.Errorf("%s, %s: %v, hints %q", what, pg.Message, err, hints)
			}
		}
	}
	if err := sqlError(t.Context(), &pgconn.PgError{Code: "42P01", Message: `relation "a" does not exist`}); len(fault.Hints(err)) > 0 {
		t.Error(fault.Hints(err))
	}
	end := newTail(nil)
	_, _ = end.Write([]byte("pg_dump: error: connection to server at \"127.0.0.1\", port 6432 failed: FATAL:  unsupported startup parameter: options\n"))
	if hints := strings.Join(fault.Hints(end.failure(Tool{Name: "pg_dump"}, errors.New("exit status 1"))), ""); hints != poolerAdvice {
		t.Error(hints)
	}
}

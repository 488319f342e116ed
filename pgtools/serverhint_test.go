package pgtools

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestServerHint(t *testing.T) {
	for _, tt := range []struct{ message, context, want string }{
		{`role "app owner" does not exist`, "", `CREATE ROLE "app owner"`},
		{`could not create locale "de_AT.utf8": No such file or directory`, "", "localedef -i de_AT -f UTF-8 de_AT.utf8"},
		{`invalid locale name: "de_DE.iso88591"`, "", "localedef -i de_DE -f ISO-8859-1 de_DE.iso88591"},
		{`relation "rates" does not exist`, "PL/pgSQL function public.rate(text) line 1 at RETURN", "ALTER FUNCTION public.rate(text) SET search_path"},
		{`relation "rates" does not exist`, "SQL function \"rate\" during inlining", "ALTER FUNCTION rate SET search_path"},
		{`function unaccent(text) does not exist`, "SQL function \"plain\" during startup", "ALTER FUNCTION plain SET search_path"},
		{`relation "public.rates" does not exist`, "PL/pgSQL function public.rate(text) line 1 at RETURN", ""},
		{`relation "rates" does not exist`, "", ""},
		{`permission denied for language c`, "", "--without"},
		{`division by zero`, "PL/pgSQL function public.rate(text) line 1 at RETURN", ""},
	} {
		got := serverHint(tt.message, tt.context)
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q", tt.message, got)
		}
	}
}

// A small /dev/shm in a container is not a full disk.
func TestRestoreHintOfNoRoom(t *testing.T) {
	for message, want := range map[string]string{
		`could not resize shared memory segment "/PostgreSQL.1804289383" to 67145056 bytes: No space left on device`: "shm_size",
		`could not extend file "base/16384/16385": No space left on device`:                                          `"hectl purge" drops`,
	} {
		if _, hint, _ := restoreHint(Complaint{Message: message}, nil); !strings.Contains(hint, want) {
			t.Errorf("%s: %q", message, hint)
		}
		// A disk usually fills up during one of hectl's own COPY statements.
		err := sqlError(t.Context(), &pgconn.PgError{Code: stateDiskFull, Message: message, Hint: "Check free disk space."})
		if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], want) {
			t.Errorf("%s: %q", message, hints)
		}
	}
}

func TestPoolerHint(t *testing.T) {
	for _, pg := range []*pgconn.PgError{
		{Code: "08P01", Message: "unsupported startup parameter: default_transaction_read_only"},
		{Code: "08P01", Message: "unsupported startup parameter in options: lock_timeout"},
		{Code: "26000", Message: `prepared statement "stmtcache_1" does not exist`},
		{Code: "26000", Message: "vorbereitete Anweisung »x« existiert nicht"},
		{Code: "42P05", Message: `prepared statement "lrupsc_1_0" already exists`},
		{Code: "08P01", Message: "pgbouncer cannot connect to server"},
		{Code: "0A000", Message: "Feature not supported: RDS Proxy currently doesn't support command-line options."},
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

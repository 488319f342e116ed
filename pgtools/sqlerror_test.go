package pgtools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestSQLError(t *testing.T) {
	t.Parallel()
	interrupted := errors.New("interrupted")
	ended, end := context.WithCancelCause(t.Context())
	end(interrupted)
	running := t.Context()
	broken := &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}
	for _, tt := range []struct {
		name       string
		ctx        context.Context
		err        error
		want, hint string
	}{
		{"a statement", running, &pgconn.PgError{Code: "42P01", Message: `relation "x" does not exist`}, `relation "x" does not exist (SQLSTATE 42P01)`, ""},
		{"detail and hint", running, &pgconn.PgError{Code: "42P01", Message: "m", Detail: "two\n lines", Hint: "try"}, "m: two lines (SQLSTATE 42P01)", "try"},
		{"values of a row", running, &pgconn.PgError{Code: "23505", Message: "duplicate key", Detail: "Key (email)=(canary)", Hint: "canary"}, "duplicate key (SQLSTATE 23505)", ""},
		{"a full disk", running, &pgconn.PgError{Code: stateDiskFull, Message: "could not extend file: No space left on device"}, "could not extend file", `"hectl purge"`},
		{"small shared memory", running, &pgconn.PgError{Code: stateDiskFull, Message: `could not resize shared memory segment "/x": No space left on device`}, "could not resize", "shm_size"},
		{"a lost connection", running, fmt.Errorf("query: %w", broken), "the connection to the server broke: ", "check the server's log"},
		{"a connection that ended", running, io.ErrUnexpectedEOF, "the connection to the server broke", "run it again"},
		{"another error", running, errors.New("odd"), "odd", ""},
		{"interrupted", ended, fmt.Errorf("query: %w", broken), "statement canceled: interrupted", ""},
		{"interrupted on the server", ended, &pgconn.PgError{Code: stateQueryCanceled, Message: "canceling statement"}, "statement canceled: interrupted", ""},
		{"failed before the interrupt", ended, &pgconn.PgError{Code: "42P01", Message: "m"}, "m (SQLSTATE 42P01)", ""},
	} {
		err := sqlError(tt.ctx, tt.err)
		hints := strings.Join(fault.Hints(err), "")
		if !strings.HasPrefix(err.Error(), tt.want) || (hints == "") != (tt.hint == "") || !strings.Contains(hints, tt.hint) {
			t.Errorf("%s: %v, hint %q", tt.name, err, hints)
		}
		if canceled := strings.HasPrefix(tt.name, "interrupted"); errors.Is(err, interrupted) != canceled {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if err := sqlError(ended, nil); err != nil {
		t.Error(err)
	}
}

func TestSurvives(t *testing.T) {
	t.Parallel()
	lost := sqlError(t.Context(), io.ErrUnexpectedEOF)
	for _, tt := range []struct {
		err              error
		survives, source bool
	}{
		{&pgconn.PgError{Code: "42P01"}, true, true},
		{fmt.Errorf("x: %w", &pgconn.PgError{Code: stateCheckViolation}), true, true},
		{&pgconn.PgError{Code: "57P01"}, false, true}, // the server is shutting down
		{&pgconn.PgError{Code: "08006"}, false, true},
		{lost, false, true},
		{&ExitError{err: io.EOF}, false, true},
		{errors.New("odd"), false, false},
		{nil, false, false},
	} {
		if got := Survives(tt.err); got != tt.survives {
			t.Errorf("%v: survives %t", tt.err, got)
		}
		if got := IsSourceError(tt.err); got != tt.source {
			t.Errorf("%v: of the source %t", tt.err, got)
		}
	}
}

func TestQuoteLiteral(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "''", "it's": "'it''s'", `a\b`: ` E'a\\b'`, `\'`: ` E'\\'''`, "é\n": "'é\n'",
	} {
		if got := QuoteLiteral(text); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

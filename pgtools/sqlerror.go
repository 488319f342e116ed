package pgtools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rubyforgood/hectl/internal/fault"
)

// sqlError returns the error of a statement, with the server's message, detail and hint.
// If ctx has ended, it returns the cause instead, unless the server reported an error
// other than the cancellation.
func sqlError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	pg, isPg := errors.AsType[*pgconn.PgError](err)
	if ctx.Err() != nil && (!isPg || pg.Code == stateQueryCanceled) {
		return fmt.Errorf("statement canceled: %w", context.Cause(ctx))
	}
	if !isPg && broke(err) {
		return fault.Wrap(fault.Failed, "run it again, and check the server's log",
			&connectionError{"the connection to the server broke: " + lastCause(err).Error(), err})
	}
	if !isPg {
		return err
	}
	hint := pg.Hint
	if pooled := poolerHint(pg.Code, pg.Message); pooled != "" {
		hint = pooled
	} else if _, detail := withoutRow(pg); !detail {
		hint = ""
	}
	if own := functionHint(pg.Message, pg.Where); own != "" {
		hint = own
	}
	if pg.Code == stateDiskFull {
		hint = diskFullHint
		if noSharedMemory(pg.Message) {
			hint = sharedMemoryHint
		}
	}
	return fault.Wrap(fault.Failed, hint, &serverError{pg: pg})
}

// broke reports whether err means that the connection is lost.
func broke(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// SQLSTATEs that hectl distinguishes.
const (
	stateBadCopy            = "22P04"
	stateNotInRepertoire    = "22021"
	stateUntranslatable     = "22P05"
	stateInvalidParameter   = "22023"
	stateInvalidPassword    = "28P01"
	stateInvalidAuth        = "28000"
	stateNoDatabase         = "3D000"
	stateNoPrivilege        = "42501"
	stateDiskFull           = "53100"
	stateObjectInUse        = "55006"
	stateLockTimeout        = "55P03"
	stateQueryCanceled      = "57014"
	stateCheckViolation     = "23514"
	stateCannotConnectNow   = "57P03"
	stateTooManyConnections = "53300"
	stateInternalError      = "XX000"
)

// A serverError prints the server's message without pgx's decoration.
type serverError struct {
	pg   *pgconn.PgError
	said string // the parts of a cut message that may be shown; see Explain
}

func (e *serverError) Error() string {
	text, detail := withoutRow(e.pg)
	if e.said != "" {
		text += ": " + e.said
	}
	if detail && e.pg.Detail != "" {
		text += ": " + strings.Join(strings.Fields(e.pg.Detail), " ")
	}
	return text + " (SQLSTATE " + e.pg.Code + ")"
}

func (e *serverError) Unwrap() error { return e.pg }

// SQLState returns the five-character code of the server's error in err's chain, or "".
func SQLState(err error) string {
	if pg := serverErrorOf(err); pg != nil {
		return pg.Code
	}
	return ""
}

// IsSourceError reports whether err comes from the server, from the connection to it, or
// from a client program.
func IsSourceError(err error) bool {
	_, exited := errors.AsType[*ExitError](err)
	_, lost := errors.AsType[*connectionError](err)
	return exited || lost || serverErrorOf(err) != nil
}

// Survives reports whether err concerns only one statement and leaves the session usable.
func Survives(err error) bool {
	state := SQLState(err)
	return state != "" && !strings.HasPrefix(state, "57") && !strings.HasPrefix(state, "08")
}

func serverErrorOf(err error) *pgconn.PgError {
	pg, _ := errors.AsType[*pgconn.PgError](err)
	return pg
}

// IsNoDatabase reports whether err means that the database does not exist.
func IsNoDatabase(err error) bool { return SQLState(err) == stateNoDatabase }

// IsDenied reports whether err means that the role lacks a privilege.
func IsDenied(err error) bool { return SQLState(err) == stateNoPrivilege }

// IsTooMany reports whether err means that the server, the role or the database has too
// many sessions.
func IsTooMany(err error) bool { return SQLState(err) == stateTooManyConnections }

// IsCanceled reports whether err means that the statement was canceled, for example by
// statement_timeout.
func IsCanceled(err error) bool { return SQLState(err) == stateQueryCanceled }

// IsCheckViolation reports whether err means that a row violates a CHECK constraint.
func IsCheckViolation(err error) bool { return SQLState(err) == stateCheckViolation }

// IsNoRows reports whether err means that a query returned no row.
func IsNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// QuoteLiteral quotes a string constant for statements without parameters, for either
// value of standard_conforming_strings.
func QuoteLiteral(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		quoted = " E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

// wrap adds the operation to err.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), err)
}

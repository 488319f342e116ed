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

// sqlError words an error of a statement: the server's message with its detail,
// and its hint as a hint. When ctx has ended, that is the error, whatever the
// connection made of it.
func sqlError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	pg, isPg := errors.AsType[*pgconn.PgError](err)
	if ctx.Err() != nil && (!isPg || pg.Code == stateQueryCanceled) {
		return fmt.Errorf("statement cancelled: %w", context.Cause(ctx))
	}
	if !isPg && broke(err) {
		return fault.Wrap(fault.Failed, "the server's log may say why; run it again",
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

// broke reports whether err says that the connection is no more.
func broke(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// SQLSTATEs that hectl tells apart.
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

// A serverError prints what the server said without pgx's decoration.
type serverError struct {
	pg   *pgconn.PgError
	said string // what may be told of a message that is cut, see Explain
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

// SQLState returns the five-character code of the server's error in err's
// chain, or "".
func SQLState(err error) string {
	if pg := serverErrorOf(err); pg != nil {
		return pg.Code
	}
	return ""
}

// Survives reports whether err is the server's refusal of one statement, after
// which session and server go on.
func Survives(err error) bool {
	state := SQLState(err)
	return state != "" && !strings.HasPrefix(state, "57") && !strings.HasPrefix(state, "08")
}

func serverErrorOf(err error) *pgconn.PgError {
	pg, _ := errors.AsType[*pgconn.PgError](err)
	return pg
}

// IsNoDatabase reports whether err says that the database does not exist.
func IsNoDatabase(err error) bool { return SQLState(err) == stateNoDatabase }

// IsDenied reports whether err says that the role lacks a privilege.
func IsDenied(err error) bool { return SQLState(err) == stateNoPrivilege }

// IsCanceled reports whether err says that the statement was canceled, such as by
// statement_timeout.
func IsCanceled(err error) bool { return SQLState(err) == stateQueryCanceled }

// IsCheckViolation reports whether err says that a CHECK constraint does not hold.
func IsCheckViolation(err error) bool { return SQLState(err) == stateCheckViolation }

// IsNoRows reports whether err says that a query returned no row.
func IsNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// quoteLiteral quotes a string constant whatever standard_conforming_strings
// is set to.
func quoteLiteral(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		quoted = " E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

// wrap says what was being done when err happened.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), err)
}

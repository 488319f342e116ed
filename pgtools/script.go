package pgtools

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// ScriptError is why a script failed.
type ScriptError struct {
	Line int // where, counted from 1: of the error, or of the statement that has it
	Err  error
}

// Error returns the cause alone: whoever knows the script's name says where.
func (e *ScriptError) Error() string { return e.Err.Error() }

// Unwrap returns the server's error.
func (e *ScriptError) Unwrap() error { return e.Err }

// RunScript runs a script of SQL statements, all or none. The error is a
// *ScriptError when one of them failed, or ended the transaction that all are in.
//
// The server divides the script into statements. What psql adds to SQL, such as
// \i and rows after COPY … FROM STDIN, it does not understand; see CheckScript.
func (db *DB) RunScript(ctx context.Context, sql string) error {
	return db.InTx(ctx, func(tx *Tx) error {
		conn := tx.tx.Conn().PgConn()
		done := 0
		results := conn.Exec(ctx, sql)
		for results.NextResult() {
			if _, err := results.ResultReader().Close(); err == nil {
				done++
			}
		}
		err := results.Close()
		if err == nil && conn.TxStatus() != 'T' {
			return &ScriptError{Line: 1, Err: errors.New("it ends the transaction that it is run in: leave out BEGIN, COMMIT and ROLLBACK")}
		}
		if err == nil {
			return nil
		}
		line := 1
		pg, isPg := errors.AsType[*pgconn.PgError](err)
		if statements := schema.SplitScript(sql); done < len(statements) {
			line = statements[done].Line
		}
		if isPg && pg.Position > 0 {
			line = lineOf(sql, int(pg.Position))
		}
		return &ScriptError{Line: line, Err: sqlError(ctx, err)}
	})
}

// lineOf returns the line of a character of text, both counted from 1.
func lineOf(text string, position int) int {
	line := 1
	for _, c := range text {
		if position--; position <= 0 {
			break
		}
		if c == '\n' {
			line++
		}
	}
	return line
}

// CheckScript refuses what RunScript cannot run, with a *ScriptError: psql's own
// commands, and COPY … FROM STDIN.
func CheckScript(sql string) error {
	for _, s := range schema.SplitScript(sql) {
		switch {
		case s.Psql:
			return &ScriptError{s.Line, errors.New("it has a command of psql, which is not SQL")}
		case s.FromStdin:
			return &ScriptError{s.Line, errors.New("COPY … FROM STDIN has no rows here: write INSERT")}
		}
	}
	return nil
}

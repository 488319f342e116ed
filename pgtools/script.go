package pgtools

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A ScriptError is the error of a script, with its line.
type ScriptError struct {
	Line int // line of the error, or else of the statement; counted from 1
	Err  error
}

// Error returns the cause alone. The caller knows the script's name and adds the line.
func (e *ScriptError) Error() string { return e.Err.Error() }

// Unwrap returns the server's error.
func (e *ScriptError) Unwrap() error { return e.Err }

// RunScript runs a script of SQL statements in one transaction. The error is a
// *ScriptError if a statement fails or ends the transaction.
//
// The server splits the script into statements. It does not understand psql's additions
// to SQL, such as \i and rows after COPY … FROM STDIN; see CheckScript.
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
			return &ScriptError{Line: 1, Err: errors.New("it ends the transaction that it runs in: leave out BEGIN, COMMIT and ROLLBACK")}
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

// lineOf returns the line number of a character position; both count from 1.
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

// CheckScript refuses a script that RunScript cannot run, with a *ScriptError. It looks for
// psql's commands and COPY … FROM STDIN.
func CheckScript(sql string) error {
	for _, s := range schema.SplitScript(sql) {
		switch {
		case s.Psql:
			return &ScriptError{s.Line, errors.New("it has a psql command, which is not SQL")}
		case s.FromStdin:
			return &ScriptError{s.Line, errors.New("COPY … FROM STDIN cannot read rows from a script: use INSERT")}
		}
	}
	return nil
}

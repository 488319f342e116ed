package pgtools

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
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
		if statements := splitScript(sql); done < len(statements) {
			line = statements[done].line
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
	for _, s := range splitScript(sql) {
		words := strings.Fields(strings.ToUpper(s.words))
		switch {
		case len(words) == 0:
		case strings.HasPrefix(words[0], `\`):
			return &ScriptError{s.line, errors.New("it has a command of psql, which is not SQL")}
		case words[0] == "COPY" && strings.Contains(strings.Join(words, " ")+" ", " FROM STDIN "):
			return &ScriptError{s.line, errors.New("COPY … FROM STDIN has no rows here: write INSERT")}
		}
	}
	return nil
}

// scriptStatement is one statement of a script.
type scriptStatement struct {
	line  int    // of its first word
	words string // without comments, and without what is in quotes
}

// splitScript divides a script at its semicolons, as psql does: not in quotes,
// comments, parentheses, or the body of a function. It only serves to tell people
// where they are.
func splitScript(sql string) []scriptStatement {
	var all []scriptStatement
	var words strings.Builder
	line, start, parens, body := 1, 0, 0, 0
	end := func() {
		if start > 0 {
			all = append(all, scriptStatement{start, words.String()})
		}
		words.Reset()
		start, parens, body = 0, 0, 0
	}
	for i := 0; i < len(sql); {
		n, kind := scriptToken(sql[i:])
		token := sql[i : i+n]
		i += n
		if kind != blank && start == 0 && token != ";" {
			start = line
		}
		line += strings.Count(token, "\n")
		switch kind {
		case blank:
			words.WriteByte(' ')
			continue
		case quoted:
			words.WriteString(" '' ")
			continue
		}
		switch strings.ToUpper(token) {
		case "(":
			parens++
		case ")":
			parens--
		case "BEGIN", "CASE": // the body of a function has an ATOMIC one, and then CASE
			if body > 0 || strings.EqualFold(token, "BEGIN") && createsRoutine(words.String()) {
				body++
			}
		case "END":
			body = max(0, body-1)
		case ";":
			if parens <= 0 && body == 0 {
				end()
				continue
			}
		}
		words.WriteString(token)
	}
	end()
	return all
}

// createsRoutine tells whether a statement begins as those do whose body may have
// semicolons.
func createsRoutine(words string) bool {
	f := strings.Fields(strings.ToUpper(words))
	if len(f) > 2 && f[0] == "CREATE" && f[1] == "OR" && f[2] == "REPLACE" {
		f = append(f[:1], f[3:]...)
	}
	return len(f) > 1 && f[0] == "CREATE" && (f[1] == "FUNCTION" || f[1] == "PROCEDURE")
}

// tokenKind is what a token of a script is.
type tokenKind int

const (
	plain  tokenKind = iota // a word, or one other character
	blank                   // white space or a comment
	quoted                  // a string or a quoted name
)

// scriptToken returns the length and the kind of the token that sql, which is not
// empty, begins with.
func scriptToken(sql string) (n int, kind tokenKind) {
	until := func(from int, closing string) int {
		if i := strings.Index(sql[from:], closing); i >= 0 {
			return from + i + len(closing)
		}
		return len(sql)
	}
	c := sql[0]
	switch {
	case strings.IndexByte(" \t\r\n\f\v", c) >= 0:
		return 1, blank
	case strings.HasPrefix(sql, "--"):
		return until(2, "\n"), blank
	case strings.HasPrefix(sql, "/*"):
		return commentLength(sql), blank
	case c == '\'' || c == '"':
		return until(1, string(c)), quoted // a doubled one begins the next token
	case (c == 'e' || c == 'E') && strings.HasPrefix(sql[1:], "'"):
		for i := 2; i < len(sql); i++ {
			switch sql[i] {
			case '\\':
				i++
			case '\'':
				return i + 1, quoted
			}
		}
		return len(sql), quoted
	case c == '$':
		i := 1
		for i < len(sql) && isWord(sql[i]) {
			i++
		}
		if i < len(sql) && sql[i] == '$' && (i == 1 || sql[1] < '0' || sql[1] > '9') {
			return until(i+1, sql[:i+1]), quoted
		}
		return i, plain
	case isWord(c):
		i := 1
		for i < len(sql) && (isWord(sql[i]) || sql[i] == '$') {
			i++
		}
		return i, plain
	}
	return 1, plain
}

// commentLength returns the length of the comment that sql begins with. Comments
// nest.
func commentLength(sql string) int {
	depth := 0
	for i := 0; i+1 < len(sql); i++ {
		switch sql[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			i++
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(sql)
}

func isWord(c byte) bool {
	return c == '_' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

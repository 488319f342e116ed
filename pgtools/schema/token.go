package schema

import (
	"errors"
	"fmt"
	"strings"
)

// kind is the kind of a token.
type kind int

const (
	end     kind = iota
	word         // an unquoted identifier, or a keyword; in lower case
	quoted       // an identifier in double quotes; text has no quotes
	literal      // a string; text is its value
	number
	symbol // one of ( ) [ ] , ; . or an operator such as :: or <>
)

// A token is one token of SQL, from byte start up to stop of the source.
type token struct {
	kind        kind
	text        string
	start, stop int
}

var errCut = errors.New("a quote or comment is not closed")

// tokens splits SQL as Postgres does with standard_conforming_strings on, which pg_dump
// sets. It omits comments.
func tokens(sql string) ([]token, error) { return lexer{}.tokens(sql) }

// A lexer splits SQL into tokens. It never mistakes code that the server would run for part
// of a string, a name or a comment: in case of doubt, it returns an error.
type lexer struct {
	escapes bool // standard_conforming_strings is off
	lenient bool // accept any text, even open quotes and unknown characters
}

func (l lexer) tokens(sql string) ([]token, error) {
	var all []token
	for i := 0; i < len(sql); {
		c := sql[i]
		switch {
		case strings.IndexByte(" \t\r\n\f\v", c) >= 0:
			i++
			continue
		case strings.HasPrefix(sql[i:], "--"):
			i += lineComment(sql[i:])
			continue
		case strings.HasPrefix(sql[i:], "/*"):
			n := comment(sql[i:])
			if n < 0 && l.lenient {
				return all, nil
			}
			if n < 0 {
				return nil, errCut
			}
			i += n
			continue
		}
		t, n := l.next(sql[i:])
		switch {
		case l.lenient && n < 0:
			t, n = token{kind: literal}, len(sql)-i
		case l.lenient && n == 0:
			t, n = token{kind: symbol, text: sql[i : i+1]}, 1
		case l.lenient:
		case n < 0:
			return nil, errCut
		case n == 0 || joined(t, sql[i+n:]):
			return nil, fmt.Errorf("byte %d: unexpected character %q", i, c)
		}
		t.start, t.stop = i, i+n
		all = append(all, t)
		i += n
	}
	return all, nil
}

// joined reports whether a letter follows a number or a parameter directly. Versions of
// Postgres disagree on where such a number ends.
func joined(t token, rest string) bool {
	isNumber := t.kind == number || t.kind == symbol && len(t.text) > 1 && t.text[0] == '$'
	return isNumber && rest != "" && (letter(rest[0]) || rest[0] == '$')
}

// lineComment returns the length of a comment up to the end of the line. In Postgres, a
// carriage return ends a line.
func lineComment(sql string) int {
	if n := strings.IndexAny(sql, "\n\r"); n >= 0 {
		return n
	}
	return len(sql)
}

// comment returns the length of the comment at the start of sql, or -1 if it is not closed.
// Comments can be nested.
func comment(sql string) int {
	depth := 0
	for i := 0; i+1 < len(sql); i++ {
		switch sql[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

const operators = "+-*/<>=~!@#%^&|`?:"

// next returns the token at the start of sql and its length: 0 if there is none, -1
// if it is not closed.
func (l lexer) next(sql string) (token, int) {
	switch c := sql[0]; {
	case c == '\'':
		return text(sql, 0, l.escapes)
	case (c == 'E' || c == 'e') && len(sql) > 1 && sql[1] == '\'':
		return text(sql, 1, true)
	case (c == 'B' || c == 'b' || c == 'X' || c == 'x') && len(sql) > 1 && sql[1] == '\'':
		return text(sql, 1, false)
	case c == '"':
		body, n := within(sql, '"', false)
		return token{kind: quoted, text: body}, n
	case c == '$':
		return dollar(sql)
	case letter(c):
		n := 1
		for n < len(sql) && (letter(sql[n]) || digit(sql[n]) || sql[n] == '$') {
			n++
		}
		return token{kind: word, text: lower(sql[:n])}, n
	case digit(c):
		return token{kind: number, text: sql[:numeral(sql)]}, numeral(sql)
	case strings.IndexByte("()[],;.", c) >= 0:
		return token{kind: symbol, text: sql[:1]}, 1
	case strings.IndexByte(operators, c) >= 0:
		n := 1
		for n < len(sql) && strings.IndexByte(operators, sql[n]) >= 0 &&
			!strings.HasPrefix(sql[n:], "--") && !strings.HasPrefix(sql[n:], "/*") {
			n++
		}
		return token{kind: symbol, text: sql[:n]}, n
	}
	return token{}, 0
}

// text reads the string literal whose quote is at sql[at]. A quote on a later line
// continues the literal, with the same escape rules.
func text(sql string, at int, escapes bool) (token, int) {
	var body strings.Builder
	for {
		part, n := within(sql[at:], '\'', escapes)
		if n < 0 {
			return token{}, -1
		}
		body.WriteString(part)
		at += n
		gap := continuation(sql[at:])
		if gap == 0 {
			return token{kind: literal, text: body.String()}, at
		}
		at += gap
	}
}

// continuation returns the length of the gap between a literal and its next part:
// white space and comments with a line break. It returns 0 if there is no next part.
func continuation(sql string) int {
	broken := false
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case c == '\n', c == '\r':
			broken = true
			i++
		case strings.IndexByte(" \t\f\v", c) >= 0:
			i++
		case strings.HasPrefix(sql[i:], "--"):
			i += lineComment(sql[i:])
		case c == '\'' && broken:
			return i
		default:
			return 0
		}
	}
	return 0
}

// within reads the text between the quote at the start of sql and the closing one. The
// length includes both quotes; it is -1 if the closing one is missing.
func within(sql string, quote byte, escapes bool) (string, int) {
	var body strings.Builder
	for i := 1; i < len(sql); i++ {
		switch c := sql[i]; {
		case escapes && c == '\\' && i+1 < len(sql):
			i++
			body.WriteByte(sql[i]) // pg_dump escapes only backslashes
		case c == quote && i+1 < len(sql) && sql[i+1] == quote:
			i++
			body.WriteByte(quote)
		case c == quote:
			return body.String(), i + 1
		default:
			body.WriteByte(c)
		}
	}
	return "", -1
}

// dollar reads a dollar-quoted string, or a parameter such as $1.
func dollar(sql string) (token, int) {
	n := 1
	isParameter := len(sql) > 1 && digit(sql[1])
	for n < len(sql) && (digit(sql[n]) || letter(sql[n]) && !isParameter) {
		n++
	}
	if isParameter || n == len(sql) || sql[n] != '$' {
		return token{kind: symbol, text: sql[:n]}, n
	}
	tag := sql[:n+1]
	size := strings.Index(sql[len(tag):], tag)
	if size < 0 {
		return token{}, -1
	}
	return token{kind: literal, text: sql[len(tag) : len(tag)+size]}, size + 2*len(tag)
}

// numeral returns the length of the number at the start of sql.
func numeral(sql string) int {
	n := 0
	for n < len(sql) && (digit(sql[n]) || sql[n] == '.') {
		n++
	}
	if n == len(sql) || sql[n] != 'e' && sql[n] != 'E' {
		return n
	}
	exponent := n + 1
	if exponent < len(sql) && (sql[exponent] == '+' || sql[exponent] == '-') {
		exponent++
	}
	if exponent == len(sql) || !digit(sql[exponent]) {
		return n
	}
	for exponent < len(sql) && digit(sql[exponent]) {
		exponent++
	}
	return exponent
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// lower folds A to Z, as Postgres does in names of UTF8 databases. It leaves all other
// bytes unchanged, because they may be in any encoding.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

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
	word         // an identifier without quotes, or a key word; in lower case
	quoted       // an identifier in double quotes, without them
	literal      // a string's text
	number
	symbol // one of ( ) [ ] , ; . or an operator such as :: or <>
)

// token is one token of SQL. The source has it from start up to stop.
type token struct {
	kind        kind
	text        string
	start, stop int
}

var errCut = errors.New("it ends within quotes or a comment")

// tokens splits SQL as Postgres does with standard_conforming_strings on, which
// pg_dump sets. Comments are left out.
func tokens(sql string) ([]token, error) {
	var all []token
	for i := 0; i < len(sql); {
		c := sql[i]
		switch {
		case strings.IndexByte(" \t\r\n\f\v", c) >= 0:
			i++
			continue
		case strings.HasPrefix(sql[i:], "--"):
			if n := strings.IndexByte(sql[i:], '\n'); n >= 0 {
				i += n
			} else {
				i = len(sql)
			}
			continue
		case strings.HasPrefix(sql[i:], "/*"):
			n := comment(sql[i:])
			if n < 0 {
				return nil, errCut
			}
			i += n
			continue
		}
		t, n := next(sql[i:])
		if n < 0 {
			return nil, errCut
		}
		if n == 0 {
			return nil, fmt.Errorf("byte %d: %q begins no token", i, c)
		}
		t.start, t.stop = i, i+n
		all = append(all, t)
		i += n
	}
	return all, nil
}

// comment returns the length of the comment, which may hold others, that sql
// begins with, -1 when it does not end.
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

// next returns the token that sql begins with and its length: 0 when there is
// none, -1 when it does not end.
func next(sql string) (token, int) {
	switch c := sql[0]; {
	case c == '\'':
		return text(sql, 0, false)
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

// text reads a string literal of which the quote is at sql[at].
func text(sql string, at int, escapes bool) (token, int) {
	body, n := within(sql[at:], '\'', escapes)
	if n < 0 {
		return token{}, -1
	}
	return token{kind: literal, text: body}, at + n
}

// within reads what stands between quotes, the first of which sql begins with.
// It returns the length with both, or -1.
func within(sql string, quote byte, escapes bool) (string, int) {
	var body strings.Builder
	for i := 1; i < len(sql); i++ {
		switch c := sql[i]; {
		case escapes && c == '\\' && i+1 < len(sql):
			i++
			body.WriteByte(sql[i]) // pg_dump escapes backslashes and nothing else
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

// dollar reads a string in dollar quotes, or a parameter such as $1.
func dollar(sql string) (token, int) {
	n := 1
	for n < len(sql) && (letter(sql[n]) || digit(sql[n])) {
		n++
	}
	if n == len(sql) || sql[n] != '$' || n > 1 && digit(sql[1]) {
		return token{kind: symbol, text: sql[:n]}, n
	}
	tag := sql[:n+1]
	size := strings.Index(sql[len(tag):], tag)
	if size < 0 {
		return token{}, -1
	}
	return token{kind: literal, text: sql[len(tag) : len(tag)+size]}, size + 2*len(tag)
}

// numeral returns the length of the number that sql begins with.
func numeral(sql string) int {
	n := 0
	for n < len(sql) {
		c := sql[n]
		exponent := (c == '+' || c == '-') && (sql[n-1] == 'e' || sql[n-1] == 'E')
		if !digit(c) && !letter(c) && c != '.' && !exponent {
			break
		}
		n++
	}
	return n
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// lower folds the letters that Postgres folds in names of UTF8 databases.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

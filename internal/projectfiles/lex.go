package projectfiles

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind int

const (
	end   kind = iota
	word       // name with dots, such as os.environ.get, or number
	text       // string
	mixed      // string whose value depends on code
	punct
)

// token is a token of Ruby, Python, PHP, TypeScript or a Prisma schema. One lexer serves
// them all, because their strings, names and brackets are nearly the same.
type token struct {
	kind kind
	text string
	line int
}

// comments are the comment markers of a language.
type comments struct {
	line  []string
	block bool // /* */
}

func hash() comments    { return comments{line: []string{"#"}} }
func slashes() comments { return comments{line: []string{"//"}, block: true} }
func php() comments     { return comments{line: []string{"//", "#"}, block: true} }

// lex splits source into tokens. line is the number of its first line. Unknown characters
// become punctuation.
func lex(source string, line int, c comments) []token {
	var tokens []token
	for source != "" {
		n, t := next(source, c)
		t.line = line
		if t.kind != end {
			tokens = append(tokens, t)
		}
		line += strings.Count(source[:n], "\n")
		source = source[n:]
	}
	return tokens
}

// next returns the first token and its length in bytes. Comments and white space have
// the kind end.
func next(s string, c comments) (int, token) {
	for _, begin := range c.line {
		if strings.HasPrefix(s, begin) {
			return index(s, "\n"), token{}
		}
	}
	if c.block && strings.HasPrefix(s, "/*") {
		return index(s, "*/"), token{}
	}
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsSpace(r):
		return size, token{}
	case r == '\'' || r == '"' || r == '`':
		return lexString(s)
	case isWord(r):
		n := strings.IndexFunc(s, func(r rune) bool { return !isWord(r) && r != '.' })
		if n < 0 {
			n = len(s)
		}
		if n < len(s) && (s[n] == '"' || s[n] == '\'') && n <= 2 { // prefix of a Python string
			m, t := lexString(s[n:])
			if prefix := strings.ToLower(s[:n]); strings.Trim(prefix, "rub") != "" || prefix == "" {
				t.kind = mixed
			}
			return n + m, t
		}
		return n, token{kind: word, text: strings.TrimSuffix(s[:n], ".")}
	}
	for _, two := range []string{"||", "??", "?:", "=>", "&.", "::", "->"} {
		if strings.HasPrefix(s, two) {
			return 2, token{kind: punct, text: two}
		}
	}
	return size, token{kind: punct, text: s[:size]}
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// index returns the position after mark, or the length of s if there is none.
func index(s, mark string) int {
	if i := strings.Index(s, mark); i >= 0 {
		return i + len(mark)
	}
	return len(s)
}

// lexString returns the string at the start of s and its length. Ruby's #{} and PHP's $
// make it mixed.
func lexString(s string) (int, token) {
	quote := s[:1]
	if strings.HasPrefix(s, strings.Repeat(quote, 3)) { // a triple-quoted string of Python, usually a comment
		return 3 + index(s[3:], s[:3]), token{kind: mixed}
	}
	var b strings.Builder
	t := token{kind: text}
	if quote == "`" { // a shell command in Ruby and PHP
		t.kind = mixed
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[i:i+1] == quote:
			t.text = b.String()
			return i + 1, t
		case s[i] == '\\' && i+1 < len(s):
			i++
			if s[i] != '\\' && s[i] != '\'' && s[i] != '"' {
				t.kind = mixed
			}
			b.WriteByte(s[i])
		case s[i] == '\n' && quote != "`":
			return i, token{kind: mixed} // not closed on its line
		case quote != "'" && (s[i] == '$' || strings.HasPrefix(s[i:], "#{")):
			t.kind = mixed
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return len(s), token{kind: mixed}
}

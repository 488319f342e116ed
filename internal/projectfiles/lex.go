package projectfiles

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind int

const (
	end   kind = iota
	word       // a name with its dots, such as os.environ.get, or a number
	text       // a string
	mixed      // a string whose value depends on something
	punct
)

// token is a piece of Ruby, Python, PHP, TypeScript or Prisma's schema. These write
// what is needed of them nearly alike.
type token struct {
	kind kind
	text string
	line int
}

// comments are the ways to begin a comment.
type comments struct {
	line  []string
	block bool // /* */
}

func hash() comments    { return comments{line: []string{"#"}} }
func slashes() comments { return comments{line: []string{"//"}, block: true} }
func php() comments     { return comments{line: []string{"//", "#"}, block: true} }

// lex splits source text, whose first line has the number line. What it does not
// know becomes punctuation.
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

// next returns the first token, and how many bytes it has. A comment and white space
// have the kind end.
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
		return quoted(s)
	case isWord(r):
		n := strings.IndexFunc(s, func(r rune) bool { return !isWord(r) && r != '.' })
		if n < 0 {
			n = len(s)
		}
		if n < len(s) && (s[n] == '"' || s[n] == '\'') && n <= 2 { // a prefix of Python's
			m, t := quoted(s[n:])
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

// index is where the text after mark begins, or the end.
func index(s, mark string) int {
	if i := strings.Index(s, mark); i >= 0 {
		return i + len(mark)
	}
	return len(s)
}

// quoted returns the string that s begins with. Ruby's #{} and PHP's $ make it mixed.
func quoted(s string) (int, token) {
	quote := s[:1]
	if strings.HasPrefix(s, strings.Repeat(quote, 3)) { // Python's, mostly a comment
		return 3 + index(s[3:], s[:3]), token{kind: mixed}
	}
	var b strings.Builder
	t := token{kind: text}
	if quote == "`" { // a command, to Ruby and PHP
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
			return i, token{kind: mixed} // it does not end on its line
		case quote != "'" && (s[i] == '$' || strings.HasPrefix(s[i:], "#{")):
			t.kind = mixed
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return len(s), token{kind: mixed}
}

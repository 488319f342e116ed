package schema

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// ErrInserts is the error for SQL rows with anything other than INSERTs of constants into
// the rows' own table, as pg_dump writes them.
var ErrInserts = errors.New("its rows are not INSERT statements as pg_dump writes them")

// Inserts returns a function that wraps the data of a TABLE DATA entry without a COPY
// statement, from a dump made with pg_dump --inserts. The wrapped reader returns bytes up
// to the first one that cannot belong to an INSERT of constants into the entry's table, and
// then ErrInserts. A caller that runs each statement at its semicolon never runs any other
// statement.
//
// The rows must pass under all text rules: pg_restore splits them by bytes, the server by
// characters.
//
// The reader does not use the lexer, which needs a whole statement at once. One row may
// have 1 GB, and this state machine keeps at most one word.
func Inserts(h *archive.Head) func(e *archive.Entry, in io.Reader) io.Reader {
	mayCopy := mayCopy(h)
	var all []textRules
	for _, r := range textRulesOf(h) {
		all = append(all, r)
		if bytewise := (textRules{lexer: r.lexer}); !slices.Contains(all, bytewise) {
			all = append(all, bytewise)
		}
	}
	return func(e *archive.Entry, in io.Reader) io.Reader {
		into := func(n Name) bool { return mayCopy(nameOf(e), n) }
		s := &insertReader{in: in}
		for _, r := range all {
			s.machines = append(s.machines, &inserts{textRules: r, into: into})
		}
		return s
	}
}

// An insertReader checks the statements that it reads.
type insertReader struct {
	in       io.Reader
	machines []*inserts // one for each of the text rules
	err      error
}

func (s *insertReader) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.in.Read(p)
	for _, m := range s.machines {
		if !m.takeAll(p[:n]) || errors.Is(err, io.EOF) && (m.step != stepInsert || len(m.word) > 0) {
			s.err = ErrInserts
			return 0, s.err
		}
	}
	return n, err
}

// inserts is a state machine that takes one byte at a time.
type inserts struct {
	textRules
	into func(Name) bool

	step  step
	depth int    // depth of parentheses
	quote byte   // the open quote, ' or "; 0 outside of quotes
	skip  bool   // the next byte is escaped, or is the second byte of a character
	last  byte   // last byte outside quotes
	word  []byte // current word so far
}

// step is a position in an INSERT statement.
type step int

const (
	stepInsert step = iota // before INSERT
	stepInto               // before INTO
	stepTable              // in the table's name
	stepList               // before VALUES
	stepValues             // after VALUES
)

// longestWord is the maximum length of names and keywords, in bytes. A qualified name has
// twice 63 characters of up to four bytes, or more if it contains doubled quotes.
const longestWord = 1 << 10

func (s *inserts) takeAll(p []byte) bool {
	for len(p) > 0 {
		if s.quote == '\'' && !s.skip && !s.wide { // most of a dump, so worth a fast path
			n := bytes.IndexAny(p, `'\`)
			if n < 0 {
				return true
			}
			p = p[n:]
		}
		if !s.take(p[0]) {
			return false
		}
		p = p[1:]
	}
	return true
}

// take consumes one byte, and reports whether it is allowed in this place.
func (s *inserts) take(c byte) bool {
	switch {
	case s.skip:
		s.skip = false
		return true
	case s.quote == '\'':
		s.skip = c == '\\' && s.escapes || s.begins(c)
		if c == '\'' {
			s.quote, s.last = 0, c
		}
		return true
	case s.quote == '"':
		if c == '"' {
			s.quote = 0
		}
		return s.keep(c)
	case s.step == stepTable && strings.IndexByte(" \n\t(", c) < 0:
		if c == '"' {
			s.quote = c
		}
		return (letter(c) || digit(c) || c == '"' || c == '.' || c == '$') && s.keep(c)
	case s.step == stepTable && len(s.word) == 0:
		return c != '('
	case letter(c) && !s.inNumber(c), digit(c) && len(s.word) > 0:
		s.last = c
		return s.keep(c)
	}
	if !s.wordEnds(c) {
		return false
	}
	return s.sign(c)
}

// keep adds a byte to the word, and reports whether it fits.
func (s *inserts) keep(c byte) bool {
	s.word = append(s.word, c)
	return len(s.word) <= longestWord
}

// inNumber reports whether a letter is the exponent of a number.
func (s *inserts) inNumber(c byte) bool {
	return len(s.word) == 0 && (c == 'e' || c == 'E') && (digit(s.last) || s.last == '.')
}

// sign consumes a byte outside words.
func (s *inserts) sign(c byte) bool {
	before := s.last
	s.last = c
	switch {
	case strings.IndexByte(" \n\t\r", c) >= 0:
		return true
	case s.step < stepList:
		return false
	case c == '(':
		s.depth++
		return true
	case c == ')':
		s.depth--
		return s.depth >= 0
	case c == ',':
		return true
	case c == '"':
		s.quote = c
		return s.step == stepList && s.depth > 0 && s.keep(c)
	case s.step == stepList:
		return false
	case c == ';':
		s.step = stepInsert
		return s.depth == 0
	case c == '\'':
		s.quote = c
		return true
	case c == '-':
		return before != '-' // -- starts a comment
	}
	return digit(c) || strings.IndexByte("+.eE", c) >= 0
}

// wordEnds checks the word that ends before next, if there is one.
func (s *inserts) wordEnds(next byte) bool {
	if len(s.word) == 0 {
		return true
	}
	text := string(s.word)
	word := lower(text)
	s.word = s.word[:0]
	switch s.step {
	case stepInsert, stepInto:
		want := []string{"insert", "into"}[s.step]
		s.step++
		return word == want
	case stepTable:
		s.step = stepList
		p := parse(text)
		n := p.qualified()
		return p.err == nil && p.over() && s.into(n)
	case stepList:
		if s.depth > 0 {
			return true // the name of a column
		}
		if word == "values" {
			s.step = stepValues
			return true
		}
		return word == "overriding" || word == "system" || word == "user" || word == "value" || word == "default"
	case stepValues:
	}
	switch word {
	case "true", "false", "null", "default", "on", "conflict", "do", "nothing":
		return next != '\'' && next != '"'
	case "b":
		return next == '\''
	}
	return false
}

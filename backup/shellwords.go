package backup

import (
	"errors"
	"strings"
)

// shellCommand is one command of a shell's line: words without quotes.
type shellCommand []string

var (
	errSubstitution = errors.New("it has a command substitution, and doctor runs nothing")
	errUnclosed     = errors.New("a quote is not closed")
)

// shellCommands takes a line of a POSIX shell apart into its commands, as far as
// crontabs need: quotes, variables of env, redirections (which are left out), and
// the operators between commands. It runs nothing.
func shellCommands(line string, env func(name string) string) ([]shellCommand, error) {
	s := &shellReader{rest: line, env: env}
	for s.rest != "" {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	s.endCommand()
	return s.commands, nil
}

// shellReader is a line that is being taken apart.
type shellReader struct {
	rest     string
	env      func(name string) string
	commands []shellCommand
	command  shellCommand
	word     strings.Builder
	inWord   bool // also of an empty word in quotes
	skip     bool // the next word is where a redirection leads
}

// next reads a character, or what belongs together.
func (s *shellReader) next() error {
	c := s.rest[0]
	s.rest = s.rest[1:]
	switch c {
	case ' ', '\t':
		s.endWord()
	case '#':
		if !s.inWord {
			s.rest = ""
			return nil
		}
		s.put("#")
	case ';', '&', '|', '(', ')', '\n':
		s.endCommand()
	case '>', '<':
		if w := s.word.String(); w == "1" || w == "2" || w == "0" { // of a file descriptor
			s.word.Reset()
			s.inWord = false
		}
		s.endWord()
		s.rest, s.skip = strings.TrimLeft(s.rest, ">&|"), true
	case '\'':
		text, rest, closed := strings.Cut(s.rest, "'")
		if !closed {
			return errUnclosed
		}
		s.put(text)
		s.rest = rest
	case '"':
		return s.quoted()
	case '\\':
		s.escaped(func(byte) bool { return true })
	case '$':
		return s.variable()
	case '`':
		return errSubstitution
	default:
		s.put(string(c))
	}
	return nil
}

// quoted reads what is between double quotes, the first of which is read.
func (s *shellReader) quoted() error {
	s.put("")
	for s.rest != "" {
		c := s.rest[0]
		s.rest = s.rest[1:]
		switch c {
		case '"':
			return nil
		case '\\':
			s.escaped(func(c byte) bool { return strings.IndexByte("$`\"\\\n", c) >= 0 })
		case '$':
			if err := s.variable(); err != nil {
				return err
			}
		case '`':
			return errSubstitution
		default:
			s.put(string(c))
		}
	}
	return errUnclosed
}

// escaped takes the character after a backslash, which stays if that character is
// not special.
func (s *shellReader) escaped(special func(byte) bool) {
	if s.rest == "" || !special(s.rest[0]) {
		s.put(`\`)
		return
	}
	s.put(s.rest[:1])
	s.rest = s.rest[1:]
}

// variable replaces a variable, whose "$" is read.
func (s *shellReader) variable() error {
	if strings.HasPrefix(s.rest, "(") {
		return errSubstitution
	}
	if rest, ok := strings.CutPrefix(s.rest, "{"); ok {
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !isVariableName(name) {
			return errors.New("it has a ${…} that doctor does not read")
		}
		s.put(s.env(name))
		s.rest = after
		return nil
	}
	n := 0
	for n < len(s.rest) && isVariableName(s.rest[:n+1]) {
		n++
	}
	if n == 0 {
		s.put("$")
		return nil
	}
	s.put(s.env(s.rest[:n]))
	s.rest = s.rest[n:]
	return nil
}

func (s *shellReader) put(text string) {
	s.word.WriteString(text)
	s.inWord = true
}

func (s *shellReader) endWord() {
	if !s.inWord {
		return
	}
	if !s.skip {
		s.command = append(s.command, s.word.String())
	}
	s.word.Reset()
	s.inWord, s.skip = false, false
}

func (s *shellReader) endCommand() {
	s.endWord()
	if len(s.command) > 0 {
		s.commands = append(s.commands, s.command)
	}
	s.command, s.skip = nil, false
}

// isVariableName reports whether a shell takes it for the name of a variable.
func isVariableName(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

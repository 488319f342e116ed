package schedule

import (
	"errors"
	"strings"
)

// shellCommand is one command of a shell command line: its words, without quotes.
type shellCommand []string

var (
	errSubstitution = errors.New("the line contains a command substitution, and doctor runs no commands")
	errUnclosed     = errors.New("a quote is not closed")
)

// shellCommands splits a POSIX shell command line into its commands. It supports what
// crontabs use: quotes, variables (env returns their values), redirections (which it leaves
// out), and the operators between commands. It runs nothing.
//
// mvdan.cc/sh is no replacement: of its two ways to expand a word, one keeps
// backslashes and the other splits variables and expands braces.
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

// shellReader splits one command line.
type shellReader struct {
	rest     string
	env      func(name string) string
	commands []shellCommand
	command  shellCommand
	word     strings.Builder
	inWord   bool // also true for an empty word in quotes
	skip     bool // the next word is the target of a redirection
}

// next reads one character, or a quoted part or variable as a whole.
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
		if w := s.word.String(); w == "1" || w == "2" || w == "0" { // a file descriptor
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
		return s.readQuoted()
	case '\\':
		s.readEscape(func(byte) bool { return true })
	case '$':
		return s.readVariable()
	case '`':
		return errSubstitution
	default:
		s.put(string(c))
	}
	return nil
}

// readQuoted reads up to the closing double quote; the opening one has been read.
func (s *shellReader) readQuoted() error {
	s.put("")
	for s.rest != "" {
		c := s.rest[0]
		s.rest = s.rest[1:]
		switch c {
		case '"':
			return nil
		case '\\':
			s.readEscape(func(c byte) bool { return strings.IndexByte("$`\"\\\n", c) >= 0 })
		case '$':
			if err := s.readVariable(); err != nil {
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

// readEscape reads the character after a backslash. The backslash is kept if that
// character is not special.
func (s *shellReader) readEscape(special func(byte) bool) {
	if s.rest == "" || !special(s.rest[0]) {
		s.put(`\`)
		return
	}
	s.put(s.rest[:1])
	s.rest = s.rest[1:]
}

// readVariable replaces a variable with its value; the "$" has been read.
func (s *shellReader) readVariable() error {
	if strings.HasPrefix(s.rest, "(") {
		return errSubstitution
	}
	if rest, ok := strings.CutPrefix(s.rest, "{"); ok {
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !isVariableName(name) {
			return errors.New("the line contains a ${…} expansion that doctor does not support")
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

// isVariableName reports whether s is a valid name for a shell variable.
func isVariableName(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

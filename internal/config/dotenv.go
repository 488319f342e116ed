package config

import (
	"cmp"
	"errors"
	"regexp"
	"strings"
)

// assignment is an assignment in a .env file.
type assignment struct {
	name string
	text string
	line int   // line number, from 1
	err  error // why the application would see a different value; does not quote the file
}

const (
	blank  = `[\t\n\v\f\r ]`
	single = blank + `*'(?:\\'|[^'])*'`
	double = blank + `*"(?:\\"|[^"])*"`
	bare   = `[^#\n]+`
)

var (
	// assigns matches an assignment as the Ruby gem dotenv does: NAME=value, NAME: value,
	// or NAME alone, with an optional "export" before it and a comment after it. The gem
	// ignores all other text.
	assigns = regexp.MustCompile(`(?m)^` + blank + `*(?:export` + blank + `+)?([\w.]+)` +
		`(?:(?:` + blank + `*=` + blank + `*?|:` + blank + `+?)(` + single + `|` + double + `|` + bare + `)?)?` +
		blank + `*(?:#.*)?$`)

	escaped = regexp.MustCompile(`\\([^$])`)

	// reference matches $NAME or ${NAME}. The first group is the backslash that makes it
	// literal.
	reference = regexp.MustCompile(`(\\)?\$(\(|\{?(\w+)?\}?)`)
)

// lineBreaks is the variable that makes dotenv replace \n and \r with line breaks.
const lineBreaks = "DOTENV_LINEBREAK_MODE"

var (
	errUnclosed = errors.New("a closing quote is missing")
	errCommand  = errors.New("hectl does not run $(command)")
	errTooLong  = errors.New("its references make it too long")
)

// maxExpanded limits the total size of a file's values, in bytes. References could double
// it on each line.
const maxExpanded = 1 << 20

// lastAssignments returns the assignments of parseDotenv by name. The last assignment to
// a name wins.
func lastAssignments(text string, known func(name string) (string, bool)) map[string]assignment {
	last := map[string]assignment{}
	for _, a := range parseDotenv(text, known) {
		last[a.name] = a
	}
	return last
}

// parseDotenv parses text as version 3 of the Ruby gem dotenv does, except that a
// $(command) is an error. known returns variables that are already set. In references,
// they take precedence over those in text.
func parseDotenv(text string, known func(name string) (string, bool)) []assignment {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	var found []assignment
	own := map[string]string{}
	left := maxExpanded
	counted, line := 0, 1
	lookup := func(name string) string {
		if v, ok := known(name); ok {
			return v
		}
		return own[name]
	}
	for _, at := range assigns.FindAllStringSubmatchIndex(text, -1) {
		line += strings.Count(text[counted:at[2]], "\n")
		counted = at[2]
		a := assignment{name: text[at[2]:at[3]], line: line}
		switch {
		case at[4] >= 0:
			legacy := cmp.Or(own[lineBreaks], lookup(lineBreaks)) == "legacy"
			a.text, a.err = dotenvValue(text[at[4]:at[5]], legacy, lookup, left)
			left -= len(a.text)
			if errors.Is(a.err, errTooLong) {
				left = -1 // later values may refer to this one
			}
		case exportsOnly(text[at[0]:at[1]], own, a.name):
			continue
		}
		own[a.name] = a.text
		found = append(found, a)
	}
	return found
}

// exportsOnly reports whether a line only exports a variable that is already set.
func exportsOnly(line string, set map[string]string, name string) bool {
	_, ok := set[name]
	fields := strings.Fields(line)
	return ok && len(fields) > 1 && fields[0] == "export"
}

// dotenvValue returns the value of raw. Text in single quotes is literal. With legacy, \n
// and \r in double quotes become line breaks. A value longer than limit is an error.
func dotenvValue(raw string, legacy bool, lookup func(name string) string, limit int) (string, error) {
	value := strings.Trim(raw, "\x00\t\n\v\f\r ")
	quote := byte(0)
	var unclosed error
	if n := len(value); n > 0 && (value[0] == '\'' || value[0] == '"') {
		switch {
		case n > 1 && value[n-1] == value[0]:
			quote, value = value[0], value[1:n-1]
		case strings.IndexByte(value[1:], value[0]) < 0:
			unclosed = errUnclosed // dotenv treats the quote as part of the value
		}
	}
	if quote == '\'' {
		return value, nil
	}
	if quote == '"' && legacy {
		value = strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(value)
	} else if quote == '"' {
		value = strings.NewReplacer(`\n`, `\\n`, `\r`, `\\r`).Replace(value)
	}
	value = escaped.ReplaceAllString(value, "$1")
	value, ok := expandReferences(value, lookup, limit)
	if !ok {
		return "", errTooLong
	}
	value, err := rejectCommands(value)
	return value, cmp.Or(err, unclosed)
}

// expandReferences replaces the references in a value. It returns false if the result is
// longer than limit.
func expandReferences(value string, lookup func(name string) string, limit int) (string, bool) {
	var b strings.Builder
	end := 0
	for _, at := range reference.FindAllStringSubmatchIndex(value, -1) {
		b.WriteString(value[end:at[0]])
		end = at[1]
		switch whole := value[at[0]:at[1]]; {
		case strings.HasSuffix(whole, "("): // a command
			b.WriteString(whole)
		case at[2] >= 0:
			b.WriteString(whole[1:])
		case at[6] >= 0:
			b.WriteString(lookup(value[at[6]:at[7]]))
		default:
			b.WriteString(whole)
		}
		if b.Len() > limit {
			return "", false
		}
	}
	b.WriteString(value[end:])
	return b.String(), b.Len() <= limit
}

// rejectCommands removes the backslash from an escaped \$(command). An unescaped one is
// an error.
func rejectCommands(value string) (string, error) {
	var b strings.Builder
	for {
		at := strings.Index(value, "$(")
		if at < 0 {
			return b.String() + value, nil
		}
		end := balancedLen(value[at+1:])
		switch {
		case end < 0:
			b.WriteString(value[:at+2])
			value = value[at+2:]
			continue
		case at == 0 || value[at-1] != '\\':
			return value, errCommand
		}
		b.WriteString(value[:at-1] + value[at:at+1+end])
		value = value[at+1+end:]
	}
}

// balancedLen returns the length of the text in balanced parentheses at the start of s,
// -1 if they are not balanced or are empty.
func balancedLen(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; s[i-1] == '(' {
				return -1
			}
		}
		if depth == 0 {
			return i + 1
		}
	}
	return -1
}

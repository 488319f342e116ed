package schema

import (
	"fmt"
	"regexp"
	"strings"
)

// Pattern selects tables, with the syntax of psql and pg_dump: "*" matches any characters
// and "?" one, a schema may precede a dot, and upper-case letters need double quotes. A
// pattern without a schema matches in all schemas.
type Pattern struct {
	text          string
	schema, table *regexp.Regexp // a nil schema means all
	wild          bool
}

// ParsePattern parses one pattern.
func ParsePattern(text string) (Pattern, error) {
	p := Pattern{text: text}
	var part strings.Builder
	inside := false
	compile := func() *regexp.Regexp {
		re := regexp.MustCompile(`(?s)\A` + part.String() + `\z`) // valid: its parts are quoted
		part.Reset()
		return re
	}
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; {
		case c == '"' && inside && i+1 < len(runes) && runes[i+1] == '"':
			part.WriteString(`"`)
			i++
		case c == '"':
			inside = !inside
		case c == '.' && !inside && p.schema == nil:
			p.schema = compile()
		case c == '*' && !inside:
			part.WriteString(".*")
			p.wild = true
		case c == '?' && !inside:
			part.WriteString(".")
			p.wild = true
		case !inside:
			part.WriteString(regexp.QuoteMeta(strings.ToLower(string(c))))
		default:
			part.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	if inside || part.Len() == 0 {
		return p, fmt.Errorf("%q is not a pattern for tables", text)
	}
	p.table = compile()
	return p, nil
}

// Matches reports whether the pattern selects the table called n.
func (p Pattern) Matches(n Name) bool {
	return (p.schema == nil || p.schema.MatchString(n.Schema)) && p.table.MatchString(n.Name)
}

// Exact ranks how specific the pattern is: 0 with wildcards, 1 for a name in all schemas, 2
// for a name in one schema.
func (p Pattern) Exact() int {
	switch {
	case p.wild:
		return 0
	case p.schema == nil:
		return 1
	}
	return 2
}

// String returns the text of the pattern.
func (p Pattern) String() string { return p.text }

package schema

import (
	"fmt"
	"regexp"
	"strings"
)

// Pattern is a pattern for tables as psql and pg_dump have it: "*" for any
// characters, "?" for one, an optional schema before a dot, upper-case letters
// only within double quotes. Without a schema it matches in every schema.
type Pattern struct {
	text          string
	schema, table *regexp.Regexp // schema is nil for any
	wild          bool
}

// ParsePattern reads one pattern.
func ParsePattern(text string) (Pattern, error) {
	p := Pattern{text: text}
	var part strings.Builder
	inside := false
	compile := func() *regexp.Regexp {
		re := regexp.MustCompile(`(?s)\A` + part.String() + `\z`) // quoted as it was written
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

// Matches reports whether the pattern is one for the table called n.
func (p Pattern) Matches(n Name) bool {
	return (p.schema == nil || p.schema.MatchString(n.Schema)) && p.table.MatchString(n.Name)
}

// Exact says how exact the pattern is: 0 with wildcards, 1 for a name in any
// schema, 2 for one in one schema.
func (p Pattern) Exact() int {
	switch {
	case p.wild:
		return 0
	case p.schema == nil:
		return 1
	}
	return 2
}

// String returns the pattern as it was written.
func (p Pattern) String() string { return p.text }

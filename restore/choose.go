package restore

import (
	"regexp"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// chooser decides which tables' rows are restored. The schema always is.
type chooser struct {
	only    []pattern // none: all
	exclude []pattern
	// whole maps the entries of partitions to what they are partitions of.
	whole map[[2]string]*archive.Entry
}

// pattern is a pattern for tables as psql and pg_dump have it: "*" for any
// characters, "?" for one, an optional schema before a dot, upper-case letters
// only within double quotes. Without a schema it matches in every schema.
type pattern struct {
	text          string
	schema, table *regexp.Regexp // schema is nil for any
}

func newChooser(only, exclude []string) (chooser, error) {
	var c chooser
	for _, list := range []struct {
		texts    []string
		patterns *[]pattern
	}{{only, &c.only}, {exclude, &c.exclude}} {
		for _, text := range list.texts {
			p, err := parsePattern(text)
			if err != nil {
				return chooser{}, err
			}
			*list.patterns = append(*list.patterns, p)
		}
	}
	return c, nil
}

// parsePattern reads one pattern.
func parsePattern(text string) (pattern, error) {
	p := pattern{text: text}
	var part strings.Builder
	quoted := false
	compile := func() *regexp.Regexp {
		re := regexp.MustCompile(`(?s)\A` + part.String() + `\z`) // quoted as it was written
		part.Reset()
		return re
	}
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; {
		case c == '"' && quoted && i+1 < len(runes) && runes[i+1] == '"':
			part.WriteString(`"`)
			i++
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted && p.schema == nil:
			p.schema = compile()
		case c == '*' && !quoted:
			part.WriteString(".*")
		case c == '?' && !quoted:
			part.WriteString(".")
		case !quoted:
			part.WriteString(regexp.QuoteMeta(strings.ToLower(string(c))))
		default:
			part.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	if quoted || part.Len() == 0 {
		return p, fault.New(fault.Usage, `for example: 'audit_*', public.versions, '"Mixed Case"'`, "%q is not a pattern for tables", text)
	}
	p.table = compile()
	return p, nil
}

func (p pattern) matches(e *archive.Entry) bool {
	return (p.schema == nil || p.schema.MatchString(e.Namespace)) && p.table.MatchString(e.Tag)
}

// maxDepth bounds how deep partitions of partitions are followed: a hostile archive
// may have them in a circle.
const maxDepth = 100

// partitions returns, by schema and name of each partition, the table that it is
// a partition of.
func partitions(h *archive.Head) map[[2]string]*archive.Entry {
	byID := h.ByID()
	whole := map[[2]string]*archive.Entry{}
	for i := range h.Entries {
		e := &h.Entries[i]
		if e.Desc != "TABLE ATTACH" { // it depends on both
			continue
		}
		for _, id := range e.Dependencies {
			if t := byID[id]; t != nil && t.Desc == "TABLE" && (t.Namespace != e.Namespace || t.Tag != e.Tag) {
				whole[[2]string{e.Namespace, e.Tag}] = t
			}
		}
	}
	return whole
}

// takes reports whether the rows of a TABLE DATA entry are restored.
func (c chooser) takes(e *archive.Entry) bool {
	matchesAny := func(patterns []pattern) bool {
		for _, p := range patterns {
			// The name of a partitioned table counts for its partitions.
			t := e
			for depth := 0; t != nil && depth < maxDepth; depth++ {
				if p.matches(t) {
					return true
				}
				t = c.whole[[2]string{t.Namespace, t.Tag}]
			}
		}
		return false
	}
	return (len(c.only) == 0 || matchesAny(c.only)) && !matchesAny(c.exclude)
}

// check refuses patterns that match nothing: a mistyped name must not bring the
// rows that were to stay away.
func (c chooser) check(h *archive.Head) error {
	for _, p := range append(append([]pattern(nil), c.only...), c.exclude...) {
		found := false
		for i := range h.Entries {
			e := &h.Entries[i]
			found = found || ((e.Desc == "TABLE" || e.Desc == "TABLE DATA") && p.matches(e))
		}
		if !found {
			return fault.New(fault.Usage, "patterns are as for pg_dump --exclude-table-data: * and ?, and upper case in double quotes",
				"no table of the dump matches %q", p.text)
		}
	}
	return nil
}

// String says what is chosen, "" when all is.
func (c chooser) String() string {
	var parts []string
	for _, p := range c.only {
		parts = append(parts, "only "+p.text)
	}
	for _, p := range c.exclude {
		parts = append(parts, "without "+p.text)
	}
	return strings.Join(parts, ", ")
}

// all reports whether every table's rows are restored.
func (c chooser) all() bool { return len(c.only)+len(c.exclude) == 0 }

// choose returns the blocks and the entries of the data section that are wanted.
func (c chooser) choose(copies []tableCopy, rest remainder) ([]tableCopy, remainder) {
	if c.all() {
		return copies, rest
	}
	var chosen []tableCopy
	for _, t := range copies {
		if c.takes(t.entry) {
			chosen = append(chosen, t)
		}
	}
	var kept remainder
	dropped := map[int]bool{}
	for _, e := range rest.entries {
		if e.Desc == "TABLE DATA" && !c.takes(e) {
			dropped[e.ID] = true
			continue
		}
		kept.entries = append(kept.entries, e)
	}
	for _, b := range rest.blocks {
		if !dropped[b.ID] {
			kept.blocks = append(kept.blocks, b)
		}
	}
	return chosen, kept
}

package load

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Chooser decides which tables are restored with their rows. The schema is always
// restored.
type Chooser struct {
	only       []schema.Pattern // nil for all
	exclude    []schema.Pattern
	partitions schema.Partitions
}

// NewChooser reads the patterns of --table and --exclude-table-data.
func NewChooser(only, exclude []string) (Chooser, error) {
	var c Chooser
	for _, list := range []struct {
		texts    []string
		patterns *[]schema.Pattern
	}{{only, &c.only}, {exclude, &c.exclude}} {
		for _, text := range list.texts {
			p, err := schema.ParsePattern(text)
			if err != nil {
				return Chooser{}, fault.Wrap(fault.Usage, `for example: 'audit_*', public.versions, '"Mixed Case"'`, err)
			}
			*list.patterns = append(*list.patterns, p)
		}
	}
	return c, nil
}

// nameOf returns the name of the table of an entry, in UTF-8.
func nameOf(e *archive.Entry) schema.Name {
	namespace, tag := e.Names()
	return schema.Name{Schema: namespace, Name: tag}
}

// Takes reports whether the rows of a TABLE DATA entry are restored.
func (c Chooser) Takes(e *archive.Entry) bool {
	matchesAny := func(patterns []schema.Pattern) bool {
		for _, p := range patterns {
			// A pattern for a partitioned table also matches its partitions.
			for name := range c.partitions.Ancestors(nameOf(e)) {
				if p.Matches(name) {
					return true
				}
			}
		}
		return false
	}
	return (len(c.only) == 0 || matchesAny(c.only)) && !matchesAny(c.exclude)
}

// check refuses patterns that match no table: a mistyped name must not let in rows that
// should be left out.
func (c Chooser) check(h *archive.Head) error {
	return checkPatterns(h, slices.Concat(c.only, c.exclude))
}

// checkPatterns refuses patterns that match no table of an archive.
func checkPatterns(h *archive.Head, patterns []schema.Pattern) error {
	for _, p := range patterns {
		found := false
		for e := range h.All() {
			found = found || ((e.Desc == "TABLE" || e.Desc == "TABLE DATA") && p.Matches(nameOf(e)))
		}
		if !found {
			return fault.New(fault.Usage, "write patterns as for pg_dump --exclude-table-data: * and ? are wildcards, and upper case needs double quotes",
				"no table of the dump matches %q", p.String())
		}
	}
	return nil
}

// String describes the choice, "" for all tables.
func (c Chooser) String() string { return strings.Join(c.parts(), ", ") }

func (c Chooser) parts() (parts []string) {
	for _, p := range c.only {
		parts = append(parts, "only "+p.String())
	}
	for _, p := range c.exclude {
		parts = append(parts, "without "+p.String())
	}
	return parts
}

// choose returns the chosen blocks and entries of the data section.
func (c Chooser) choose(copies []tableCopy, rest remainder) ([]tableCopy, remainder) {
	if len(c.only)+len(c.exclude) == 0 {
		return copies, rest
	}
	chosen := slices.DeleteFunc(slices.Clone(copies), func(t tableCopy) bool { return !c.Takes(t.entry) })
	return chosen, rest.without(func(e *archive.Entry) bool { return e.Desc == "TABLE DATA" && !c.Takes(e) })
}

// Key returns a string that is equal for the same patterns in any order.
func (c Chooser) Key() string {
	parts := c.parts()
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), ", ")
}

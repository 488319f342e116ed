package restore

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// checksRows tells whether to write a row into the tables of a TABLE DATA entry
// may call functions of the database's own: in a CHECK, of the table's or of a
// domain's, or for a generated column. Such a function may read other tables, so
// their rows have to be there before, as far as pg_restore, which goes by the order
// of the archive, would have them.
func checksRows(byID map[int]*archive.Entry, rows *archive.Entry) bool {
	seen := map[int]bool{}
	var checks func(e *archive.Entry) bool
	checks = func(e *archive.Entry) bool {
		if seen[e.ID] {
			return false
		}
		seen[e.ID] = true
		return slices.ContainsFunc(e.Dependencies, func(id int) bool {
			switch on := byID[id]; {
			case on == nil:
				return false
			case on.Desc == "FUNCTION", on.Desc == "OPERATOR":
				return e.Desc == "DOMAIN" || e.Desc == "TABLE" && evaluates(e.Definition, on)
			default: // the table, what it inherits from, the types of its columns
				return (on.Desc == "TABLE" || on.Desc == "DOMAIN" || on.Desc == "TYPE") && checks(on)
			}
		})
	}
	return checks(rows)
}

// evaluates tells whether a table, which depends on a function or an operator, may
// use it for each row that is copied. A default does not count: the rows come with
// values. pg_dump writes each column and each constraint on a line of its own.
func evaluates(definition string, on *archive.Entry) bool {
	var defaults, others strings.Builder
	for line := range strings.Lines(definition) {
		if strings.Contains(line, " DEFAULT ") && !strings.Contains(line, " CHECK (") {
			defaults.WriteString(line)
		} else {
			others.WriteString(line)
		}
	}
	if !strings.Contains(others.String(), " CHECK (") && !strings.Contains(others.String(), " GENERATED ALWAYS AS (") {
		return false
	}
	name, _, _ := strings.Cut(on.Tag, "(")
	named := func(text string) bool {
		return strings.Contains(text, name+"(") || strings.Contains(text, pgtools.Quote(name)+"(")
	}
	// A function need not be named where it is called: it may make a cast.
	return on.Desc != "FUNCTION" || !named(defaults.String()) || named(others.String())
}

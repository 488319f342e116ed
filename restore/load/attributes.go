package load

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// knownAttributeOption reports whether a server takes an option of a column. Up to
// PostgreSQL 19 there are two for users. Servers of some minor releases keep a version
// of their own there, pg_attver, which a pg_dump of an older minor release writes into
// the archive as if somebody had set it; a new table starts without it in any case.
func knownAttributeOption(option string, server pgtools.Version) bool {
	switch option {
	case "n_distinct", "n_distinct_inherited":
		return true
	case "pg_attver":
		return false
	}
	return server.Major > 19
}

// CutUnknownOptions cuts the options of columns that the server does not know. It would
// refuse the whole table for them. The warning names them; "" for none.
func CutUnknownOptions(d *dump.Dump, server pgtools.Version) (warning string) {
	standard, said := d.Head.StandardStrings()
	known := func(o string) bool { return knownAttributeOption(o, server) }
	var options, tables []string
	for i := range d.Head.Entries {
		e := &d.Head.Entries[i]
		definition := d.Edits.Definition(e)
		if !strings.Contains(definition, "ALTER COLUMN") {
			continue
		}
		edited, cut := schema.WithoutAttributeOptions(definition, standard, known)
		if len(cut) == 0 {
			continue
		}
		if other, _ := schema.WithoutAttributeOptions(definition, !standard, known); !said && other != edited {
			continue // what it is depends on how strings are read, which the archive does not say
		}
		d.Edits.Redefine(e, edited)
		options = append(options, cut...)
		tables = append(tables, e.Namespace+"."+e.Tag)
	}
	if len(tables) == 0 {
		return ""
	}
	slices.Sort(options)
	return fmt.Sprintf("left out, as PostgreSQL %s does not know it: the option %s of columns of %s. A pg_dump of the source's own minor release does not write it",
		server, strings.Join(slices.Compact(options), ", "), text.List(tables, 3))
}

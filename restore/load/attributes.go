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

// knownAttributeOption reports whether a server accepts an option of a column. Up to
// PostgreSQL 19, users can set two options. Some minor releases also store the option
// pg_attver, for the server's own use. A pg_dump of an older minor release writes it into
// the archive as if a user had set it. A new table does not need it.
func knownAttributeOption(option string, server pgtools.Version) bool {
	switch option {
	case "n_distinct", "n_distinct_inherited":
		return true
	case "pg_attver":
		return false
	}
	return server.Major > 19
}

// CutUnknownOptions removes the options of columns that the server does not support,
// because the server would refuse the whole table. The warning names them; "" for none.
func CutUnknownOptions(d *dump.Dump, server pgtools.Version) (warning string) {
	standard, said := d.Head.StandardStrings()
	known := func(o string) bool { return knownAttributeOption(o, server) }
	var options, tables []string
	for e := range d.Head.All() {
		definition := d.Edits.Definition(e)
		if !strings.Contains(definition, "ALTER COLUMN") {
			continue
		}
		edited, cut := schema.WithoutAttributeOptions(definition, standard, known)
		if len(cut) == 0 {
			continue
		}
		if other, _ := schema.WithoutAttributeOptions(definition, !standard, known); !said && other != edited {
			continue // the result depends on standard_conforming_strings, which the archive does not record
		}
		d.Edits.Redefine(e, edited)
		options = append(options, cut...)
		tables = append(tables, e.Namespace+"."+e.Tag)
	}
	if len(tables) == 0 {
		return ""
	}
	slices.Sort(options)
	return fmt.Sprintf("left out because PostgreSQL %s does not support it: the option %s of columns of %s. A pg_dump from the source's own minor release does not write it",
		server, strings.Join(slices.Compact(options), ", "), text.List(tables, 3))
}

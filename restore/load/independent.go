package load

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A dependents answers which entries of an archive may read tables that the
// archive does not name as their dependencies.
//
// pg_dump records what a definition refers to, but not what the body of a function
// does. So whatever reaches a function of the database's own, directly or through
// an operator, a type, a domain, a view or another function, may read every table.
// The same is true of what reads Postgres's own catalogs, which know how large a
// table is, or whether a view has been filled.
// hectl restores such an entry by itself, in the archive's order, as pg_restore
// does without --jobs. Everything else depends only on what the archive says, and
// may be restored at the same time as its like.
type dependents struct {
	byID   map[int]*archive.Entry
	tables map[schema.Name]*schema.Table
	// also are dependencies that the archive records the other way around: of a
	// type on its operator classes, by which rows and arrays of it are compared,
	// and of a partition on its whole, whose key each row is checked against.
	also  map[int][]int
	casts map[int]bool // ids of functions that casts call without naming them
}

func newDependents(h *archive.Head) *dependents {
	d := &dependents{byID: h.ByID(), tables: map[schema.Name]*schema.Table{}, also: map[int][]int{}, casts: map[int]bool{}}
	for _, t := range schema.Read(h).Tables {
		d.tables[t.Name] = t
	}
	for i := range h.Entries {
		e := &h.Entries[i]
		for _, id := range e.Dependencies {
			on := d.byID[id]
			switch {
			case on == nil:
			case e.Desc == "OPERATOR CLASS" && (on.Desc == "TYPE" || on.Desc == "DOMAIN"):
				d.also[id] = append(d.also[id], e.ID)
			case e.Desc == "CAST":
				d.casts[id] = true
			}
		}
	}
	for part, whole := range schema.Attachments(h) {
		d.also[part] = append(d.also[part], whole)
		d.also[whole] = append(d.also[whole], part)
	}
	return d
}

// rows reports whether the rows of a TABLE DATA entry must be copied by
// themselves: writing one may call a function of the database's own, or the table
// is an extension's, which has keys, indexes and triggers already.
func (d *dependents) rows(e *archive.Entry) bool {
	defined := false
	for _, id := range e.Dependencies {
		defined = defined || d.byID[id] != nil && d.byID[id].Desc == "TABLE"
	}
	return !defined || d.reads(e)
}

// reads reports whether restoring an entry may read tables that its dependencies
// do not name.
func (d *dependents) reads(e *archive.Entry) bool { return d.visit(e, map[int]bool{}) }

// index is reads for an index, or a key. The defaults and checks of its table do
// not count, only the types.
func (d *dependents) index(e *archive.Entry) bool {
	seen := map[int]bool{e.ID: true}
	return d.runsSQL(e.Definition) || slices.ContainsFunc(e.Dependencies, func(id int) bool {
		on := d.byID[id]
		if on == nil || on.Desc != "TABLE" {
			return on != nil && d.visit(on, seen)
		}
		return slices.ContainsFunc(on.Dependencies, func(id int) bool {
			of := d.byID[id]
			return of != nil && (of.Desc == "TYPE" || of.Desc == "DOMAIN") && d.visit(of, seen)
		})
	})
}

func (d *dependents) visit(e *archive.Entry, seen map[int]bool) bool {
	if seen[e.ID] {
		return false
	}
	seen[e.ID] = true
	var counts func(on *archive.Entry) bool
	switch e.Desc {
	case "FUNCTION", "PROCEDURE":
		return true
	case "EXTENSION":
		return !slices.Contains(harmlessExtensions(), e.Tag)
	case "SCHEMA", "SEQUENCE":
		return false
	case "TABLE":
		var reads bool
		if counts, reads = d.table(e); reads {
			return true
		}
	case "VIEW", "MATERIALIZED VIEW", "DOMAIN", "RULE":
		if d.runsSQL(e.Definition) {
			return true
		}
	}
	return slices.ContainsFunc(slices.Concat(e.Dependencies, d.also[e.ID]), func(id int) bool {
		on := d.byID[id]
		return on != nil && (counts == nil || counts(on)) && d.visit(on, seen)
	})
}

// table returns which dependencies of a table are used when a row is written to
// it. Those of defaults are not: rows come with values. reads reports whether an
// expression of the table reads other tables by itself.
func (d *dependents) table(e *archive.Entry) (counts func(on *archive.Entry) bool, reads bool) {
	t := d.tables[nameOf(e)]
	if t == nil || t.Unread != nil {
		return nil, d.runsSQL(e.Definition)
	}
	parts := []string{t.PartitionBy}
	for _, c := range t.Columns {
		parts = append(parts, c.Formula)
	}
	for _, c := range t.Checks {
		parts = append(parts, c.SQL)
	}
	expressions := strings.Join(parts, "\n")
	words, err := schema.Words(expressions)
	if err != nil {
		return nil, true
	}
	return func(on *archive.Entry) bool {
		if on.Desc != "FUNCTION" {
			return true
		}
		name := schema.Routine(on.Text(on.Definition))
		return name == "" || words[name] || d.casts[on.ID]
	}, d.runsSQL(expressions)
}

// runsSQL reports whether SQL names a relation of Postgres's own, or a function that
// reads tables, sequences, large objects or catalogs which nothing records it to
// depend on.
func (d *dependents) runsSQL(sql string) bool {
	words, err := schema.Words(sql)
	if err != nil {
		return true
	}
	builtIn, err := schema.BuiltIn(sql)
	if err != nil || slices.ContainsFunc(builtIn, readsCatalog) {
		return true
	}
	return words["information_schema"] || slices.ContainsFunc([]string{
		"query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema",
		"table_to_xml", "table_to_xmlschema", "table_to_xml_and_xmlschema",
		"schema_to_xml", "schema_to_xmlschema", "schema_to_xml_and_xmlschema",
		"database_to_xml", "database_to_xmlschema", "database_to_xml_and_xmlschema",
		"cursor_to_xml", "cursor_to_xmlschema", "ts_stat", "ts_rewrite",
		"nextval", "setval", "currval", "lastval", "pg_sequence_last_value",
		"lo_get", "lo_open", "loread", "lo_import", "lo_create", "lo_from_bytea", "lo_put", "pg_largeobject",
		"to_regclass", "obj_description", "col_description", "brin_summarize_new_values", "gin_clean_pending_list",
		// Of PostGIS and pg_bigm: other functions of theirs read no tables but their own.
		"geometry_columns", "geography_columns", "raster_columns", "raster_overviews", "find_srid",
		"st_estimatedextent", "st_estimated_extent", "st_findextent", "pg_gin_pending_stats",
	}, func(name string) bool { return words[name] })
}

// readsCatalog reports whether a name that is Postgres's own, or an alias or a
// column, may be that of a catalog or of a function that reads one. Most are such;
// those that only look at their argument, and types, are not.
func readsCatalog(name string) bool {
	return strings.HasPrefix(name, "pg_") && !slices.Contains([]string{
		"pg_catalog", "pg_lsn", "pg_snapshot", "pg_typeof", "pg_column_size", "pg_size_pretty", "pg_size_bytes",
	}, name)
}

// statistics reports whether a row or a materialized view may come out otherwise once
// there are statistics: it reaches functions or catalogs, and something in the dump
// names those that ANALYZE changes, or asks the planner.
func (d *dependents) statistics(h *archive.Head) bool {
	reads, named := false, false
	for i := range h.Entries {
		switch e := &h.Entries[i]; e.Desc {
		case "TABLE DATA":
			reads = reads || d.rows(e)
		case "MATERIALIZED VIEW DATA":
			reads = reads || d.reads(e)
		case "INDEX", "CONSTRAINT":
			reads = reads || d.index(e)
		case "TABLE", "DOMAIN", "VIEW", "MATERIALIZED VIEW", "RULE", "FUNCTION", "PROCEDURE", "AGGREGATE":
			named = named || statisticsNames.MatchString(e.Definition)
		}
	}
	return reads && named
}

var statisticsNames = regexp.MustCompile(`(?i)pg_stat|pg_class|reltuples|relpages|relallvisible|\bexplain\b`)

// harmlessExtensions are those whose functions read no tables, or none but the
// extension's own, which are copied in the archive's order. Any other one may, and
// so may one that looks at the pages of a table that it is given by name, such as
// pgstattuple or amcheck.
func harmlessExtensions() []string {
	return []string{
		"bloom", "btree_gin", "btree_gist", "citext", "cube", "dict_int", "dict_xsyn",
		"earthdistance", "file_fdw", "fuzzystrmatch", "h3", "hll", "hstore", "intagg", "intarray", "ip4r", "isn", "lo", "ltree",
		"pg_bigm", "pg_trgm", "pg_uuidv7", "pgcrypto", "plpgsql", "postgis", "prefix",
		"seg", "semver", "sslinfo", "tcn", "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp", "vector",
	}
}

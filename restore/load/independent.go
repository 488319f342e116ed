package load

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// dependents decides which entries of an archive may read tables that the archive does
// not record as their dependencies.
//
// pg_dump records the references of a definition, but not those in the body of a
// function. So an entry that uses a function of the database, directly or through an
// operator, a type, a domain, a view or another function, may read every table. The same
// is true of an entry that reads Postgres's own catalogs, which record table sizes and
// the state of materialized views.
//
// hectl restores such an entry alone, in the archive's order, as pg_restore does without
// --jobs. All other entries depend only on their recorded dependencies and may be
// restored in parallel.
type dependents struct {
	byID   map[int]*archive.Entry
	tables map[schema.Name]*schema.Table
	// also has dependencies that the archive records in reverse: of a type on its
	// operator classes, which compare rows and arrays of it, and of a partition on the
	// partitioned table, whose key checks each row.
	also  map[int][]int
	casts map[int]bool // ids of functions that casts call without naming them
	calls bool         // the dump has a function that may read tables
	// hidden reports that a definition may call such a function without its name or schema.
	hidden bool
}

func newDependents(h *archive.Head) *dependents {
	d := &dependents{byID: h.ByID(), tables: schema.Read(h).ByName(), also: map[int][]int{}, casts: map[int]bool{}}
	qualified := false // pg_dump writes names with their schemas
	for e := range h.All() {
		switch e.Desc {
		case "FUNCTION", "PROCEDURE":
			d.calls = true
		case "EXTENSION":
			if !slices.Contains(harmlessExtensions(), e.Tag) {
				d.calls, d.hidden = true, true
			}
		case "CAST", "OPERATOR CLASS":
			d.hidden = true
		case "SEARCHPATH":
			qualified = true
		}
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
	d.hidden = d.hidden || !qualified
	for part, whole := range schema.Attachments(h) {
		d.also[part] = append(d.also[part], whole)
		d.also[whole] = append(d.also[whole], part)
	}
	return d
}

// rows reports whether the rows of a TABLE DATA entry must be copied alone: writing a
// row may call a function of the database, or the table belongs to an extension and
// already has keys, indexes and triggers.
func (d *dependents) rows(e *archive.Entry) bool {
	return !dependsOnA("TABLE", e, d.byID) || d.reads(e)
}

// dependsOnA reports whether the archive records that an entry depends on an object of a
// kind.
func dependsOnA(kind string, e *archive.Entry, byID map[int]*archive.Entry) bool {
	return slices.ContainsFunc(e.Dependencies, func(id int) bool { return byID[id] != nil && byID[id].Desc == kind })
}

// reads reports whether restoring an entry may read tables that its dependencies
// do not name.
func (d *dependents) reads(e *archive.Entry) bool { return d.visit(e, map[int]bool{}) }

// index is like reads, for an index or a key. Of its table, only the column types matter,
// not the defaults and checks. pg_dump does not record the functions of an exclusion constraint,
// but its elements name them with their schemas, as they name operators and types.
func (d *dependents) index(e *archive.Entry) bool {
	if d.calls && e.Desc == "CONSTRAINT" && schema.Says(e.Definition, "exclude") {
		_, elements, _ := strings.Cut(e.Definition, " EXCLUDE ")
		if d.hidden || elements == "" || strings.Contains(elements, ".") {
			return true
		}
	}
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

// table returns which dependencies of a table are used when a row is written. Defaults
// are not used, because rows come with values. reads reports whether an expression of the
// table itself reads other tables.
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

// runsSQL reports whether SQL names a relation of Postgres, or a function that reads
// tables, sequences, large objects or catalogs without a recorded dependency.
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
		// These belong to PostGIS and pg_bigm. Their other functions read only their own
		// tables.
		"geometry_columns", "geography_columns", "raster_columns", "raster_overviews", "find_srid",
		"st_estimatedextent", "st_estimated_extent", "st_findextent", "pg_gin_pending_stats",
	}, func(name string) bool { return words[name] })
}

// readsCatalog reports whether a name may be a catalog, or a function that reads one.
// Most Postgres names that begin with pg_ may be; the exceptions are types, and functions
// that only inspect their argument.
func readsCatalog(name string) bool {
	return strings.HasPrefix(name, "pg_") && !slices.Contains([]string{
		"pg_catalog", "pg_lsn", "pg_snapshot", "pg_typeof", "pg_column_size", "pg_size_pretty", "pg_size_bytes",
	}, name)
}

// statistics reports whether statistics may change a row or a materialized view. They may
// if one of these uses functions or catalogs, and a definition in the dump names EXPLAIN
// or a catalog that ANALYZE changes.
func (d *dependents) statistics(h *archive.Head) bool {
	reads, named := false, false
	for e := range h.All() {
		switch e.Desc {
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

// harmlessExtensions returns the extensions whose functions read no tables, or only the
// extension's own, which are copied in the archive's order. Any other extension may
// read tables. That includes extensions that inspect the pages of a table, such as
// pgstattuple or amcheck.
func harmlessExtensions() []string {
	return []string{
		"bloom", "btree_gin", "btree_gist", "citext", "cube", "dict_int", "dict_xsyn",
		"earthdistance", "file_fdw", "fuzzystrmatch", "h3", "hll", "hstore", "intagg", "intarray", "ip4r", "isn", "lo", "ltree",
		"pg_bigm", "pg_trgm", "pg_uuidv7", "pgcrypto", "plpgsql", "postgis", "prefix",
		"seg", "semver", "sslinfo", "tcn", "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp", "vector",
	}
}

package load

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestRowsThatMayReadOtherTables(t *testing.T) {
	const (
		check     = "CREATE TABLE public.t (\n    a text,\n    CONSTRAINT c CHECK (public.f(a))\n);\n"
		inDefault = "CREATE TABLE public.t (\n    a text DEFAULT public.f(1) NOT NULL,\n    b text\n);\n"
		both      = "CREATE TABLE public.t (\n    a text DEFAULT public.f(1) NOT NULL,\n    CONSTRAINT c CHECK (((a)::public.other > 0))\n);\n"
		generated = "CREATE TABLE public.t (\n    a text,\n    b text GENERATED ALWAYS AS (public.f((a || ' DEFAULT '::text))) STORED\n);\n"
		odd       = "CREATE TABLE public.t (\n    a text DEFAULT public.\"F (x\"(1),\n    b text GENERATED ALWAYS AS (public.\"F (x\"(a)) STORED\n);\n"
		plain     = "CREATE TABLE public.t (\n    a public.d\n);\n"
		parted    = "CREATE TABLE public.t (\n    a text\n)\nPARTITION BY LIST (public.f(a));\n"
		query     = "CREATE TABLE public.t (\n    a text,\n    CONSTRAINT c CHECK ((query_to_xml(a, true, true, ''::text) IS NOT NULL))\n);\n"
		catalog   = "CREATE TABLE public.t (\n    a text,\n    CONSTRAINT c CHECK ((pg_relation_filenode((a)::regclass) > 0))\n);\n"
		named     = "CREATE TABLE public.pg_t (\n    a text COLLATE pg_catalog.\"C\",\n    b pg_lsn,\n    CONSTRAINT c CHECK ((b > '0/0'::pg_lsn))\n);\n"
		unread    = "CREATE TABLE public.t (\n    a text SOMETHING NEW\n);\n"
		f         = "CREATE FUNCTION public.f(text) RETURNS text LANGUAGE sql AS 'SELECT 1';\n"
	)
	entry := func(id int, desc, tag, definition string, on ...int) archive.Entry {
		e := archive.Entry{ID: id, Desc: desc, Tag: tag, Definition: definition, Dependencies: on, Namespace: "public"}
		return e
	}
	function := entry(9, "FUNCTION", "f(text)", f)
	for _, tt := range []struct {
		name string
		want bool
		on   []archive.Entry // entries of the archive; the table's ID is 2
	}{
		{"nothing", false, []archive.Entry{entry(2, "TABLE", "t", plain)}},
		{"a check", true, []archive.Entry{entry(2, "TABLE", "t", check, 9), function}},
		{"an operator in a check", true, []archive.Entry{entry(2, "TABLE", "t", check, 3), entry(3, "OPERATOR", "===", "", 9), function}},
		{"an operator that is a built-in function", false, []archive.Entry{entry(2, "TABLE", "t", check, 3), entry(3, "OPERATOR", "===", "")}},
		{"a built-in function in a check", false, []archive.Entry{entry(2, "TABLE", "t", check)}},
		{"a built-in function that runs a query", true, []archive.Entry{entry(2, "TABLE", "t", query)}},
		{"a default", false, []archive.Entry{entry(2, "TABLE", "t", inDefault, 9), function}},
		{"a default, and a check of a built-in function", false, []archive.Entry{entry(2, "TABLE", "t", both, 9), function}},
		{"a cast in a check", true, []archive.Entry{entry(2, "TABLE", "t", both, 3), entry(3, "FUNCTION", "to_other(text)", "CREATE FUNCTION public.to_other(text)"), entry(4, "CAST", "CAST (text AS other)", "", 3)}},
		{"a generated column whose text looks like a default", true, []archive.Entry{entry(2, "TABLE", "t", generated, 9), function}},
		{"an odd name, in a default and in a generated column", true, []archive.Entry{entry(2, "TABLE", "t", odd, 3), entry(3, "FUNCTION", "F (x(text)", "CREATE FUNCTION public.\"F (x\"(text)")}},
		{"a table that cannot be read", true, []archive.Entry{entry(2, "TABLE", "t", unread, 9), function}},
		{"a partition key", true, []archive.Entry{entry(2, "TABLE", "t", parted, 9), function}},
		{"the key of what it is a part of", true, []archive.Entry{entry(2, "TABLE", "part", plain), entry(3, "TABLE", "t", parted, 9), entry(4, "TABLE ATTACH", "part", "ALTER TABLE ONLY public.t ATTACH PARTITION public.part DEFAULT;\n", 3, 2), function}},
		{"a domain", true, []archive.Entry{entry(2, "TABLE", "t", plain, 3), entry(3, "DOMAIN", "d", "", 9), function}},
		{"a domain without a function", false, []archive.Entry{entry(2, "TABLE", "t", plain, 3), entry(3, "DOMAIN", "d", "")}},
		{"a domain in a type", true, []archive.Entry{entry(2, "TABLE", "t", plain, 3), entry(3, "TYPE", "c", "", 4), entry(4, "DOMAIN", "d", "", 9), function}},
		{"a type with functions of its own", true, []archive.Entry{entry(2, "TABLE", "t", plain, 3), entry(3, "TYPE", "c", "", 9), function}},
		{"a type with operators of its own", true, []archive.Entry{entry(2, "TABLE", "t", plain, 3), entry(3, "TYPE", "c", ""), entry(4, "OPERATOR CLASS", "c_ops", "", 3, 5), entry(5, "OPERATOR FAMILY", "c_ops", "", 9), function}},
		{"inherited", true, []archive.Entry{entry(2, "TABLE", "child", plain, 3), entry(3, "TABLE", "t", check, 9), function}},
		{"a known extension", false, []archive.Entry{entry(2, "TABLE", "t", check, 3), entry(3, "EXTENSION", "citext", "")}},
		{"an unknown extension", true, []archive.Entry{entry(2, "TABLE", "t", check, 3), entry(3, "EXTENSION", "dblink", "")}},
		{"an extension that reads the pages of any table", true, []archive.Entry{entry(2, "TABLE", "t", check, 3), entry(3, "EXTENSION", "pgstattuple", "")}},
		{"a check that reads a catalog", true, []archive.Entry{entry(2, "TABLE", "t", catalog)}},
		{"a table and a type that are only named like catalogs", false, []archive.Entry{entry(2, "TABLE", "pg_t", named)}},
		{"a table of an extension", true, []archive.Entry{entry(2, "EXTENSION", "postgis", "")}},
	} {
		h := &archive.Head{Entries: append([]archive.Entry{entry(1, "TABLE DATA", "t", "", 2)}, tt.on...)}
		if got := newDependents(h).rows(h.ByID()[1]); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestIndexesThatMayReadOtherTables(t *testing.T) {
	entry := func(id int, desc, tag, definition string, on ...int) archive.Entry {
		return archive.Entry{ID: id, Desc: desc, Tag: tag, Definition: definition, Dependencies: on, Namespace: "public"}
	}
	table := entry(2, "TABLE", "t", "CREATE TABLE public.t (\n    a text DEFAULT public.f(1),\n    CONSTRAINT c CHECK (public.f(a))\n);\n", 9)
	function := entry(9, "FUNCTION", "f(text)", "CREATE FUNCTION public.f(text)")
	for _, tt := range []struct {
		name string
		want bool
		on   []archive.Entry
	}{
		{"a column of a table with a check", false, []archive.Entry{entry(1, "INDEX", "i", "", 2), table, function}},
		{"an expression", true, []archive.Entry{entry(1, "INDEX", "i", "", 2, 9), table, function}},
		{"an operator class", true, []archive.Entry{entry(1, "INDEX", "i", "", 2, 3), table, entry(3, "OPERATOR CLASS", "o", "", 9), function}},
		{"an operator class of built-in functions", false, []archive.Entry{entry(1, "INDEX", "i", "", 2, 3), table, entry(3, "OPERATOR CLASS", "o", "")}},
		{"a row of a type with operators of its own", true, []archive.Entry{entry(1, "INDEX", "i", "", 2),
			entry(2, "TABLE", "t", "", 3), entry(3, "TYPE", "r", "", 4), entry(4, "TYPE", "c", ""), entry(5, "OPERATOR CLASS", "o", "", 4, 9), function}},
	} {
		h := &archive.Head{Entries: tt.on}
		if got := newDependents(h).index(h.ByID()[1]); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// The catalogs that a view reads, directly or through another view, change when other
// views are filled. No dependency records that.
func TestViewsThatMayReadOtherTables(t *testing.T) {
	for definition, want := range map[string]bool{
		"SELECT t.i\n   FROM public.t":                                                                 false,
		"SELECT pg_search_documents.content\n   FROM public.pg_search_documents":                       false,
		"SELECT t.i COLLATE pg_catalog.\"C\", pg_size_pretty(t.i)\n   FROM public.t":                   false,
		"SELECT pg_typeof(t.i)\n   FROM public.t\n  WHERE (t.s <> 'pg_class'::text)":                   false,
		"SELECT pg_class.relispopulated\n   FROM pg_class":                                             true,
		"SELECT c.relispopulated\n   FROM pg_catalog.pg_class c":                                       true,
		"SELECT c.relispopulated\n   FROM \"pg_class\" c":                                              true,
		"SELECT pg_matviews.ispopulated\n   FROM pg_matviews":                                          true,
		"SELECT tables.table_name\n   FROM information_schema.tables":                                  true,
		"SELECT pg_stat_get_live_tuples((('public.a'::text)::regclass)::oid) AS n":                     true,
		"SELECT pg_relation_size(('public.a'::text)::regclass) AS n":                                   true,
		"SELECT geometry_columns.type\n   FROM public.geometry_columns":                                true,
		"SELECT public.st_estimatedextent('public'::text, 'a'::text, 'g'::text) AS st_estimatedextent": true,
	} {
		h := &archive.Head{Entries: []archive.Entry{
			{ID: 1, Desc: "MATERIALIZED VIEW DATA", Section: archive.SectionPostData, Dependencies: []int{2}},
			{ID: 2, Desc: "MATERIALIZED VIEW", Definition: "CREATE MATERIALIZED VIEW public.v AS\n SELECT * FROM public.w\n  WITH NO DATA;\n", Dependencies: []int{3}},
			{ID: 3, Desc: "VIEW", Definition: "CREATE VIEW public.w AS\n " + definition + ";\n"},
		}}
		if got := fillsInTurn(h, newDependents(h)); got != want {
			t.Errorf("%s: %v", definition, got)
		}
	}
}

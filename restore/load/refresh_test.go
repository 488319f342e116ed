package load

import (
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/diff"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// oneTable returns a dump of a table with the primary key (a, "b c").
func oneTable(copied string) *dump.Dump {
	return &dump.Dump{
		Name: "s3://b/k",
		Head: &archive.Head{Entries: []archive.Entry{
			{ID: 1, Section: archive.SectionPreData, Desc: "TABLE", Namespace: "public", Tag: "t", Definition: "CREATE TABLE public.t (\n    a integer NOT NULL,\n    \"b c\" text NOT NULL,\n    d text\n);\n"},
			{ID: 2, Section: archive.SectionData, Desc: "TABLE DATA", Namespace: "public", Tag: "t", Copy: copied, Dependencies: []int{1}, HadDumper: true},
			{ID: 3, Section: archive.SectionPostData, Desc: "CONSTRAINT", Namespace: "public", Tag: "t t_pkey", Definition: "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (a, \"b c\");\n", Dependencies: []int{1}},
		}},
	}
}

// Columns that the mask changes do not identify a row.
func TestKeyOf(t *testing.T) {
	const copied = "COPY public.t (a, \"b c\", d) FROM stdin;\n"
	from, to := oneTable(copied), oneTable(copied)
	from.Blocks, to.Blocks = []archive.Block{{ID: 2, Length: 10}}, []archive.Block{{ID: 2, Length: 11}}
	tables := diff.Compare(from, to).Tables
	if len(tables) != 1 || tables[0].State != diff.Changed {
		t.Fatalf("the tables are %+v", tables)
	}
	same := func(dst, value, _ []byte) ([]byte, bool, error) { return append(dst, value...), false, nil }
	masked := func(masks map[int]rows.Column, key ...int) *rows.Table {
		m := &rows.Table{Columns: make([]rows.Column, 3), Key: key}
		for i, c := range masks {
			m.Columns[i] = c
		}
		return m
	}
	for _, tt := range []struct {
		name string
		mask *rows.Table
		want []string
	}{
		{"not masked", nil, []string{"a", `"b c"`}},
		{"another column is masked", masked(map[int]rows.Column{2: {Method: same}}), []string{"a", `"b c"`}},
		{"a column of the key is masked", masked(map[int]rows.Column{1: {Method: same}}), nil},
		{"a draw by the row's number", masked(map[int]rows.Column{2: {Method: same, PerRow: true}}), nil},
		{"a draw by the key", masked(map[int]rows.Column{2: {Method: same, PerRow: true}}, 0, 1), []string{"a", `"b c"`}},
	} {
		got := keyOf(tables[0], tableCopy{entry: &to.Head.Entries[1], mask: tt.mask})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	replaced := *tables[0]
	replaced.State = diff.Replaced
	if got := keyOf(&replaced, tableCopy{entry: &to.Head.Entries[1]}); got != nil {
		t.Errorf("a table that cannot be compared: %q", got)
	}
}

// A row that differs is deleted by its key and inserted masked.
func TestTakeChange(t *testing.T) {
	upper := func(dst, value, _ []byte) ([]byte, bool, error) {
		return append(append(dst, '<'), append(slices.Clone(value), '>')...), false, nil
	}
	var _ methods.Func = upper
	table := &changedTable{remove: &rowSpool{}, insert: &rowSpool{}}
	table.mask = &rows.Table{Name: "public.t", Columns: []rows.Column{{Name: "a"}, {Name: "b", Method: upper}}}
	for _, c := range []diff.Change{
		{Key: []byte("1"), From: []byte("1\tone\n")},
		{Key: []byte("2"), From: []byte("2\ttwo\n"), To: []byte("2\tTWO\n")},
		{Key: []byte("3"), To: []byte("3\t\\N\n")},
	} {
		if err := table.take(c); err != nil {
			t.Fatal(err)
		}
	}
	if want := (RowChanges{Added: 1, Removed: 1, Changed: 1}); table.RowChanges != want || table.Total() != 3 {
		t.Errorf("%+v", table.RowChanges)
	}
	for name, tt := range map[string]struct {
		spool *rowSpool
		want  string
	}{"remove": {table.remove, "1\n2\n"}, "insert": {table.insert, "2\t<TWO>\n3\t\\N\n"}} {
		r, err := tt.spool.reader()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != tt.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if err := table.take(diff.Change{Key: []byte("4"), To: []byte("4\n")}); err == nil {
		t.Error("a row with too few columns was taken")
	}
}

// A materialized view that the newer dump does not fill is emptied.
func TestEmptied(t *testing.T) {
	head := func(filled ...string) *archive.Head {
		h := &archive.Head{}
		for _, name := range []string{"a", "b"} {
			h.Entries = append(h.Entries, archive.Entry{Desc: "MATERIALIZED VIEW", Namespace: "public", Tag: name})
		}
		for _, name := range filled {
			h.Entries = append(h.Entries, archive.Entry{Desc: "MATERIALIZED VIEW DATA", Namespace: "public", Tag: name})
		}
		return h
	}
	got := emptied(head("a", "b"), head("b"))
	if len(got) != 1 || got[0].Tag != "a" {
		t.Errorf("%v", got)
	}
	if got := emptied(head("b"), head("a", "b")); got != nil {
		t.Errorf("%v", got)
	}
}

// A refresh that only replaces a masked table masks rows as well: without a seed file, the
// table's fake data would not match that of the other tables.
func TestRefreshMasks(t *testing.T) {
	masked, plain := tableCopy{mask: &rows.Table{}}, tableCopy{}
	for _, tt := range []struct {
		refresh Refresh
		want    bool
	}{
		{Refresh{}, false},
		{Refresh{changed: []*changedTable{{tableCopy: plain}}, replaced: []tableCopy{plain}}, false},
		{Refresh{changed: []*changedTable{{tableCopy: masked}}}, true},
		{Refresh{replaced: []tableCopy{plain, masked}}, true},
	} {
		if got := tt.refresh.Masks(); got != tt.want {
			t.Errorf("%+v: %t", tt.refresh, got)
		}
	}
}

func TestRefuseDependents(t *testing.T) {
	entry := func(id int, desc, tag, definition string, on ...int) archive.Entry {
		return archive.Entry{ID: id, Section: archive.SectionPostData, Desc: desc, Namespace: "public", Tag: tag, Definition: definition, Dependencies: on}
	}
	table := entry(1, "TABLE", "t", "CREATE TABLE public.t (\n    a text\n);\n")
	function := entry(9, "FUNCTION", "f(text)", "CREATE FUNCTION public.f(text) RETURNS text LANGUAGE sql AS 'SELECT 1';\n")
	path := entry(7, "SEARCHPATH", "SEARCHPATH", "SELECT pg_catalog.set_config('search_path', '', false);\n")
	excludes := entry(2, "CONSTRAINT", "t t_excl", "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_excl EXCLUDE USING gist (a WITH &&);\n", 1)
	for _, tt := range []struct {
		name    string
		entries []archive.Entry
		want    string
	}{
		{"nothing", []archive.Entry{table, entry(2, "INDEX", "t_a_idx", "CREATE INDEX t_a_idx ON public.t USING btree (a);\n", 1)}, ""},
		{"a function in an index", []archive.Entry{table, function, entry(2, "INDEX", "t_a_idx", "CREATE INDEX t_a_idx ON public.t USING btree (public.f(a));\n", 1, 9)}, "t_a_idx calls functions, which may read other tables"},
		{"an exclusion constraint, and a function that it may call", []archive.Entry{table, function, entry(2, "CONSTRAINT", "t t_excl", "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_excl EXCLUDE USING gist (public.f(a) WITH &&);\n", 1)}, "t t_excl calls functions, which may read other tables"},
		{"an exclusion constraint that names no function", []archive.Entry{path, table, function, excludes}, ""},
		{"an exclusion constraint, and an operator class that it may use", []archive.Entry{path, table, function, entry(8, "OPERATOR CLASS", "c", "CREATE OPERATOR CLASS public.c DEFAULT FOR TYPE text USING gist AS\n    FUNCTION 1 (text, text) public.f(text);\n"), excludes}, "t t_excl calls functions, which may read other tables"},
		{"an exclusion constraint, and a cast that it may use", []archive.Entry{path, table, function, entry(8, "CAST", "CAST (text AS date)", "CREATE CAST (text AS date) WITH FUNCTION public.f(text) AS IMPLICIT;\n"), excludes}, "t t_excl calls functions, which may read other tables"},
		{"an exclusion constraint of a dump without schemas in its names", []archive.Entry{table, function, excludes}, "t t_excl calls functions, which may read other tables"},
		{"an exclusion constraint without functions", []archive.Entry{table, excludes}, ""},
		{"a function in an index of a materialized view", []archive.Entry{entry(1, "MATERIALIZED VIEW", "v", "CREATE MATERIALIZED VIEW public.v AS\n SELECT 1\n  WITH NO DATA;\n"), function, entry(2, "INDEX", "v_idx", "CREATE INDEX v_idx ON public.v USING btree (public.f(a));\n", 1, 9)}, ""},
		{"an event trigger", []archive.Entry{table, entry(2, "EVENT TRIGGER", "e", "CREATE EVENT TRIGGER e ON ddl_command_end;\n")}, "it has the event trigger e"},
	} {
		h := &archive.Head{Entries: tt.entries}
		err := newDependents(h).refuse(h)
		if (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

package schema_test

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestCopyTarget(t *testing.T) {
	for sql, want := range map[string]string{
		"COPY public.items (id, name) FROM stdin;\n":   "public.items",
		`COPY "My (own".items (id) FROM stdin;`:        `"My (own".items`,
		"COPY public.items FROM stdin;":                "public.items",
		"COPY public.items (id) FROM stdin; SELECT 1;": "",
		"COPY public.items (id) TO stdout;":            "",
		"COPY public.items (id) FROM '/etc/passwd';":   "",
		"COPY items (id) FROM stdin;":                  "",
		"":                                             "",
	} {
		if got, ok := schema.CopyTarget(sql); ok != (want != "") || ok && got.String() != want {
			t.Errorf("%s: %s, %v", sql, got, ok)
		}
	}
}

// Rows may be copied into the table itself and into its ancestors in a partition tree, but
// into no other table.
func TestCopyStatementsIntoOtherTables(t *testing.T) {
	table := func(name, attach string) archive.Entry {
		return archive.Entry{Desc: "TABLE", Namespace: "public", Tag: name, Definition: "CREATE TABLE public." + name + " (\n    id integer\n);\n" + attach}
	}
	attach := archive.Entry{Desc: "TABLE ATTACH", Namespace: "public", Tag: "part", Definition: "ALTER TABLE ONLY public.middle ATTACH PARTITION public.part DEFAULT;\n"}
	tables := []archive.Entry{table("root", ""), table("middle", "ALTER TABLE ONLY public.root ATTACH PARTITION public.middle DEFAULT;\n"), table("part", ""), attach, table("other", "")}
	circle := []archive.Entry{table("part", "ALTER TABLE public.middle ATTACH PARTITION public.part DEFAULT;\n"), table("middle", "ALTER TABLE public.part ATTACH PARTITION public.middle DEFAULT;\n")}
	for _, tt := range []struct {
		name    string
		into    string
		entries []archive.Entry
		ok      bool
	}{
		{"itself", "public.part", tables, true},
		{"its parent", "public.middle", tables, true},
		{"the parent of that", "public.root", tables, true},
		{"another table", "public.other", tables, false},
		{"rows alone", "public.root", nil, true},
		{"rows alone, into a catalog", "pg_catalog.pg_authid", nil, false},
		{"partitions in a circle", "public.other", circle, false},
	} {
		rows := archive.Entry{ID: 9, Desc: "TABLE DATA", Namespace: "public", Tag: "part", Copy: "COPY " + tt.into + " (id) FROM stdin;\n"}
		if _, err := schema.CopyStatements(&archive.Head{Entries: append([]archive.Entry{rows}, tt.entries...)}); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

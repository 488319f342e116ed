package load

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestFreezing(t *testing.T) {
	t.Parallel()
	table := &archive.Entry{Namespace: "public", Tag: "items"}
	const statement = "COPY public.items (id) FROM stdin;\n"
	for _, tt := range []struct {
		name, statement string
		table           *archive.Entry
		length          int64
		want            string // "" for an ordinary COPY
	}{
		{"large", statement, table, worthFreezing, "COPY public.items (id) FROM stdin WITH (FREEZE)"},
		{"small", statement, table, worthFreezing - 1, ""},
		{"into another table, which may have rows", statement, nil, worthFreezing, ""},
		{"with options", "COPY public.items (id) FROM stdin WITH (FORMAT text);\n", table, worthFreezing, ""},
	} {
		c := tableCopy{entry: &archive.Entry{Copy: tt.statement}, table: tt.table, block: archive.Block{Length: tt.length}}
		if got, ok := c.freezing(); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %q, %t", tt.name, got, ok)
		}
	}
}

func TestCopiesInto(t *testing.T) {
	for _, tt := range []struct {
		statement, schema, table string
		want                     bool
	}{
		{"COPY public.items (id, name) FROM stdin;\n", "public", "items", true},
		{`COPY "Mixed".items (id) FROM stdin;`, "Mixed", "items", true},
		{`COPY public."a ""b"" (c" (id) FROM stdin;`, "public", `a "b" (c`, true},
		{"COPY public.items FROM stdin;\n", "public", "items", true},
		{"COPY public.items_2026 (id) FROM stdin;", "public", "items", false},
		{"COPY public.items (id) FROM stdin;", "public", "items_2026", false},
		{"COPY audit.items (id) FROM stdin;", "public", "items", false},
		{"INSERT INTO public.items", "public", "items", false},
		{"", "public", "items", false},
	} {
		if got := copiesInto(tt.statement, &archive.Entry{Namespace: tt.schema, Tag: tt.table}); got != tt.want {
			t.Errorf("%q into %s.%s: %v", tt.statement, tt.schema, tt.table, got)
		}
	}
}

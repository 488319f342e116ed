package restore

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

func TestChecksRows(t *testing.T) {
	const (
		check     = "CREATE TABLE public.t (\n    a text,\n    CONSTRAINT c CHECK (public.f(a))\n);\n"
		inDefault = "CREATE TABLE public.t (\n    a text DEFAULT public.f(1) NOT NULL,\n    b text\n);\n"
		both      = "CREATE TABLE public.t (\n    a text DEFAULT public.f(1) NOT NULL,\n    CONSTRAINT c CHECK (((a)::public.other > 0))\n);\n"
		generated = "CREATE TABLE public.t (\n    a text,\n    b text GENERATED ALWAYS AS (public.f(a)) STORED\n);\n"
		plain     = "CREATE TABLE public.t (\n    a public.d\n);\n"
	)
	entry := func(id int, desc, tag, definition string, on ...int) archive.Entry {
		return archive.Entry{ID: id, Desc: desc, Tag: tag, Definition: definition, Dependencies: on}
	}
	for _, tt := range []struct {
		name string
		want bool
		on   []archive.Entry // the table is 2
	}{
		{"nothing", false, []archive.Entry{entry(2, "TABLE", "t", plain)}},
		{"a check", true, []archive.Entry{entry(2, "TABLE", "t", check, 3), entry(3, "FUNCTION", "f(text)", "")}},
		{"an operator in a check", true, []archive.Entry{entry(2, "TABLE", "t", check, 3), entry(3, "OPERATOR", "===", "")}},
		{"a built-in function in a check", false, []archive.Entry{entry(2, "TABLE", "t", check)}},
		{"a default", false, []archive.Entry{entry(2, "TABLE", "t", inDefault, 3), entry(3, "FUNCTION", "f(integer)", "")}},
		{"a default, and a check of a built-in function", false, []archive.Entry{entry(2, "TABLE", "t", both, 3), entry(3, "FUNCTION", "f(integer)", "")}},
		{"a cast in a check", true, []archive.Entry{entry(2, "TABLE", "t", both, 3), entry(3, "FUNCTION", "to_other(text)", "")}},
		{"a generated column", true, []archive.Entry{entry(2, "TABLE", "t", generated, 3), entry(3, "FUNCTION", "f(text)", "")}},
		{"a domain", true, []archive.Entry{entry(2, "TABLE", "t", plain, 3), entry(3, "DOMAIN", "d", "", 4), entry(4, "FUNCTION", "f(text)", "")}},
		{"a domain without a function", false, []archive.Entry{entry(2, "TABLE", "t", plain, 3), entry(3, "DOMAIN", "d", "")}},
		{"a domain in a type", true, []archive.Entry{entry(2, "TABLE", "t", plain, 3), entry(3, "TYPE", "c", "", 4), entry(4, "DOMAIN", "d", "", 5), entry(5, "FUNCTION", "f(text)", "")}},
		{"a type with functions of its own", false, []archive.Entry{entry(2, "TABLE", "t", plain, 3), entry(3, "TYPE", "c", "", 4), entry(4, "FUNCTION", "c_in(cstring)", "", 3)}},
		{"inherited", true, []archive.Entry{entry(2, "TABLE", "t", plain, 3), entry(3, "TABLE", "parent", check, 4), entry(4, "FUNCTION", "f(text)", "")}},
	} {
		h := &archive.Head{Entries: append([]archive.Entry{entry(1, "TABLE DATA", "t", "", 2)}, tt.on...)}
		if got := checksRows(h.ByID(), h.ByID()[1]); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

package schema_test

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

func read(entries ...archive.Entry) *schema.Schema {
	for i := range entries {
		entries[i].ID = i + 1
		entries[i].Namespace = "public"
	}
	return schema.Read(&archive.Head{Entries: entries})
}

// A definition that cannot be parsed affects only its own table.
func TestUnread(t *testing.T) {
	fine := archive.Entry{Desc: "TABLE", Tag: "fine", Definition: "CREATE TABLE public.fine (\n    a integer\n);"}
	for name, tt := range map[string]struct {
		entries []archive.Entry
		want    string
	}{
		"no SQL":             {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "ČREATE odd"}}, "read its definition: "},
		"open quote":         {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd (\n a text DEFAULT 'x\n);"}}, "a quote or comment is not closed"},
		"cut":                {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd (\n a text"}}, "read its definition: "},
		"unknown option":     {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd (a text ENCRYPTED NOT NULL);"}}, `"encrypted" in the definition of column "a"`},
		"partition of":       {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd PARTITION OF public.fine DEFAULT;"}}, "expected columns"},
		"missing parent":     {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd (a text) INHERITS (public.gone);"}}, "public.gone, which it inherits from, is not in the archive"},
		"its own parent":     {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd () INHERITS (public.odd);"}}, ""},
		"missing row type":   {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd OF public.gone;"}}, "its row type public.gone is not in the archive"},
		"broken domain":      {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd (a public.d);"}, {Desc: "DOMAIN", Tag: "d", Definition: "CREATE DOMAIN public.d AS text WITH (a);"}}, "read the type of column a: public.d: "},
		"domains in a ring":  {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd (a public.d);"}, {Desc: "DOMAIN", Tag: "d", Definition: "CREATE DOMAIN public.d AS public.e;"}, {Desc: "DOMAIN", Tag: "e", Definition: "CREATE DOMAIN public.e AS public.d;"}}, "domains form a cycle"},
		"unknown constraint": {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd (a text);"}, {Desc: "CONSTRAINT", Tag: "odd c", Dependencies: []int{1}, Definition: "ALTER TABLE ONLY public.odd ADD CONSTRAINT c ASSERT (a);"}}, "read constraint odd c: "},
		"unknown index":      {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd (a text);"}, {Desc: "INDEX", Tag: "i", Dependencies: []int{1}, Definition: "CREATE UNIQUE INDEX i ON public.odd (a"}}, "read index i: "},
		"COPY":               {[]archive.Entry{{Desc: "TABLE", Tag: "odd", Definition: "CREATE TABLE public.odd (a text);"}, {Desc: "TABLE DATA", Tag: "odd", Dependencies: []int{1}, Copy: "COPY public.odd (a, 7) FROM stdin;"}}, "read table data odd: "},
		"rows alone":         {[]archive.Entry{{Desc: "TABLE DATA", Tag: "odd", Copy: "COPY public.odd (a) FROM stdin;"}}, "its definition is not in the dump"},
	} {
		t.Run(name, func(t *testing.T) {
			s := read(append(tt.entries, fine)...)
			if got := s.ByName()[schema.Name{Schema: "public", Name: "fine"}]; got.Unread != nil || len(got.Columns) != 1 {
				t.Errorf("the other table: %v, %v", got.Columns, got.Unread)
			}
			got := s.ByName()[schema.Name{Schema: "public", Name: "odd"}]
			if tt.want == "" {
				return
			}
			if got.Unread == nil || !strings.Contains(got.Unread.Error(), tt.want) {
				t.Errorf("got %v, want %q", got.Unread, tt.want)
			}
		})
	}
}

func TestQuote(t *testing.T) {
	for name, want := range map[string]string{
		"users": "users", "Users": `"Users"`, `a"b`: `"a""b"`, "": `""`, "1a": `"1a"`, "naïve": `"naïve"`, "a b": `"a b"`,
	} {
		if got := schema.Quote(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// FuzzRead checks that Read neither panics nor hangs, whatever the head.
func FuzzRead(f *testing.F) {
	f.Add("CREATE TABLE public.a (id integer DEFAULT 1 NOT NULL, b character varying(3)[] COLLATE pg_catalog.\"C\", CONSTRAINT c CHECK ((id > 0))) INHERITS (public.b) PARTITION BY RANGE (id);", "ALTER TABLE ONLY public.a ADD CONSTRAINT p PRIMARY KEY (id);")
	f.Add("CREATE TABLE public.a OF public.t (x WITH OPTIONS NOT NULL);", "CREATE UNIQUE INDEX i ON public.a USING btree (lower(x) DESC, ((x || 'a'))) INCLUDE (y) WHERE (x IS NOT NULL);")
	f.Add("CREATE DOMAIN public.a AS public.a CONSTRAINT c CHECK ((VALUE ~ E'\\\\'));", "/* a /* b */ */ -- c\n$q$ $q$ $1 ::")
	f.Fuzz(func(_ *testing.T, first, second string) {
		var entries []archive.Entry
		for _, desc := range []string{"TABLE", "DOMAIN", "TYPE", "INDEX", "CONSTRAINT", "DEFAULT", "TABLE ATTACH"} {
			for _, sql := range []string{first, second} {
				entries = append(entries, archive.Entry{Desc: desc, Tag: "a", Definition: sql, Copy: second, Dependencies: []int{1, 2}})
			}
		}
		read(entries...)
	})
}

package schema_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Rows must be INSERTs of constants under all text rules: by bytes, as pg_restore splits
// them; by characters, as the server reads them; and with both meanings of a backslash if
// the archive does not specify one.
func TestInsertsInEachReading(t *testing.T) {
	on := archive.Entry{ID: 1, Desc: "STDSTRINGS", Definition: "SET standard_conforming_strings = 'on';\n"}
	off := archive.Entry{ID: 1, Desc: "STDSTRINGS", Definition: "SET standard_conforming_strings = 'off';\n"}
	sjis := archive.Entry{ID: 4, Desc: "ENCODING", Definition: "SET client_encoding = 'SJIS';\n"}
	utf8 := archive.Entry{ID: 4, Desc: "ENCODING", Definition: "SET client_encoding = 'UTF8';\n"}
	for _, tt := range []struct {
		rows     string
		settings []archive.Entry
		fine     bool
	}{
		{"('\x95\\')", []archive.Entry{on, sjis}, true},
		{"('\xb1')", []archive.Entry{on, sjis}, true},
		{"('\x95'); DROP TABLE x; --')", []archive.Entry{on, sjis}, false},
		{"('\x95\\'); DROP TABLE x; --')", []archive.Entry{off, sjis}, false},
		{"('\x95\\'); DROP TABLE x; --')", []archive.Entry{off}, false},
		{"('é')", []archive.Entry{off, utf8}, true},
		{"('plain')", nil, true},
		{"('\\'); DROP TABLE x; --')", []archive.Entry{utf8}, false},
		{"('\\', 1); DROP TABLE x; SELECT (1 --', '\\''\n)", []archive.Entry{utf8}, false},
	} {
		e := archive.Entry{ID: 3, Desc: "TABLE DATA", Namespace: "public", Tag: "t"}
		h := &archive.Head{Entries: append(tt.settings, archive.Entry{ID: 2, Desc: "TABLE", Namespace: "public", Tag: "t"}, e)}
		_, err := io.ReadAll(schema.Inserts(h)(&e, strings.NewReader("INSERT INTO public.t VALUES "+tt.rows+";\n")))
		if (err == nil) != tt.fine {
			t.Errorf("%q, %d settings: %v", tt.rows, len(tt.settings), err)
		}
	}
}

func TestInserts(t *testing.T) {
	table := archive.Entry{ID: 2, Desc: "TABLE", Namespace: "public", Tag: "t;"}
	on := archive.Entry{ID: 1, Desc: "STDSTRINGS", Definition: "SET standard_conforming_strings = 'on';\n"}
	off := archive.Entry{ID: 1, Desc: "STDSTRINGS", Definition: "SET standard_conforming_strings = 'off';\n"}
	for _, tt := range []struct {
		sql  string
		fine bool
		off  bool
	}{
		{sql: "\n\n", fine: true},
		{sql: "", fine: true},
		{sql: "INSERT INTO public.\"t;\" VALUES (1, -2.5, 1e+20, 'a;''b\\', NULL, true, DEFAULT, B'01', '');\nINSERT INTO public.\"t;\" VALUES ('x');\n\n\n", fine: true},
		{sql: "INSERT INTO public.\"t;\" (a, \"b\"\"; c\", default1) OVERRIDING SYSTEM VALUE VALUES\n\t(1, '2', 3),\n\t(4, '5', 6)\n ON CONFLICT DO NOTHING;\n", fine: true},
		{sql: "INSERT INTO public.\"t;\" DEFAULT VALUES;\n", fine: true},
		{sql: "INSERT INTO public.\"t;\" VALUES ('it\\'s; \\\\');\n", fine: true, off: true},
		{sql: "ALTER DATABASE x RENAME TO y;"},
		{sql: "COPY public.\"t;\" FROM PROGRAM 'id';"},
		{sql: "INSERT INTO public.\"t;\" VALUES (1); DROP TABLE x;"},
		{sql: "INSERT INTO public.\"t;\" SELECT 1;"},
		{sql: "INSERT INTO public.\"t;\" VALUES (pg_read_file('x'));"},
		{sql: "INSERT INTO public.\"t;\" VALUES ((SELECT 1));"},
		{sql: "INSERT INTO public.\"t;\" VALUES (E'\\'); DROP TABLE x; --');"},
		{sql: "INSERT INTO public.\"t;\" VALUES ('\\'); DROP TABLE x; --');"},
		{sql: "INSERT INTO public.\"t;\" VALUES ('\\''); DROP TABLE x; --');", off: true},
		{sql: "INSERT INTO public.\"t;\" VALUES (1) --x\n;"},
		{sql: "INSERT INTO public.\"t;\" VALUES (1) /* */;"},
		{sql: "INSERT INTO public.\"t;\" VALUES ($$x$$);"},
		{sql: "INSERT INTO public.\"t;\" VALUES (1) RETURNING 1;"},
		{sql: "INSERT INTO public.\"t;\" VALUES (1 + 1, 'a'::regclass);"},
		{sql: "INSERT INTO public.other VALUES (1);"},
		{sql: "INSERT INTO pg_catalog.pg_authid VALUES (1);"},
		{sql: "INSERT INTO \"t;\" VALUES (1);"},
		{sql: "INSERT INTO public.\"t;\" VALUES (1)"},
		{sql: "INSERT INTO public.\"t;\" VALUES ('x"},
		{sql: "INSERT"},
		{sql: "\\! id\n"},
	} {
		settings := on
		if tt.off {
			settings = off
		}
		e := archive.Entry{ID: 3, Desc: "TABLE DATA", Namespace: "public", Tag: "t;"}
		reader := schema.Inserts(&archive.Head{Entries: []archive.Entry{settings, table, e}})
		for _, in := range []io.Reader{strings.NewReader(tt.sql), iotest.OneByteReader(strings.NewReader(tt.sql))} {
			got, err := io.ReadAll(reader(&e, in))
			if tt.fine && (err != nil || string(got) != tt.sql) || !tt.fine && !errors.Is(err, schema.ErrInserts) {
				t.Errorf("%q: got %q, %v", tt.sql, got, err)
			}
		}
	}
}

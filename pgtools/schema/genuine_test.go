package schema_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Genuine refuses nothing that pg_dump writes.
func TestFixturesAreGenuine(t *testing.T) {
	paths, err := filepath.Glob("../archive/testdata/*.archive")
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d archives, %v", len(paths), err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		h, err := archive.ReadHead(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		genuine(t, path, h)
	}
}

func genuine(t *testing.T, what string, h *archive.Head) {
	t.Helper()
	if err := schema.Genuine(h); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	statements, err := schema.CopyStatements(h)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	for _, e := range h.Entries {
		if statements[e.ID] != e.Copy {
			t.Errorf("%s: %s: %q became %q", what, &e, e.Copy, statements[e.ID])
		}
	}
}

// head returns an archive's head with one entry, whose strings are as pg_dump writes
// them.
func head(e archive.Entry, settings ...archive.Entry) *archive.Head {
	if len(settings) == 0 {
		settings = []archive.Entry{{ID: 1, Desc: "STDSTRINGS", Tag: "STDSTRINGS", Definition: "SET standard_conforming_strings = 'on';\n"}}
	}
	e.ID = 100
	return &archive.Head{ServerVersion: "15.18", DumpVersion: "15.18", Entries: append(settings, e)}
}

func TestHiddenStatementsAreRefused(t *testing.T) {
	for _, tt := range []struct{ desc, sql, want string }{
		{"INDEX", "ALTER DATABASE other RENAME TO gone;", "ALTER DATABASE"},
		{"INDEX", "CREATE INDEX i ON public.t USING btree (a); ALTER DATABASE other RENAME TO gone;", "ALTER DATABASE"},
		{"INDEX", "CREATE INDEX i ON public.t USING btree (a);\n\nALTER TABLE public.t CLUSTER ON i, OWNER TO x;", "ALTER TABLE"},
		{"INDEX", "CREATE INDEX i ON public.t USING btree (a); CREATE INDEX j ON public.t USING btree (a);", "CREATE INDEX j"},
		{"CONSTRAINT", "ALTER TABLE ONLY public.t ADD CONSTRAINT c PRIMARY KEY (a); DROP TABLE public.u", "DROP TABLE"},
		{"CONSTRAINT", "COPY public.t FROM PROGRAM 'id';", "COPY public.t"},
		{"TABLE", "CREATE TABLE public.t (a int); COPY public.t FROM PROGRAM 'id';", "COPY public.t"},
		{"TABLE", "CREATE TABLE public.t (a) AS SELECT 1;", "CREATE TABLE"},
		{"TABLE", "DROP DATABASE other;", "DROP DATABASE"},
		{"TABLE DATA", "ALTER SYSTEM SET archive_command = 'id';", "ALTER SYSTEM"},
		{"TABLE DATA", "-- load via partition root a\nDROP TABLE b;", "DROP TABLE"},
		{"TABLE DATA", "-- load via partition root a\rDROP TABLE b;", "DROP TABLE"},
		{"VIEW", "CREATE VIEW public.v AS SELECT 1; CREATE ROLE x SUPERUSER;", "CREATE ROLE"},
		{"SCHEMA", "CREATE SCHEMA s CREATE TABLE t (a int);", "CREATE SCHEMA"},
		{"EXTENSION", "CREATE EXTENSION IF NOT EXISTS plpgsql; CREATE EXTENSION dblink;", "CREATE EXTENSION dblink"},
		{"FUNCTION", "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS $_$ SELECT 1; $_$; DROP TABLE t;", "DROP TABLE"},
		{"FUNCTION", "DO $$BEGIN END$$;", "DO"},
		{"PROCEDURE", "CREATE PROCEDURE public.p()\n LANGUAGE sql\n BEGIN ATOMIC\n SELECT 1 AS case; END; DROP TABLE t; SELECT 1; END;", `"drop"`},
		{"PROCEDURE", "CREATE PROCEDURE public.p()\n LANGUAGE sql\n BEGIN ATOMIC\n DROP TABLE t; END;", `"drop"`},
		{"SEQUENCE SET", "SELECT pg_catalog.setval('public.s', (SELECT lo_export(1, '/x')), true);", "setval"},
		{"SEQUENCE SET", "SELECT pg_catalog.set_config('session_replication_role', 'replica', false);", "set_config"},
		{"SEARCHPATH", "SELECT pg_catalog.set_config('search_path', '', false); DROP TABLE t;", "DROP TABLE"},
		{"SEARCHPATH", "SELECT pg_catalog.set_config('role', 'postgres', false);", "set_config"},
		{"ENCODING", "SET client_encoding = 'UTF8'; DROP TABLE t;", "DROP TABLE"},
		{"MATERIALIZED VIEW DATA", "REFRESH MATERIALIZED VIEW public.m; VACUUM;", "VACUUM"},
		{"COMMENT", "COMMENT ON DATABASE other IS '';", "is not part of this database"},
		{"COMMENT", "COMMENT ON ROLE postgres IS '';", "is not part of this database"},
		{"COMMENT", "COMMENT ON TABLE t IS ''; GRANT x TO y;", "GRANT"},
		{"SECURITY LABEL", "SECURITY LABEL FOR dummy ON ROLE postgres IS '';", "is not part of this database"},
		{"STATISTICS DATA", "SELECT * FROM pg_catalog.pg_restore_relation_stats('relname', pg_catalog.pg_read_file('x'));", "calls another"},
		{"BLOB METADATA", "1\n2'); DROP TABLE t; --\n", "text other than numbers"},
		{"BLOB", "SELECT pg_catalog.lo_import('/etc/passwd');", "lo_import"},
		{"TRIGGER", "ALTER TABLE public.t DISABLE ROW LEVEL SECURITY;", "ALTER TABLE"},
		{"DEFAULT", "ALTER TABLE ONLY public.t ALTER COLUMN a SET DEFAULT 1, OWNER TO x;", "ALTER TABLE"},
		{"ROLE", "CREATE ROLE x SUPERUSER;", "whole server"},
		{"TABLESPACE", "CREATE TABLESPACE x LOCATION '/x';", "whole server"},
		{"PROPERTY GRAPH", "DROP TABLE t;", "does not support"},
		{"INDEX\nDROP TABLE t; --", "", "characters other than capital letters"},
		{"INDEX", "CREATE INDEX i ON public.t USING btree (a)\x00", "zero byte"},
		// Text that the server reads as the end of a string, a name or a comment.
		{"COMMENT", "COMMENT ON TABLE t IS E'a'\n'\\''; DROP TABLE t; --';", "DROP TABLE"},
		{"COMMENT", "COMMENT ON TABLE t IS '\\'; DROP TABLE t; --';", "DROP TABLE"},
		{"COMMENT", "COMMENT ON TABLE t IS $a$x$a$; DROP TABLE t; --$a$;", "DROP TABLE"},
		{"COMMENT", "COMMENT ON TABLE t IS ''; /* /* */ */ DROP TABLE t; --*/", "DROP TABLE"},
		{"DEFAULT", "ALTER TABLE ONLY public.t ALTER COLUMN a SET DEFAULT 1a$b$; DROP TABLE t; --$b$;", "unexpected character"},
		{"DEFAULT", "ALTER TABLE ONLY public.t ALTER COLUMN a SET DEFAULT $1a$b$; DROP TABLE t; --$b$;", "unexpected character"},
	} {
		err := schema.Genuine(head(archive.Entry{Desc: tt.desc, Tag: "x", Definition: tt.sql}))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %q: got %v, want %q", tt.desc, tt.sql, err, tt.want)
		}
	}
}

func TestHiddenFieldsAreRefused(t *testing.T) {
	off := archive.Entry{ID: 1, Desc: "STDSTRINGS", Definition: "SET standard_conforming_strings = 'off';\n"}
	encoding := archive.Entry{ID: 2, Desc: "ENCODING", Definition: "SET client_encoding = 'GBK';\n"}
	comment := func(sql string) archive.Entry { return archive.Entry{Desc: "COMMENT", Tag: "TABLE t", Definition: sql} }
	for what, h := range map[string]*archive.Head{
		"DROP TABLE":                head(comment(`COMMENT ON TABLE t IS 'a\'; DROP TABLE t; --';`), archive.Entry{ID: 9, Desc: "ENCODING", Definition: "SET client_encoding = 'UTF8';\n"}),
		"two STDSTRINGS entries":    head(comment(""), off, archive.Entry{ID: 3, Desc: "STDSTRINGS"}),
		"has data":                  head(archive.Entry{Desc: "INDEX", HadDumper: true}),
		"has a COPY statement":      head(archive.Entry{Desc: "INDEX", Copy: "COPY t TO PROGRAM 'id';"}),
		"a Postgres system catalog": head(archive.Entry{Desc: "TABLE DATA", Namespace: "pg_catalog", Tag: "pg_authid", Copy: `COPY pg_catalog.pg_authid FROM stdin;`}),
		"contains \"DROP":           head(comment("COMMENT ON TABLE t IS E'\x95\\'; DROP TABLE t; --';"), off, encoding),
		"server version":            {ServerVersion: "15\nDROP TABLE t; --"},
		"version of pg_dump":        {DumpVersion: "15\rDROP TABLE t; --"},
	} {
		if err := schema.Genuine(h); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("got %v, want %q", err, what)
		}
	}
	if err := schema.Genuine(head(comment(`COMMENT ON TABLE t IS 'it\'s; fine';`), off)); err != nil {
		t.Errorf("a string with escapes: %v", err)
	}
}

// The entries that determine how to read an archive must have pg_dump's exact text.
// Otherwise hectl, pg_restore and the server could read different statements.
func TestSettings(t *testing.T) {
	const path = "SELECT pg_catalog.set_config('search_path', '', false);\n"
	for _, tt := range []struct {
		desc, sql string
		fine      bool
	}{
		{"ENCODING", "SET client_encoding = 'UTF8';\n", true},
		{"ENCODING", "SET client_encoding = 'SQL_ASCII';\n", true},
		{"ENCODING", "SET client_encoding = 'SHIFT_JIS_2004';\n", true},
		{"ENCODING", "SET client_encoding = 'utf8';\n", false},
		{"ENCODING", "SET client_encoding = 'Shift-JIS';\n", false},
		{"ENCODING", "SET client_encoding = 'mskanji';\n", false},
		{"ENCODING", "SET client_encoding = 'NEW';\n", false},
		{"ENCODING", "SET client_encoding = 'UTF8'; SET client_encoding = 'SJIS';\n", false},
		{"ENCODING", "/*'SJIS'*/SET client_encoding = 'UTF8';\n", false},
		{"ENCODING", "--'SJIS'\nSET client_encoding = 'UTF8';\n", false},
		{"ENCODING", "SET client_encoding = 'UTF8' /**/;\n", false},
		{"ENCODING", "SET client_encoding = 'UTF8'\n'';\n", false},
		{"ENCODING", "SET client_encoding = E'UTF8';\n", false},
		{"ENCODING", "SET client_encoding = $$UTF8$$;\n", false},
		{"ENCODING", "", false},
		{"STDSTRINGS", "SET standard_conforming_strings = 'on';\n", true},
		{"STDSTRINGS", "SET standard_conforming_strings = 'off';\n", true},
		{"STDSTRINGS", "/*'on'*/SET standard_conforming_strings = 'off';\n", false},
		{"STDSTRINGS", " SET standard_conforming_strings = 'off';\n", false},
		{"STDSTRINGS", "SET standard_conforming_strings = 'one';\n", false},
		{"STDSTRINGS", "SET standard_conforming_strings = E'on';\n", false},
		{"STDSTRINGS", "", false},
		{"SEARCHPATH", path, true},
		{"SEARCHPATH", "/*'*/" + path, false},
		{"SEARCHPATH", "SELECT pg_catalog.set_config('search_path', 'public', false);\n", false},
		{"SEARCHPATH", "SELECT pg_catalog.set_config('search_path', E'', false);\n", false},
		{"SEARCHPATH", "", false},
	} {
		h := &archive.Head{Entries: []archive.Entry{{ID: 1, Desc: tt.desc, Tag: tt.desc, Definition: tt.sql}}}
		if err := schema.Genuine(h); (err == nil) != tt.fine {
			t.Errorf("%s: %q: %v", tt.desc, tt.sql, err)
		}
	}
}

// An archive without an ENCODING or STDSTRINGS entry must be harmless under all text
// rules.
func TestSettingsNotSaid(t *testing.T) {
	standard := archive.Entry{ID: 1, Desc: "STDSTRINGS", Definition: "SET standard_conforming_strings = 'on';\n"}
	encoding := archive.Entry{ID: 2, Desc: "ENCODING", Definition: "SET client_encoding = 'UTF8';\n"}
	for _, tt := range []struct {
		sql  string
		said archive.Entry
		fine bool
	}{
		{`COMMENT ON TABLE t IS 'plain';`, standard, true},
		{`COMMENT ON TABLE t IS 'plain';`, encoding, true},
		{`COMMENT ON TABLE t IS '\'; DROP TABLE t; --';`, encoding, false},
		{`COMMENT ON TABLE t IS '\''; DROP TABLE t; --';`, encoding, false},
		{"COMMENT ON TABLE t IS E'\x95\\'; DROP TABLE t; --';", standard, false},
		{"COMMENT ON TABLE t IS E'\xb1\\'; DROP TABLE t; --';", standard, false},
		{"COMMENT ON TABLE t IS E'\xb1\\\\'; DROP TABLE t; --';", standard, false},
	} {
		err := schema.Genuine(head(archive.Entry{Desc: "COMMENT", Tag: "TABLE t", Definition: tt.sql}, tt.said))
		if (err == nil) != tt.fine {
			t.Errorf("%q, with %s: %v", tt.sql, tt.said.Desc, err)
		}
	}
}

func TestFormsOfPgDumpAreGenuine(t *testing.T) {
	for _, tt := range []struct{ desc, sql string }{
		{"SCHEMA", "-- *not* creating schema, since initdb creates it\n"},
		{"TABLE DATA", "-- load via partition root public.p"},
		{"BLOB METADATA", "16391\n16392\n"},
		{"ACL", "SET SESSION AUTHORIZATION x;\nGRANT SELECT,INSERT ON TABLE public.t TO y;\nRESET SESSION AUTHORIZATION;\n"},
		{"ACL", "REVOKE USAGE ON SCHEMA public FROM PUBLIC;\nGRANT ALL ON SCHEMA public TO PUBLIC;\n"},
		{"COMMENT", "COMMENT ON DATABASE shop IS 'x; y';\n"},
		{"CHECK CONSTRAINT", "ALTER TABLE public.t\n    ADD CONSTRAINT c CHECK ((a > 0)) NOT VALID;\n"},
		{"CONSTRAINT", "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT e EXCLUDE USING gist (a WITH =, b WITH &&) WHERE ((a > 0)) DEFERRABLE;\n\nALTER TABLE public.t CLUSTER ON e;\n\nALTER INDEX public.e ALTER COLUMN 2 SET STATISTICS 100;\n"},
		{"TRIGGER", "ALTER TABLE public.part DISABLE TRIGGER t;\n"},
		{"TABLE", "CREATE TABLE public.t (\n    a integer,\n    b integer GENERATED ALWAYS AS ((a + 1)) STORED\n)\nPARTITION BY RANGE (((a + 1)));\nALTER TABLE ONLY public.t ALTER COLUMN a SET (n_distinct=5, n_distinct_inherited=4);\n\nALTER TABLE ONLY public.t FORCE ROW LEVEL SECURITY;\n"},
		{"TABLE", "CREATE TABLE public.t OF public.c;\n"},
		{"TABLE", "CREATE TABLE public.t (\n)\nINHERITS (public.p);\n\nALTER TABLE ONLY public.t ADD CONSTRAINT n NOT NULL a;\n"},
		{"FOREIGN TABLE", "CREATE FOREIGN TABLE public.f (\n    a integer\n)\nSERVER s\nOPTIONS (\n    x 'y'\n);\nALTER FOREIGN TABLE ONLY public.f ALTER COLUMN a OPTIONS (\n    z 'w',\n v 'u'\n);\n"},
		{"SEQUENCE", "ALTER TABLE public.t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (\n    SEQUENCE NAME public.s\n    START WITH 1\n);\nALTER SEQUENCE public.s SET LOGGED;\n"},
		{"RULE", "CREATE RULE r AS\n    ON INSERT TO public.t DO INSTEAD ( INSERT INTO public.a VALUES (1);\n INSERT INTO public.b VALUES (2);\n);\nALTER TABLE public.t DISABLE RULE r;\n"},
		{"RULE", "CREATE OR REPLACE VIEW public.v WITH (security_barrier='true') AS\n SELECT 1 AS a;\n"},
		{"FUNCTION", "CREATE FUNCTION public.f(a integer) RETURNS integer\n    LANGUAGE sql\n    BEGIN ATOMIC\n INSERT INTO public.t VALUES (1);\n SELECT\n         CASE\n             WHEN (f.a > 0) THEN 1\n             ELSE 2\n         END AS \"case\";\nEND;\n"},
		{"FUNCTION", "CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE sql\n    BEGIN ATOMIC\n SELECT atomic\n    FROM public.t;\n SELECT t.begin AS atomic\n    FROM public.t;\nEND;\n"},
		{"FUNCTION", "CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE sql\n    RETURN 1;\n\nALTER FUNCTION public.f() DEPENDS ON EXTENSION x;\n"},
		{"STATISTICS DATA", "SELECT * FROM pg_catalog.pg_restore_relation_stats(\n\t'version', '180000'::integer,\n\t'schemaname', 'public',\n\t'relpages', '1'::integer\n);\nSELECT * FROM pg_catalog.pg_restore_attribute_stats(\n\t'most_common_freqs', '{0.5}'::real[],\n\t'x', E'it\\\\s'::text\n);\n"},
		{"PROPERTY GRAPH", "CREATE PROPERTY GRAPH public.g VERTEX TABLES (a);\n"},
		{"PUBLICATION TABLE", "ALTER PUBLICATION p ADD TABLE ONLY public.t (a, b) WHERE ((a > 1));\n"},
		{"SEQUENCE SET", "SELECT pg_catalog.setval('public.s', -5, false);\n"},
		{"OPERATOR FAMILY", "CREATE OPERATOR FAMILY public.f USING btree;\nALTER OPERATOR FAMILY public.f USING btree ADD\n    OPERATOR 1 <(a,b) ,\n    FUNCTION 1 (a, b) c(a,b);\n"},
	} {
		e := archive.Entry{Desc: tt.desc, Tag: "x", Definition: tt.sql}
		if strings.Contains(tt.sql, "ON DATABASE") {
			e.Tag = "DATABASE shop"
		}
		if err := schema.Genuine(head(e)); err != nil {
			t.Errorf("%s: %q: %v", tt.desc, tt.sql, err)
		}
	}
}

func TestCopyStatements(t *testing.T) {
	attach := archive.Entry{ID: 1, Desc: "TABLE ATTACH", Namespace: "public", Tag: "part", Definition: `ALTER TABLE ONLY public."Whole" ATTACH PARTITION public.part FOR VALUES IN (1);`}
	table := archive.Entry{ID: 2, Desc: "TABLE", Namespace: "public", Tag: "part"}
	for _, tt := range []struct{ sql, want string }{
		{"COPY public.part (a, \"b\"\"c\") FROM stdin;\n", `COPY public.part (a, "b""c") FROM stdin;` + "\n"},
		{"COPY public.part () FROM stdin;\n", `COPY public.part () FROM stdin;` + "\n"},
		{"copy\tpublic.part /* */ from stdin", `COPY public.part  FROM stdin;` + "\n"},
		{"COPY public.\"Whole\" (a) FROM stdin;\n", `COPY public."Whole" (a) FROM stdin;` + "\n"},
		{"COPY public.part (a) FROM PROGRAM 'id';", ""},
		{"COPY public.part TO PROGRAM 'id';", ""},
		{"COPY (SELECT 1) TO PROGRAM 'id';", ""},
		{"COPY public.part FROM '/etc/passwd';", ""},
		{"COPY public.part (a) FROM stdin WITH (FREEZE);", ""},
		{"COPY public.part (a) FROM stdin; DROP TABLE t;", ""},
		{"COPY public.part (a) FROM stdin WHERE pg_read_file('x') = 'y';", ""},
		{"COPY public.other (a) FROM stdin;", ""},
		{"COPY pg_catalog.pg_authid FROM stdin;", ""},
		{"COPY part (a) FROM stdin;", ""},
		{"DROP TABLE t;", ""},
	} {
		h := head(archive.Entry{Desc: "TABLE DATA", Namespace: "public", Tag: "part", Copy: tt.sql, HadDumper: true}, attach, table)
		got, err := schema.CopyStatements(h)
		if got[100] != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q: got %q, %v", tt.sql, got[100], err)
		}
	}
}

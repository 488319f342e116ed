package schema_test

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestCollationOf(t *testing.T) {
	for sql, want := range map[string]schema.Collation{
		"CREATE COLLATION public.de (provider = icu, locale = 'de-u-co-phonebk');\n": {Options: "(provider = icu, locale = 'de-u-co-phonebk')", Provider: "icu", Locale: "de-u-co-phonebk"},
		"CREATE COLLATION public.de (lc_collate = 'de_DE', lc_ctype = 'C');":         {Options: "(lc_collate = 'de_DE', lc_ctype = 'C')", Locale: "de_DE"},
		`CREATE COLLATION "a (".b (locale = 'it''s', deterministic = false);`:        {Options: "(locale = 'it''s', deterministic = false)", Locale: "it's"},
		"CREATE COLLATION public.c FROM \"de-x-icu\";":                               {},
		// Nothing may follow the options, because they are run on their own.
		"CREATE COLLATION public.c (locale = 'C'); DROP TABLE t;":        {},
		`CREATE COLLATION public.c (locale = 'C\'); DROP TABLE t; --');`: {}, // one string with standard_conforming_strings off
		"CREATE COLLATION public.c (locale = 'C')) (":                    {},
		"CREATE COLLATION public.c (locale = 'C":                         {},
	} {
		got, ok := schema.CollationOf(sql)
		if ok != (want.Options != "") || ok && got != want {
			t.Errorf("%s: %+v, %v", sql, got, ok)
		}
	}
}

func TestExtensionSchema(t *testing.T) {
	for sql, want := range map[string]string{
		"CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;\n": "public",
		`CREATE EXTENSION "uuid-ossp" WITH SCHEMA "My ""own""";`:      `My "own"`,
		"CREATE EXTENSION plpgsql;":                                   "",
		"CREATE EXTENSION \" WITH SCHEMA x\";":                        "",
	} {
		if got := schema.ExtensionSchema(sql); got != want {
			t.Errorf("%s: %q", sql, got)
		}
	}
}

func TestReferences(t *testing.T) {
	for _, tt := range []struct{ sql, from, to string }{
		{"ALTER TABLE ONLY public.items\n    ADD CONSTRAINT items_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;", "public.items", "public.jobs"},
		{`ALTER TABLE "S".items ADD CONSTRAINT "FOREIGN KEY" FOREIGN KEY (a, "b)") REFERENCES "S"."My jobs"(a, b) NOT VALID;`, `"S".items`, `"S"."My jobs"`},
		{"ALTER TABLE ONLY public.items ADD CONSTRAINT c CHECK ((a <> ' FOREIGN KEY (a) REFERENCES jobs('));", "", ""},
		{"CREATE TABLE public.t ();", "", ""},
	} {
		from, to, ok := schema.References(tt.sql)
		if ok != (tt.to != "") || ok && (from.String() != tt.from || to.String() != tt.to) {
			t.Errorf("%s: %s, %s, %v", tt.sql, from, to, ok)
		}
	}
}

func TestHasVirtualColumns(t *testing.T) {
	for sql, want := range map[string]bool{
		"CREATE TABLE public.t (\n    a integer,\n    b integer GENERATED ALWAYS AS ((a + 1))\n);":        true,
		"CREATE TABLE public.t (\n    a integer,\n    b integer GENERATED ALWAYS AS ((a + 1)) STORED\n);": false,
		"CREATE TABLE public.t (\n    a text DEFAULT 'GENERATED ALWAYS AS ('\n);":                         false,
		"CREATE TABLE public.t (\n    a text SOMETHING NEW\n);":                                           true,
	} {
		if got := schema.HasVirtualColumns(sql); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
}

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
		// The options are run by themselves, so nothing may follow them.
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

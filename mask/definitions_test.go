package mask

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestLooksLike(t *testing.T) {
	for _, tt := range []struct{ sql, want string }{
		{"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', password 'planted');", "a secret"},
		{"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT * FROM dblink('host=h password=planted') $$;", "a password"},
		{"CREATE VIEW v AS SELECT * FROM public.dblink('host=h user=me'::text, 'SELECT 1'::text);", "a connection string"},
		{"COMMENT ON TABLE t IS 'see https://me:planted@example.com/';", "a password in a URL"},
		{"COMMENT ON TABLE t IS 'ask ann.lee@shop.org';", "an e-mail address"},
		{"COMMENT ON TABLE t IS 'such as user@example.com or a@b.test';", ""},
		{"CREATE TABLE t (api_key text DEFAULT 'planted1'::text);", "a secret"},
		{"ALTER DATABASE d SET \"app.jwt_secret\" TO 'planted';", "a secret"},
		{"ALTER DATABASE d SET app.secret_key_base TO 'planted';", "a secret"},
		{"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN api_token := 'planted'; END $$;", "a secret"},
		{`CREATE FUNCTION f() RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"password": "planted"}'::jsonb $$;`, "a secret"},
		{"CREATE TYPE e AS ENUM ('ann@shop.org');", "an e-mail address"},
		{"CREATE POLICY p ON t USING (ssn = '123-45-6789'::text);", "a personal number"},
		{"CREATE VIEW v AS SELECT '(212) 555-0100'::text;", "a phone number"},
		{"CREATE VIEW v AS SELECT 'AKIAABCDEFGHIJKLMNOP'::text;", "an AWS key"},
		{"CREATE TABLE t (token text, status text DEFAULT 'pending'::text, CONSTRAINT c CHECK (status = 'pending'::text));", ""},
		{"CREATE VIEW v AS SELECT t.token, 'active'::text AS state FROM public.t WHERE (t.password = t.token);", ""},
		{"CREATE TABLE t (day date DEFAULT '2026-01-01'::date, n bigint DEFAULT 1234567890123);", ""},
		{"COMMENT ON COLUMN t.token IS 'deprecated';", ""},
	} {
		if got := looksLike(tt.sql); got != tt.want {
			t.Errorf("%s: %q, not %q", tt.sql, got, tt.want)
		}
	}
}

func TestDefinitions(t *testing.T) {
	head := &archive.Head{Entries: []archive.Entry{
		{ID: 1, Desc: "VIEW", Namespace: "public", Tag: "v", Definition: "CREATE VIEW public.v AS SELECT 'ann@shop.org'::text;"},
		{ID: 2, Desc: "SUBSCRIPTION", Tag: "s", Definition: "CREATE SUBSCRIPTION s CONNECTION 'password=planted'"},
		{ID: 3, Desc: "TABLE ATTACH", Namespace: "public", Tag: "part", Definition: "ALTER TABLE ONLY public.people ATTACH PARTITION public.part FOR VALUES IN ('Ann');"},
		{ID: 4, Desc: "TABLE ATTACH", Namespace: "public", Tag: "other", Definition: "ALTER TABLE ONLY public.kinds ATTACH PARTITION public.other FOR VALUES IN ('new');"},
	}}
	text := schema.Type{SQL: "text", Name: schema.Name{Name: "text"}}
	whole := func(name, column string) *schema.Table {
		return &schema.Table{Name: schema.Name{Schema: "public", Name: name}, Kind: schema.Partitioned, PartitionBy: "LIST (" + column + ")", Columns: []schema.Column{{Name: column, Type: text}}}
	}
	part := func(name, of string) *schema.Table {
		return &schema.Table{Name: schema.Name{Schema: "public", Name: name}, PartitionOf: &schema.Name{Schema: "public", Name: of}}
	}
	s := &schema.Schema{Tables: []*schema.Table{whole("people", "first_name"), part("part", "people"), whole("kinds", "kind"), part("other", "kinds")}}
	found := definitions(head, s, nil)
	if len(found) != 2 || found[0].Name != "view public.v" || found[1].Name != "table attach public.part" || !found[0].Open || !found[1].Open {
		t.Fatalf("found %+v", found)
	}
	reviewed := map[string]string{"view public.v": found[0].Hash, "table attach public.part": "keep"}
	for _, d := range definitions(head, s, reviewed) {
		if d.Open {
			t.Errorf("%s has been reviewed", d.Name)
		}
	}
	head.Entries[0].Definition = "CREATE VIEW public.v AS SELECT 'bob@shop.org'::text;"
	if !definitions(head, s, reviewed)[0].Open {
		t.Error("another definition counts as reviewed")
	}
}

package target

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// hectl reads the environment that Rails recorded, whatever the type, spelling or schema.
// An unreadable value is treated as production.
func TestEnvironment(t *testing.T) {
	server := shared.Cluster(t)
	exec := func(database, sql string) {
		t.Helper()
		if err := server.Exec(t.Context(), database, sql); err != nil {
			t.Fatal(err)
		}
	}
	exec("postgres", "CREATE DATABASE env")
	exec("env", "CREATE EXTENSION postgres_fdw; CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1')")
	const none, production, unclear = "", "says that it is a production database", "may be a production database"
	table := func(name, value string) string {
		return fmt.Sprintf("CREATE TABLE %s AS SELECT 'environment'::text AS key, %s AS value", name, value)
	}
	for _, tt := range []struct{ name, sql, want string }{
		{"no table", "SELECT 1", none},
		{"text", table("ar_internal_metadata", "'production'::text"), production},
		{"development", table("ar_internal_metadata", "'development'::text"), none},
		{"staging", table("ar_internal_metadata", "'staging'::text"), none},
		{"another schema", "CREATE SCHEMA app; " + table("app.ar_internal_metadata", "'production'::text"), production},
		{"a table of two", "CREATE SCHEMA app; " + table("ar_internal_metadata", "'development'::text") + ";" + table("app.ar_internal_metadata", "'prod'::text"), production},
		{"several rows", table("ar_internal_metadata", "'development'::text") + "; INSERT INTO ar_internal_metadata VALUES ('environment', 'production')", production},
		{"no row", "CREATE TABLE ar_internal_metadata (key text, value text)", none},
		{"letters of the name", table(`"AR_Internal_Metadata"`, "'production'::text"), production},
		{"another spelling of the name", table(`"ArInternalMetadata"`, "'production'::text"), production},
		{"more before and after it", table("shop_ar_internal_metadata_v2", "'production'::text"), production},
		{"letters of the columns", `CREATE TABLE ar_internal_metadata AS SELECT 'environment'::text AS "Key", 'production'::text AS "Value"`, production},
		{"letters of the key", `CREATE TABLE ar_internal_metadata AS SELECT 'Environment '::text AS key, 'production'::text AS value`, production},
		{"two columns of a name", `CREATE TABLE ar_internal_metadata AS SELECT 'environment'::text AS key, 'development'::text AS value, 'production'::text AS "Value"`, unclear},
		{"other columns", "CREATE TABLE ar_internal_metadata (name text, setting text)", unclear},
		{"other columns, and more name", "CREATE TABLE ar_internal_metadata_audits (id int, seen_at date)", none},
		{"bytes", table("ar_internal_metadata", "'production'::bytea"), production},
		{"bytes of development", table("ar_internal_metadata", "'development'::bytea"), none},
		{"bytes that are none of both", table("ar_internal_metadata", `'\x0badcafe'::bytea`), unclear},
		{"key of bytes", "CREATE TABLE ar_internal_metadata AS SELECT 'environment'::bytea AS key, 'production'::text AS value", production},
		{"jsonb", table("ar_internal_metadata", `'"production"'::jsonb`), production},
		{"an object", table("ar_internal_metadata", `'{"name": "production"}'::json`), production},
		{"an object of development", table("ar_internal_metadata", `'{"name": "development"}'::json`), none},
		{"array", table("ar_internal_metadata", "ARRAY['production']"), production},
		{"character(n)", "CREATE TABLE ar_internal_metadata AS SELECT 'environment'::char(30) AS key, 'production'::char(30) AS value", production},
		{"enum", "CREATE TYPE env AS ENUM ('production'); " + table("ar_internal_metadata", "'production'::env"), production},
		{"domain of bytes", "CREATE DOMAIN raw AS bytea; " + table("ar_internal_metadata", "'production'::bytea::raw"), unclear},
		{"number", table("ar_internal_metadata", "3"), unclear},
		{"NULL", table("ar_internal_metadata", "NULL::text"), unclear},
		{"a symbol", table("ar_internal_metadata", "':production'::text"), production},
		{"view", table("meta", "'production'::text") + "; CREATE VIEW ar_internal_metadata AS SELECT * FROM meta", production},
		{"view that fails", "CREATE VIEW ar_internal_metadata AS SELECT 'environment'::text AS key, (1 / (random() * 0)::int)::text AS value", unclear},
		{"materialized view", "CREATE MATERIALIZED VIEW ar_internal_metadata AS SELECT 'environment'::text AS key, 'production'::text AS value", production},
		{"materialized view without rows", "CREATE MATERIALIZED VIEW ar_internal_metadata AS SELECT 'environment'::text AS key, 'production'::text AS value WITH NO DATA", unclear},
		{"partitioned", "CREATE TABLE ar_internal_metadata (key text, value text) PARTITION BY LIST (key); CREATE TABLE p PARTITION OF ar_internal_metadata DEFAULT; INSERT INTO ar_internal_metadata VALUES ('environment', 'production')", production},
		{"foreign table", "CREATE FOREIGN TABLE ar_internal_metadata (key text, value text) SERVER other", unclear},
		{"view of a foreign table", "CREATE FOREIGN TABLE f (key text, value text) SERVER other; CREATE VIEW w AS SELECT * FROM f; CREATE VIEW ar_internal_metadata AS SELECT * FROM w", unclear},
		{"foreign partition", "CREATE TABLE ar_internal_metadata (key text, value text) PARTITION BY LIST (key); CREATE FOREIGN TABLE p PARTITION OF ar_internal_metadata DEFAULT SERVER other", unclear},
	} {
		t.Run(tt.name, func(t *testing.T) {
			exec("env", tt.sql)
			t.Cleanup(func() {
				err := server.Exec(context.WithoutCancel(t.Context()), "env", "DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE EXTENSION IF NOT EXISTS postgres_fdw; CREATE SERVER IF NOT EXISTS other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1')")
				if err != nil {
					t.Error(err)
				}
			})
			s, err := environment(t.Context(), server.Conn("env"))
			if err != nil {
				t.Fatal(err)
			}
			if got := s.reason("me"); (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("the reason is %q, want %q", got, tt.want)
			}
		})
	}
}

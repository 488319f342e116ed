package demodata_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// Both databases must survive PostgreSQL's own programs: hectl cannot preserve more
// than pg_dump and pg_restore do.
func TestRoundTrip(t *testing.T) {
	c := pgtest.New(t)
	for name, sql := range map[string][]string{
		"app": {demodata.Schema(), demodata.Rows(1)},
		"zoo": {demodata.Zoo()},
	} {
		t.Run(name, func(t *testing.T) {
			create(t, c, name, sql...)
			archive := filepath.Join(t.TempDir(), "dump")
			c.Run(t, nil, "pg_dump", "-Fc", "-Z1", "-f", archive, "-d", c.SocketURI(name))
			create(t, c, name+" copy")
			c.Run(t, nil, "pg_restore", "--exit-on-error", "-d", c.SocketURI(name+" copy"), archive)

			if diff := cmp.Diff(schemaOf(t, c, name), schemaOf(t, c, name+" copy")); diff != "" {
				t.Errorf("the schema changed (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(contents(t, c, name), contents(t, c, name+" copy")); diff != "" {
				t.Errorf("rows changed (-before +after):\n%s", diff)
			}
		})
	}
}

// The demo and the tests of the scrub rely on these facts.
func TestRows(t *testing.T) {
	c := pgtest.New(t)
	create(t, c, "app", demodata.Schema(), demodata.Rows(2))
	db := connect(t, c, "app")
	for _, check := range []struct{ what, sql string }{
		{"it says that it is production", `SELECT value = 'production' FROM ar_internal_metadata WHERE key = 'environment'`},
		{"jobs wait", `SELECT count(*) = 800 FROM delayed_jobs`},
		{"every user has an own bcrypt hash", `SELECT count(DISTINCT encrypted_password) = 1200 AND bool_and(encrypted_password ~ '^\$2a\$11\$[./A-Za-z0-9]{53}$') FROM users`},
		{"some users have tokens", `SELECT count(reset_password_token) > 100 AND count(invitation_token) > 90 FROM users`},
		{"all mail goes to example.com", `SELECT bool_and(email LIKE '%@example.com') FROM users`},
		{"no table is empty", `SELECT bool_and((xpath('//n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', oid::regclass), true, true, '')))[1]::text <> '0') FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`},
		{"sequences are at the last id", `SELECT nextval('line_items_id_seq') = 135001 AND nextval('ndbn_members_ndbn_member_id_seq') = 61`},
		{"there is a large object", `SELECT length(lo_get(424242)) = 1048576`},
	} {
		rows, err := pgtools.Rows[bool](t.Context(), db, check.sql)
		if err != nil {
			t.Fatalf("%s: %v", check.what, err)
		}
		if len(rows) != 1 || !rows[0] {
			t.Errorf("not true: %s", check.what)
		}
	}
}

func create(t *testing.T, c *pgtest.Cluster, database string, sql ...string) {
	t.Helper()
	if err := c.CreateDatabase(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	for _, s := range sql {
		if err := c.Exec(t.Context(), database, s); err != nil {
			t.Fatal(err)
		}
	}
}

func connect(t *testing.T, c *pgtest.Cluster, database string) *pgtools.DB {
	t.Helper()
	db, err := pgtools.Connect(t.Context(), c.SocketConn(database), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(t.Context()) })
	return db
}

// schemaOf returns the schema as pg_dump writes it, without its random key.
func schemaOf(t *testing.T, c *pgtest.Cluster, database string) []string {
	t.Helper()
	return strings.Split(pgtest.WithoutKeys(c.Run(t, nil, "pg_dump", "--schema-only", "-d", c.SocketURI(database))), "\n")
}

// contents returns count and checksum of the rows of each table and materialized view, of
// the large objects, and the state of each sequence. It treats partitions as one table:
// hashes of an enum's labels differ between databases, so a row may belong in another
// partition.
func contents(t *testing.T, c *pgtest.Cluster, database string) map[string]string {
	t.Helper()
	db := connect(t, c, database)
	type relation struct{ Name, Kind string }
	relations, err := pgtools.Rows[relation](t.Context(), db, `
		SELECT format('%I.%I', n.nspname, c.relname), c.relkind::text
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'm', 'S') AND c.relispopulated AND NOT c.relispartition
		AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\_temp%'`)
	if err != nil {
		t.Fatal(err)
	}
	checksum := func(from, value string) string {
		rows, err := pgtools.Rows[string](t.Context(), db, fmt.Sprintf(
			`SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(%[2]s), '' ORDER BY md5(%[2]s))), '') FROM %[1]s`, from, value))
		if err != nil {
			t.Fatalf("%s: %v", from, err)
		}
		return rows[0]
	}
	found := map[string]string{"large objects": checksum("pg_largeobject_metadata x", "x.oid || ' ' || md5(lo_get(x.oid))")}
	for _, r := range relations {
		switch r.Kind {
		case "S":
			found[r.Name] = checksum(r.Name+" x", "last_value || ' ' || is_called")
		case "p":
			found[r.Name] = checksum(r.Name+" x", "x::text")
		default:
			found[r.Name] = checksum("ONLY "+r.Name+" x", "x::text")
		}
	}
	return found
}

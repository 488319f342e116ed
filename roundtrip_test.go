package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
	"github.com/rubyforgood/hectl/test/s3test"
)

// TestRoundTripIsExact backs up a database, fetches it, and compares the schema as
// pg_dump writes it, the rows of each table by an ordered checksum, and the large
// objects. Only data that the scrub changes may differ.
func TestRoundTripIsExact(t *testing.T) {
	// 8 jobs exceed the processors, so entries that fail to wait for each other would run
	// together. pg_dump 15 compresses only with gzip.
	roundTrip(t, "", []way{{"0", "8"}, {"1", "1"}, {"6", "2"}, {"9", "8"}})
}

// way is a backup with a compression (pg_dump -Z) and a fetch with a number of jobs.
type way struct{ compress, jobs string }

// roundTrip backs up and fetches in each way, with the servers and the programs in the
// folder bin, or the installed ones if bin is "".
func roundTrip(t *testing.T, bin string, ways []way) {
	t.Helper()
	production, local := pgtest.New(t, pgtest.Options{Bin: bin}), pgtest.New(t, pgtest.Options{Bin: bin})
	t.Setenv("HECTL_PG_BIN", bin)
	s3 := s3test.New(t)
	s3.SetEnv(t)

	for _, tt := range []struct {
		name, sql string
		scrubbed  map[string]bool // tables that differ
	}{
		{"application", demodata.Schema() + demodata.Rows(1), map[string]bool{
			"public.users": true, "public.delayed_jobs": true, "public.ar_internal_metadata": true, "public.solid_cache_entries": true,
		}},
		{"zoo", demodata.Zoo(), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := t.Context()
			name := "roundtrip_" + tt.name
			if err := production.CreateDatabase(ctx, name); err != nil {
				t.Fatal(err)
			}
			psql(t, production, name, tt.sql)
			if err := s3.CreateBucket(ctx, "roundtrip-"+tt.name); err != nil {
				t.Fatal(err)
			}
			t.Setenv("HECTL_BUCKET", "s3://roundtrip-"+tt.name)
			t.Setenv("HECTL_SOURCE", production.URI(name))
			t.Setenv("HECTL_TARGET", local.URI(name))
			before := contents{schema(t, production, name), checksums(t, production, name)}
			if len(before.rows) < 10 {
				t.Fatalf("only %d tables: that shows nothing", len(before.rows))
			}
			for _, way := range ways {
				label := fmt.Sprintf("z%s-j%s", strings.ReplaceAll(way.compress, ":", ""), way.jobs)
				hectl(t, "backup", "--compress", way.compress, "--env", label)
				hectl(t, "fetch-latest-db", "--jobs", way.jobs, "--env", label)
				compare(t, label, before, contents{schema(t, local, name), checksums(t, local, name)}, tt.scrubbed)
			}
		})
	}
}

// contents are the parts of a database that the tests compare.
type contents struct {
	schema string
	rows   map[string]string // checksums, by table
}

func compare(t *testing.T, label string, want, got contents, scrubbed map[string]bool) {
	t.Helper()
	if diff := cmp.Diff(want.schema, got.schema); diff != "" {
		t.Errorf("%s: the schemas differ:\n%s", label, diff)
	}
	unscrubbed := maps.Clone(want.rows)
	for table := range scrubbed {
		if unscrubbed[table] == got.rows[table] {
			t.Errorf("%s: %s is not scrubbed", label, table)
		}
		delete(unscrubbed, table)
		delete(got.rows, table)
	}
	if diff := cmp.Diff(unscrubbed, got.rows); diff != "" {
		t.Errorf("%s: the rows differ:\n%s", label, diff)
	}
}

// hectl runs a command, which must exit 0.
func hectl(t *testing.T, args ...string) {
	t.Helper()
	var out bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &out, &out); code != 0 {
		t.Fatalf("hectl %s: exit code %d\n%s", strings.Join(args, " "), code, &out)
	}
	t.Logf("%s", &out)
}

func psql(t *testing.T, c *pgtest.Cluster, database, sql string) {
	t.Helper()
	c.Run(t, []byte(sql), "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", c.URI(database), "-f", "-")
}

// unimportant matches lines of a schema that differ from one dump to the next
// (\restrict has a random key) and owners, which a restore leaves out.
var unimportant = regexp.MustCompile(`(?m)^(\\(un)?restrict .*|-- Name: .*; Owner: .*|ALTER .* OWNER TO .*)\n`)

// schema returns the schema as pg_dump writes it, without owners and grants.
func schema(t *testing.T, c *pgtest.Cluster, database string) string {
	t.Helper()
	out := c.Run(t, nil, "pg_dump", "--schema-only", "--no-owner", "--no-acl", "-d", c.URI(database))
	if len(out) < 1000 {
		t.Fatalf("a schema of %d bytes shows nothing", len(out))
	}
	return unimportant.ReplaceAllString(string(out), "")
}

// checksums returns the row count and a checksum of the sorted rows of every table and
// materialized view (all hash partitions of a table together), the state of every
// sequence, and a checksum of the large objects and their comments.
func checksums(t *testing.T, c *pgtest.Cluster, database string) map[string]string {
	t.Helper()
	ctx := t.Context()
	db, err := pgtools.Connect(ctx, c.Conn(database), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(ctx))
	type relation struct{ Schema, Name, Kind string }
	relations, err := pgtools.Rows[relation](ctx, db, `
		SELECT n.nspname::text, c.relname::text, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'm', 'S') AND c.relispopulated AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
		  -- The hash of an enum value depends on its OID, so its partition may change.
		  AND NOT EXISTS (SELECT FROM pg_inherits i JOIN pg_partitioned_table p ON p.partrelid = i.inhparent
		                  WHERE i.inhrelid = c.oid AND p.partstrat = 'h')`)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	add := func(name, sql string) {
		var sum string
		if err := db.QueryRow(ctx, sql).Scan(&sum); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sums[name] = sum
	}
	for _, r := range relations {
		quoted := pgtools.Quote(r.Schema) + "." + pgtools.Quote(r.Name)
		if r.Kind == "S" {
			add(r.Schema+"."+r.Name, "SELECT last_value || ' ' || is_called FROM "+quoted)
			continue
		}
		add(r.Schema+"."+r.Name, fmt.Sprintf(
			`SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY t::text COLLATE "C")), '') FROM %s%s t`, map[string]string{"r": "ONLY "}[r.Kind], quoted))
	}
	add("large objects", `SELECT count(*) || ' ' || coalesce(md5(string_agg(oid || md5(lo_get(oid)) || coalesce(obj_description(oid, 'pg_largeobject'), ''), '' ORDER BY oid)), '')
		FROM pg_largeobject_metadata`)
	return sums
}

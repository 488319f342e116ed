package mask_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// canaries creates a database in which every text occurs once.
const canaries = `
CREATE TABLE people (id integer PRIMARY KEY, name text UNIQUE, note text, kept text);
INSERT INTO people SELECT i, 'canary-name-' || i, CASE WHEN i % 7 > 0 THEN E'canary-note-\t\\\n' || i END, md5(i::text) FROM generate_series(1, 5000) i;
INSERT INTO people SELECT 0, '\N canary-name-0', repeat('canary-long ', 100000), '\.';
CREATE TABLE events (at date, who text) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO events SELECT '2026-01-01'::date + i, 'canary-who-' || i FROM generate_series(1, 300) i;
CREATE TABLE secrets (word text);
INSERT INTO secrets SELECT 'canary-word-' || i FROM generate_series(1, 1000) i;
CREATE TABLE bulk AS SELECT i, 'canary-bulk-' || i AS word, repeat(md5(i::text), 40) AS kept FROM generate_series(1, 5000) i;
CREATE MATERIALIZED VIEW names AS SELECT name FROM people;
CREATE INDEX ON people (left(note, 20));
SELECT lo_from_bytea(1001, 'canary-object'), lo_from_bytea(4000000000, 'canary-object');
ANALYZE;
`

// hidden returns the replacement for a value.
func hidden(value string) string {
	sum := sha256.Sum256([]byte(value))
	return "masked-" + hex.EncodeToString(sum[:8])
}

func hide(dst, value, _ []byte) ([]byte, bool, error) {
	return append(dst, hidden(string(value))...), false, nil
}

// hideAll returns a plan that masks every canary.
func hideAll(h *archive.Head) *mask.Plan {
	plan := everyTable(h, map[string]*rows.Table{
		"people": {Name: "public.people", Columns: []rows.Column{
			{}, {Name: "name", Method: hide}, {Name: "note", Method: hide}, {},
		}},
		"events_2026": {Name: "public.events_2026", Columns: []rows.Column{{}, {Name: "who", Method: hide}}},
		"bulk":        {Name: "public.bulk", Columns: []rows.Column{{}, {Name: "word", Method: hide}, {}}},
		"secrets":     {Name: "public.secrets", None: true},
	})
	plan.EmptyLargeObjects()
	return plan
}

func TestArchiveOfPostgres(t *testing.T) { checkRealArchives(t, "", "") }

// checkRealArchives masks archives from the pg_dump in directory bin ("" means the
// default), in each compression, and has pg_restore read them.
func checkRealArchives(t *testing.T, bin, statistics string) {
	t.Helper()
	c := pgtest.New(t, pgtest.Options{Bin: bin})
	query := func(t *testing.T, database, sql string) string {
		t.Helper()
		return string(c.Run(t, nil, "psql", "-XAtq", "-d", c.SocketURI(database), "-c", sql))
	}
	if err := c.CreateDatabase(t.Context(), "production"); err != nil {
		t.Fatal(err)
	}
	if err := c.Exec(t.Context(), "production", canaries); err != nil {
		t.Fatal(err)
	}
	compressions := []string{"0", "1", "6"}
	if bin != "" {
		compressions = append(compressions, "lz4", "zstd:3", "zstd:19,long", "lz4:9")
	}
	for i, z := range compressions {
		t.Run("-Z "+z, func(t *testing.T) {
			args := []string{"-Fc", "-Z", strings.Replace(z, ",long", "", 1), "-d", c.SocketURI("production")}
			if strings.HasSuffix(z, "long") {
				args[2] = "zstd:level=19,long"
			}
			if statistics != "" {
				args = append(args, statistics)
			}
			original := c.Run(t, nil, "pg_dump", args...)
			h, _ := open(t, original)
			if !strings.Contains(contents(t, original), "canary-name-4999") || statistics != "" && !bytes.Contains(original[:h.Length], []byte("canary-name-")) {
				t.Fatal("there is nothing to hide")
			}

			untouched := masked(t, original, func(*archive.Head) *mask.Plan { return nil })
			if diff := cmp.Diff(pgtest.WithoutKeys(c.Run(t, original, "pg_restore", "-f", "-")), pgtest.WithoutKeys(c.Run(t, untouched, "pg_restore", "-f", "-"))); diff != "" {
				t.Errorf("without rules (-before +after):\n%s", diff)
			}

			got := masked(t, original, hideAll)
			after, _ := open(t, got)
			if text := string(got[:after.Length]) + contents(t, got); strings.Contains(text, "canary") {
				at := strings.Index(text, "canary")
				t.Errorf("it holds %q", text[max(0, at-100):at+20])
			}
			if string(c.Run(t, got, "pg_restore", "-l")) == "" {
				t.Error("pg_restore lists nothing")
			}
			name := fmt.Sprintf("laptop_%d", i)
			if err := c.CreateDatabase(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			c.Run(t, got, "pg_restore", "--exit-on-error", "-d", c.SocketURI(name))
			const kept = "SELECT count(*), md5(string_agg(id || kept || coalesce(length(note) > 0, false), '' ORDER BY id)) FROM people"
			if a, b := query(t, "production", kept), query(t, name, kept); a != b {
				t.Errorf("columns without a rule are %s instead of %s", b, a)
			}
			const bulk = "SELECT count(*), md5(string_agg(i || kept, '' ORDER BY i)) FROM bulk"
			if a, b := query(t, "production", bulk), query(t, name, bulk); a != b {
				t.Errorf("the rows of several segments are %s instead of %s", b, a)
			}
			const sample = "SELECT name, coalesce(note, 'NULL'), (SELECT who FROM events WHERE at = '2026-01-08'), (SELECT count(*) FROM secrets), (SELECT sum(length(lo_get(oid))) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM names WHERE name LIKE 'masked-%') FROM people WHERE id = "
			want := strings.Join([]string{hidden("canary-name-1"), hidden("canary-note-\t\\\n1"), hidden("canary-who-7"), "0", "0", "2", "5001"}, "|")
			if got := strings.TrimSpace(query(t, name, sample+"1")); got != want {
				t.Errorf("\n%s instead of\n%s", got, want)
			}
			if got := query(t, name, sample+"7"); !strings.Contains(got, "|NULL|") {
				t.Errorf("NULL became %s", got)
			}
		})
	}
}

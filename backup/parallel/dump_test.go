package parallel_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/rubyforgood/hectl/backup/parallel"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// schemaSQL creates names and columns that a COPY statement can get wrong, a table of
// several ranges, and large objects that are empty, short and of several parts.
const schemaSQL = `
	CREATE TABLE large (id int PRIMARY KEY, note text, "a "" b" float8, at timestamptz, b bytea);
	INSERT INTO large SELECT i, repeat(md5(i::text), 4), i / 3.0, '2024-01-01Z'::timestamptz + i * interval '1 min', decode(md5(i::text), 'hex')
		FROM generate_series(1, 40000) i;
	DELETE FROM large WHERE id % 7 = 0;
	UPDATE large SET note = NULL WHERE id % 11 = 0;
	CREATE TABLE empty (id int);
	CREATE TABLE columnless ();
	INSERT INTO columnless DEFAULT VALUES;
	CREATE TABLE generated (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c text);
	INSERT INTO generated (a, c) SELECT i, E'tab\t back\\slash\n' || i FROM generate_series(1, 100) i;
	ALTER TABLE generated DROP COLUMN a CASCADE;
	CREATE SCHEMA "odd ""schema.";
	CREATE TABLE "odd ""schema."."Größe(1)" ("sp ace" interval, "select" numeric[]);
	INSERT INTO "odd ""schema."."Größe(1)" VALUES ('1 day 2:03', '{1,NULL,2.50}');
	CREATE TABLE parent (id int, p text);
	CREATE TABLE child (extra int) INHERITS (parent);
	INSERT INTO parent VALUES (1, 'parent');
	INSERT INTO child VALUES (2, 'child', 3);
	CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
	CREATE TABLE moods (m mood, n int) PARTITION BY HASH (m);
	CREATE TABLE moods_0 PARTITION OF moods FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE moods_1 (n int, m mood);
	ALTER TABLE moods ATTACH PARTITION moods_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	INSERT INTO moods SELECT m, n FROM unnest(enum_range(NULL::mood)) m, generate_series(1, 10) n;
	CREATE UNLOGGED TABLE unlogged AS SELECT 1 AS id;
	CREATE MATERIALIZED VIEW matview AS SELECT count(*) FROM large;
	CREATE TABLE excluded AS SELECT 1 AS secret;
	CREATE TABLE config (id int, note text);
	INSERT INTO config SELECT i, 'row ' || i FROM generate_series(1, 9) i;
	SET allow_system_table_mods = on;
	UPDATE pg_extension SET extconfig = ARRAY['config'::regclass], extcondition = ARRAY['WHERE id > 5'] WHERE extname = 'plpgsql';
	INSERT INTO pg_depend SELECT 'pg_class'::regclass, 'config'::regclass, 0, 'pg_extension'::regclass, oid, 0, 'e' FROM pg_extension WHERE extname = 'plpgsql';
	RESET allow_system_table_mods;
	SELECT lo_create(4000000000), lo_from_bytea(10, ''), lo_from_bytea(11, 'x'), lo_from_bytea(12, decode(repeat('00ff', 800000), 'hex'));
	SELECT lo_from_bytea(13, decode(repeat('61', 65536), 'hex'));`

// A parallel dump equals the dump of pg_dump alone: pg_restore writes the same SQL for
// both.
func TestDump(t *testing.T) {
	cluster, tool := server.Cluster(t), dumpTool(t)
	for name, options := range map[string]string{"utf8": "", "latin1": "TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"} {
		if err := cluster.Exec(t.Context(), "postgres", fmt.Sprintf("CREATE DATABASE %s %s", name, options)); err != nil {
			t.Fatal(err)
		}
		if err := cluster.Exec(t.Context(), name, schemaSQL); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		database, method string
		jobs             int
	}{{"utf8", "0", 2}, {"utf8", "1", 1}, {"utf8", "1", 5}, {"utf8", "9", 2}, {"latin1", "1", 2}} {
		t.Run(fmt.Sprintf("%s, %s, %d sessions", test.database, test.method, test.jobs), func(t *testing.T) {
			c := cluster.Conn(test.database)
			dump, tables := dumpOf(t, c, tool, test.method, test.jobs)
			if tables == nil {
				t.Fatal("pg_dump read the rows alone")
			}
			want := script(t, cluster, plainDump(t, c, tool, test.method))
			if got := script(t, cluster, dump); got != want {
				t.Errorf("pg_restore makes other text of it: %s", firstDifference(got, want))
			}
			checkSegments(t, dump, tables)
		})
	}
}

// checkSegments checks that the segments are where tables says, one after another.
func checkSegments(t *testing.T, dump []byte, tables map[int]archive.Rows) {
	t.Helper()
	in := bytes.NewReader(dump)
	head, err := archive.ReadHead(in)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := archive.Scan(in, head, archive.IndexOptions{})
	if err != nil {
		t.Fatal(err)
	}
	segments := 0
	for _, b := range blocks {
		rows, ok := tables[b.ID]
		if ok == b.LargeObjects {
			t.Errorf("block %d: rows known: %t", b.ID, ok)
		}
		var text bytes.Buffer
		if b.LargeObjects {
			continue
		}
		r := archive.NewDataReader(head)
		if err := r.Reset(bytes.NewReader(dump[b.Offset:b.Offset+b.Length]), b); err != nil {
			t.Fatal(err)
		}
		if _, err := text.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		all := bytes.TrimSuffix(text.Bytes(), []byte("\\.\n\n\n"))
		if n := int64(bytes.Count(all, []byte("\n"))); n != rows.Count {
			t.Errorf("block %d: %d rows instead of %d", b.ID, rows.Count, n)
		}
		for _, s := range rows.Segments {
			segments++
			end := 0
			for range s.Rows {
				end += bytes.IndexByte(all[end:], '\n') + 1
			}
			if sha256.Sum256(all[:end]) != s.SHA256 {
				t.Errorf("block %d: the segment at %d has another text", b.ID, s.Offset)
			}
			all = all[end:]
		}
		if len(all) > 0 {
			t.Errorf("block %d: %d bytes are in no segment", b.ID, len(all))
		}
	}
	if segments < 5 {
		t.Errorf("%d segments; the largest table alone should have more", segments)
	}
}

func dumpTool(t *testing.T) pgtools.Tool {
	t.Helper()
	bin, err := pgtest.Bin()
	if err != nil {
		t.Fatal(err)
	}
	return toolIn(t, bin)
}

// toolIn returns the pg_dump in a folder.
func toolIn(t *testing.T, bin string) pgtools.Tool {
	t.Helper()
	tools, err := pgtools.FindTools(t.Context(), bin, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	tool, err := tools.Dump(pgtools.Version{})
	if err != nil {
		t.Fatal(err)
	}
	return tool
}

// dumpOf makes a parallel dump.
func dumpOf(t *testing.T, c pgtools.Conn, tool pgtools.Tool, method string, jobs int) ([]byte, map[int]archive.Rows) {
	t.Helper()
	d := start(t, c, tool, method, jobs)
	dump, err := io.ReadAll(d)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return dump, d.Tables()
}

func start(t *testing.T, c pgtools.Conn, tool pgtools.Tool, method string, jobs int) *parallel.Dump {
	t.Helper()
	d, err := parallel.Start(t.Context(), parallel.Options{
		Source: c, Tool: tool, AppName: "reader", Jobs: jobs,
		Dump:   pgtools.DumpOptions{AppName: "dumper", Compress: method, ExcludeTableData: []string{"excluded"}},
		Detail: t.Logf,
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func plainDump(t *testing.T, c pgtools.Conn, tool pgtools.Tool, method string) []byte {
	t.Helper()
	p, err := pgtools.Dump(t.Context(), tool, c, pgtools.DumpOptions{Compress: method, ExcludeTableData: []string{"excluded"}})
	if err != nil {
		t.Fatal(err)
	}
	dump, err := io.ReadAll(p)
	if err != nil {
		t.Fatal(err)
	}
	return dump
}

// script returns the SQL that pg_restore writes for a dump that it reads from a pipe.
func script(t *testing.T, cluster *pgtest.Cluster, dump []byte) string {
	t.Helper()
	return pgtest.WithoutKeys(cluster.Run(t, dump, "pg_restore", "-f", "-"))
}

func firstDifference(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return fmt.Sprintf("at byte %d of %d and %d: %q, %q", n, len(a), len(b), a[max(n-40, 0):min(n+80, len(a))], b[max(n-40, 0):min(n+80, len(b))])
}

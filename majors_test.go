//go:build majors

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/test/pgtest"
)

// pair is a restore of a dump from one major version into a server of another, with the
// client tools of a third.
type pair struct{ from, to, tools int }

// TestMajorsPairs restores a dump of every major version into the same version, older
// dumps into newer servers, newer dumps into older servers, and newer dumps with older
// tools. The rows of all tables, the sequences and the large objects must be equal.
func TestMajorsPairs(t *testing.T) {
	common, err := os.ReadFile("pgtools/archive/testdata/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	clusters, dumps, want := map[int]*pgtest.Cluster{}, map[int]string{}, map[int]map[string]string{}
	for _, major := range pgtest.Majors() {
		c := pgtest.New(t, pgtest.Options{Bin: pgtest.MajorBin(major)})
		if err := c.CreateDatabase(t.Context(), "pairs"); err != nil {
			t.Fatal(err)
		}
		psql(t, c, "pairs", string(common)+pairsSQL(major))
		clusters[major], want[major] = c, checksums(t, c, "pairs")
		dumps[major] = dumpOf(t, c, "pairs")
	}
	var pairs []pair
	for _, major := range pgtest.Majors() {
		pairs = append(pairs, pair{major, major, major})
	}
	pairs = append(pairs, []pair{
		{13, 15, 15}, {13, 19, 19}, {15, 18, 18}, {15, 19, 19}, {17, 19, 19}, {18, 19, 19}, // upgrades
		{19, 18, 18}, {19, 17, 17}, {18, 17, 17}, {17, 15, 17}, {19, 15, 19}, {15, 13, 13}, // older servers
		{17, 17, 15}, {18, 18, 15}, {19, 19, 15}, {17, 17, 13}, {17, 15, 15}, {19, 15, 15}, {19, 13, 13}, {18, 19, 17}, // older tools
	}...)
	for _, p := range pairs {
		t.Run(strconv.Itoa(p.from)+" to "+strconv.Itoa(p.to)+" by "+strconv.Itoa(p.tools), func(t *testing.T) {
			to := clusters[p.to]
			name := "t" + strconv.Itoa(p.from) + "_" + strconv.Itoa(p.tools)
			t.Setenv("HECTL_PG_BIN", pgtest.MajorBin(p.tools))
			t.Setenv("HECTL_TARGET", to.URI(name))
			hectl(t, "restore", dumps[p.from])
			got := checksums(t, to, name)
			if diff := cmp.Diff(want[p.from], got); diff != "" {
				t.Errorf("the rows differ:\n%s", diff)
			}
			if p.from == p.to {
				if diff := cmp.Diff(schema(t, to, "pairs"), schema(t, to, name)); diff != "" {
					t.Errorf("the schemas differ:\n%s", diff)
				}
			}
		})
	}
}

// pairsSQL returns SQL for objects that the common schema lacks: those that every major
// version supports, and those that only newer ones support and a restore may leave out.
func pairsSQL(major int) string {
	sql := `
		CREATE TABLE measured (a int, b int);
		INSERT INTO measured SELECT i % 5, i % 7 FROM generate_series(1, 1000) i;
		CREATE INDEX ON measured ((a + b));
		CREATE STATISTICS measured_ab ON a, b FROM measured;
		CREATE VIEW sums AS SELECT a, sum(b) FROM measured GROUP BY a;
		CREATE MATERIALIZED VIEW kept AS SELECT * FROM sums;
		CREATE TABLE deep (at date, kind text) PARTITION BY LIST (kind);
		CREATE TABLE deep_a PARTITION OF deep FOR VALUES IN ('a') PARTITION BY RANGE (at);
		CREATE TABLE deep_a_2026 PARTITION OF deep_a FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
		CREATE TABLE deep_rest PARTITION OF deep DEFAULT;
		CREATE INDEX ON deep (at);
		INSERT INTO deep VALUES ('2026-05-05', 'a'), ('2020-01-01', 'b');
		CREATE PUBLICATION all_of_it FOR ALL TABLES;`
	if major >= 19 {
		sql += `
		CREATE PUBLICATION most FOR ALL TABLES EXCEPT (TABLE measured);
		CREATE PUBLICATION sequences FOR ALL SEQUENCES;`
	}
	return sql + "ANALYZE;"
}

// dumpOf dumps a database with all options of its pg_dump that add data.
func dumpOf(t *testing.T, c *pgtest.Cluster, database string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dump")
	args := []string{"-Fc", "-f", file, "-d", c.URI(database)}
	help := c.Run(t, nil, "pg_dump", "--help")
	if bytes.Contains(help, []byte("--statistics ")) {
		args = append(args, "--statistics")
	}
	if bytes.Contains(help, []byte("METHOD")) { // pg_dump 16 and later
		args = append(args, "-Z", "zstd")
	}
	c.Run(t, nil, "pg_dump", args...)
	return file
}

// TestMajorsNewForms makes the round trip with features that only 18 and 19 have, with
// tools of the same version and with older ones.
func TestMajorsNewForms(t *testing.T) {
	forms, err := os.ReadFile("pgtools/schema/testdata/forms18.sql")
	if err != nil {
		t.Fatal(err)
	}
	sql := string(forms) + `
		INSERT INTO computed (a, n, m) VALUES (1, 'n', 'm');
		INSERT INTO periods VALUES (1, '[2026-01-01, 2026-02-01)'), (1, '[2026-02-01, 2026-03-01)');
		INSERT INTO in_periods VALUES (1, '[2026-01-15, 2026-02-15)');
		INSERT INTO other VALUES (99);`
	for _, major := range []int{18, 19} {
		c := pgtest.New(t, pgtest.Options{Bin: pgtest.MajorBin(major)})
		if err := c.CreateDatabase(t.Context(), "forms"); err != nil {
			t.Fatal(err)
		}
		if major >= 19 {
			sql += `
		CREATE VIEW ignoring AS SELECT first_value(m) IGNORE NULLS OVER (ORDER BY a) FROM computed;`
		}
		psql(t, c, "forms", sql)
		file := dumpOf(t, c, "forms")
		for _, tools := range []int{major, 15} {
			t.Run(strconv.Itoa(major)+" by "+strconv.Itoa(tools), func(t *testing.T) {
				t.Setenv("HECTL_PG_BIN", pgtest.MajorBin(tools))
				t.Setenv("HECTL_TARGET", c.URI("restored"))
				hectl(t, "restore", file)
				want, got := checksums(t, c, "forms"), checksums(t, c, "restored")
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the rows differ:\n%s", diff)
				}
				if diff := cmp.Diff(schema(t, c, "forms"), schema(t, c, "restored")); diff != "" {
					t.Errorf("the schemas differ:\n%s", diff)
				}
			})
		}
	}
}

// TestMajorsRefuse checks that unsupported combinations are refused before anything is
// changed.
func TestMajorsRefuse(t *testing.T) {
	newest, seventeen := pgtest.New(t, pgtest.Options{Bin: pgtest.MajorBin(19)}), pgtest.New(t, pgtest.Options{Bin: pgtest.MajorBin(17)})
	eighteen := pgtest.New(t, pgtest.Options{Bin: pgtest.MajorBin(18)})
	for name, tt := range map[string]struct {
		from, to *pgtest.Cluster
		tools    int
		sql      string
		want     []string
	}{
		"strings": {eighteen, newest, 19, `CREATE TABLE t (a text DEFAULT 'a\b'); ALTER DATABASE strings SET standard_conforming_strings = off`,
			[]string{"standard_conforming_strings = off, which PostgreSQL 19 does not have", "hint: dump the database again with PGOPTIONS="}},
		"method": {seventeen, seventeen, 15, `CREATE TABLE t (a int) PARTITION BY LIST (a) USING heap`,
			[]string{"archive format 1.16, which needs pg_restore 17 or newer", "partitioned table with an access method", "hint: "}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := tt.from.CreateDatabase(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			psql(t, tt.from, name, tt.sql)
			file := dumpOf(t, tt.from, name)
			before := databases(t, tt.to)
			t.Setenv("HECTL_PG_BIN", pgtest.MajorBin(tt.tools))
			t.Setenv("HECTL_TARGET", tt.to.URI("refused"))
			var out bytes.Buffer
			if code := run(t.Context(), []string{"restore", file}, strings.NewReader(""), &out, &out); code != 1 {
				t.Errorf("exit code %d", code)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in\n%s", want, &out)
				}
			}
			if diff := cmp.Diff(before, databases(t, tt.to)); diff != "" {
				t.Errorf("databases:\n%s", diff)
			}
		})
	}
}

func databases(t *testing.T, c *pgtest.Cluster) string {
	t.Helper()
	return string(c.Run(t, nil, "psql", "-XAtqc", "SELECT datname FROM pg_database ORDER BY 1", c.URI("postgres")))
}

// TestRoundTripMajors is like TestRoundTripIsExact, with servers and programs of newer
// major versions, and all of their compressions.
func TestRoundTripMajors(t *testing.T) {
	for _, major := range []int{17, 18, 19} {
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			roundTrip(t, pgtest.MajorBin(major), []way{{"none", "8"}, {"gzip:1", "1"}, {"lz4", "2"}, {"zstd:3", "8"}})
		})
	}
}

// TestStatisticsStayAway restores a dump whose statistics contain values from rows, as
// pg_dump 18 writes them for tables and for indexes on expressions. The restore must not
// store these values.
func TestStatisticsStayAway(t *testing.T) {
	bin := pgtest.MajorBin(18)
	production, local := pgtest.New(t, pgtest.Options{Bin: bin}), pgtest.New(t, pgtest.Options{Bin: bin})
	if err := production.CreateDatabase(t.Context(), "statistics"); err != nil {
		t.Fatal(err)
	}
	psql(t, production, "statistics", `
		CREATE TABLE users (id int PRIMARY KEY, email text, encrypted_password text);
		INSERT INTO users SELECT i, 'planted-mail-' || i, 'planted-password-' || i % 10 FROM generate_series(1, 1000) i;
		CREATE INDEX ON users (upper(email));
		CREATE TABLE items (name text);
		INSERT INTO items SELECT 'planted-name-' || i % 10 FROM generate_series(1, 1000) i;
		ANALYZE`)
	file := filepath.Join(t.TempDir(), "statistics.dump")
	production.Run(t, nil, "pg_dump", "-Fc", "--statistics", "-f", file, "-d", production.URI("statistics"))
	archive, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	planted := []string{"planted-mail-", "PLANTED-MAIL-", "planted-password-", "planted-name-"}
	for _, text := range planted { // found only in statistics: the rows are compressed
		if !bytes.Contains(archive, []byte(text)) {
			t.Errorf("the statistics of the dump have no %s", text)
		}
	}
	t.Setenv("HECTL_PG_BIN", bin)
	t.Setenv("HECTL_TARGET", local.URI("target"))
	t.Chdir(t.TempDir())
	if err := os.WriteFile("hectl.yml", []byte("mask: {base: none, unlisted: keep, tables: {users: {email: email}, items: {name: lorem}}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	hectl(t, "restore", file)
	psql(t, local, "target", "CHECKPOINT")
	found := map[string]string{}
	if err := searchFiles(local.Socket(), planted, found); err != nil || len(found) > 0 {
		t.Errorf("%v, %v", found, err)
	}
}

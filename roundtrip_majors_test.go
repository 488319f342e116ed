//go:build majors

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rubyforgood/hectl/test/pgtest"
)

// TestRoundTripMajors is TestRoundTripIsExact with servers and programs of newer
// majors, and what they can compress with.
func TestRoundTripMajors(t *testing.T) {
	for _, major := range []int{17, 18, 19} {
		t.Run(strconv.Itoa(major), func(t *testing.T) {
			roundTrip(t, pgtest.MajorBin(major), []way{{"none", "8"}, {"gzip:1", "1"}, {"lz4", "2"}, {"zstd:3", "8"}})
		})
	}
}

// TestStatisticsStayAway restores a dump in which pg_dump 18 has quoted values of
// the rows, as statistics of tables and of indexes on expressions.
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
	dump := exec.CommandContext(t.Context(), filepath.Join(production.Bin(), "pg_dump"), "-Fc", "--statistics", "-f", file, "-d", production.URI("statistics"))
	if out, err := dump.CombinedOutput(); err != nil {
		t.Fatalf("pg_dump: %v\n%s", err, out)
	}
	archive, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	planted := []string{"planted-mail-", "PLANTED-MAIL-", "planted-password-", "planted-name-"}
	for _, text := range planted { // the rows are compressed
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

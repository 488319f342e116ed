package pgtools_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
)

// A session on somebody's production database writes nothing, and leaves the
// timeout for forgotten transactions as it is.
func TestConnectReadOnly(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	if err := c.Exec(t.Context(), "postgres", "ALTER DATABASE "+name+" SET idle_in_transaction_session_timeout = '1h'; ALTER DATABASE "+name+" SET statement_timeout = '50ms'"); err != nil {
		t.Fatal(err)
	}
	db, err := pgtools.ConnectReadOnly(t.Context(), c.Conn(name), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	got, err := pgtools.Rows[string](t.Context(), db, "SELECT name || ' ' || setting FROM pg_settings WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout') ORDER BY 1")
	if diff := cmp.Diff([]string{"idle_in_transaction_session_timeout 3600000", "statement_timeout 0"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := db.Exec(t.Context(), "CREATE TABLE t ()"); pgtools.SQLState(err) != "25006" {
		t.Error("it wrote:", err)
	}
	// What is needed there is no writing.
	if held, _, err := db.TryLock(t.Context(), "x"); !held || err != nil {
		t.Error(held, err)
	}
	if err := db.EndLaterSessions(t.Context(), "nobody"); err != nil {
		t.Error(err)
	}
}

// pg_dump's session says whose it is, and begins read-only.
func TestDumpSession(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	program := filepath.Join(t.TempDir(), "pg_dump")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$PGAPPNAME: $*\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := pgtools.Dump(t.Context(), pgtools.Tool{Name: "pg_dump", Path: program}, c.Conn(name), pgtools.DumpOptions{AppName: "hectl backup"})
	if err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(p)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(said); !strings.HasPrefix(got, "hectl backup: ") || !strings.Contains(got, "options='-c default_transaction_read_only=on'") {
		t.Error(got)
	}
}

// Only sessions of the name, the role and the database go, and only later ones.
func TestEndLaterSessions(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	_, elsewhere := database(t)
	open := func(database, app string) *pgtools.DB {
		db, err := pgtools.Connect(t.Context(), c.Conn(database), app)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close(t.Context()) })
		return db
	}
	earlier := open(name, "mine")
	db := open(name, "lock")
	later, other, there := open(name, "mine"), open(name, "other"), open(elsewhere, "mine")
	if err := db.EndLaterSessions(t.Context(), "mine"); err != nil {
		t.Fatal(err)
	}
	for what, s := range map[string]*pgtools.DB{"earlier": earlier, "of another name": other, "elsewhere": there} {
		if _, err := s.Exec(t.Context(), "SELECT 1"); err != nil {
			t.Errorf("one %s is gone: %v", what, err)
		}
	}
	if _, err := later.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("it is still there")
	}
}

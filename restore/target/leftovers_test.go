package target

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// exists reports whether the server has a database.
func exists(t *testing.T, s *Session, name string) bool {
	t.Helper()
	_, there, err := s.DB.Database(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return there
}

// connect opens a session that the test leaves open.
func connect(t *testing.T, c pgtools.Conn, appName string) *pgtools.DB {
	t.Helper()
	db, err := pgtools.Connect(t.Context(), c, appName)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) })
	return db
}

// A temp database that is in use, or that looks like production, is not dropped.
func TestLeftovers(t *testing.T) {
	const idle, own, used, production, other = "dropping_hectl_20261123083000", "dropping_hectl_20261123083001", "dropping_hectl_20261123083002", "dropping_hectl_20261123083003", "dropping_hectl_mine"
	for _, name := range []string{"dropping", idle, own, used, production, other} {
		run(t, "postgres", "CREATE DATABASE "+name)
	}
	mark := strings.ReplaceAll(Mark{Kind: TempKind, Target: "dropping"}.comment(), "'", "''")
	for _, name := range []string{idle, own, used, production} {
		run(t, "postgres", fmt.Sprintf("COMMENT ON DATABASE %s IS '%s'", name, mark))
	}
	run(t, production, "CREATE TABLE ar_internal_metadata AS SELECT 'environment'::text AS key, 'production'::text AS value")
	c := shared.Cluster(t).Conn("dropping")
	connect(t, c.WithDatabase(own), pgtools.RestoreApp) // as if a killed run's session were still closing
	connect(t, c.WithDatabase(used), "psql")
	s := on(t, c, Options{})
	names, err := s.Leftovers(t.Context())
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{idle, own}) {
		t.Errorf("%q, %v", names, err)
	}
	if !*s.warned {
		t.Error("a temp database with production's rows was left without a warning")
	}
	s.DropLeftovers(t.Context(), []string{idle})
	for name, want := range map[string]bool{idle: false, own: true, used: true, production: true, other: true, "dropping": true} {
		if exists(t, s, name) != want {
			t.Errorf("%s is there: %t", name, !want)
		}
	}
}

// A leftover that cannot be dropped is only a warning.
func TestDropLeftoversInUse(t *testing.T) {
	run(t, "postgres", "CREATE DATABASE in_use")
	c := shared.Cluster(t).Conn("in_use")
	connect(t, c, "psql")
	s := on(t, c, Options{})
	s.DropLeftovers(t.Context(), []string{"in_use"})
	if !*s.warned || !exists(t, s, "in_use") {
		t.Errorf("warned %t", *s.warned)
	}
}

// A signal has ended the context by the time the temp database is dropped.
func TestDropTemp(t *testing.T) {
	run(t, "postgres", "CREATE DATABASE temp_in_use")
	c := shared.Cluster(t).Conn("temp_in_use")
	connect(t, c, pgtools.RestoreApp)
	s := on(t, c, Options{})
	ended, end := context.WithCancel(t.Context())
	end()
	if err := s.DropTemp(ended, "temp_in_use"); err != nil || exists(t, s, "temp_in_use") {
		t.Errorf("got %v", err)
	}
	gone := &Session{Target: &Target{Conn: conn(t, "postgres://me@127.0.0.1:1/dev")}}
	if err := gone.DropTemp(ended, "temp"); fault.CodeOf(err) != fault.Failed || !slices.Contains(fault.Hints(err), "the next run drops it") {
		t.Errorf("without a server: %v", err)
	}
}

func TestDrop(t *testing.T) {
	run(t, "postgres", "CREATE DATABASE of_others", "CREATE DATABASE dropped", "CREATE ROLE dropper LOGIN")
	c := shared.Cluster(t).Conn("dropped")
	connect(t, c, "psql")
	s := on(t, c, Options{})
	if err := Drop(t.Context(), s.DB, "dropped"); err != nil || exists(t, s, "dropped") {
		t.Errorf("got %v", err)
	}
	err := Drop(t.Context(), on(t, connAs(t, "dropper", "of_others"), Options{}).DB, "of_others")
	if fault.CodeOf(err) != fault.Denied || len(fault.Hints(err)) == 0 || !exists(t, s, "of_others") {
		t.Errorf("of another role: %v", err)
	}
}

package load

import (
	"context"
	"errors"
	"testing"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// settled returns the value of a setting in a new session of l.
func settled(t *testing.T, l *Loader, name string) (value string) {
	t.Helper()
	db, err := l.session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	if err := db.QueryRow(t.Context(), "SELECT pg_catalog.current_setting($1)", name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestSessions(t *testing.T) {
	server := pgtest.New(t)
	loader := func(jobs int, h *archive.Head) *Loader {
		return &Loader{Options: Options{Jobs: jobs}, Into: server.Conn("postgres"), Dump: &dump.Dump{Head: h}, Tool: pgtools.Tool{Version: pgtools.Version{Major: 15}}}
	}

	t.Run("one for each job", func(t *testing.T) {
		s := newSessions(loader(2, &archive.Head{}))
		var first, second, again int32
		pid := func(into *int32, inside func() error) func(*pgtools.DB) error {
			return func(db *pgtools.DB) error { *into = int32(db.BackendPID()); return inside() }
		}
		none := func() error { return nil }
		err := s.do(t.Context(), pid(&first, func() error {
			return s.do(t.Context(), pid(&second, func() error {
				ctx, cancel := context.WithCancelCause(t.Context())
				stop := errors.New("interrupted")
				cancel(stop)
				if err := s.do(ctx, pid(&again, none)); !errors.Is(err, stop) || again != 0 {
					t.Errorf("a third beside two: %d, %v", again, err)
				}
				return nil
			}))
		}))
		if err != nil || first == second {
			t.Fatalf("%d, %d, %v", first, second, err)
		}
		if err := s.do(t.Context(), pid(&again, none)); err != nil || again != first && again != second {
			t.Errorf("%d, %v", again, err)
		}
		s.close(t.Context())
	})

	t.Run("a broken one is replaced", func(t *testing.T) {
		s := newSessions(loader(1, &archive.Head{}))
		defer s.close(t.Context())
		broken := errors.New("broken")
		if err := s.do(t.Context(), func(db *pgtools.DB) error { db.Close(t.Context()); return broken }); !errors.Is(err, broken) {
			t.Error(err)
		}
		if err := s.do(t.Context(), func(db *pgtools.DB) error { _, err := db.Exec(t.Context(), "SELECT 1"); return err }); err != nil {
			t.Error(err)
		}
	})

	t.Run("settings", func(t *testing.T) {
		entry := func(desc, sql string) archive.Entry { return archive.Entry{Desc: desc, Definition: sql} }
		old := &archive.Head{Entries: []archive.Entry{
			entry("ENCODING", "SET client_encoding = 'LATIN1';\n"), entry("STDSTRINGS", "SET standard_conforming_strings = 'off';\n"),
			entry("SEARCHPATH", "SELECT pg_catalog.set_config('search_path', 'public', false);\n"),
		}}
		if err := server.Exec(t.Context(), "postgres", "ALTER DATABASE postgres SET max_parallel_maintenance_workers = 2"); err != nil {
			t.Fatal(err)
		}
		quiet := loader(1, &archive.Head{})
		quiet.Quiet = map[string]string{"log_statement": "none", "log_min_duration_statement": "-1"}
		large := loader(1, &archive.Head{})
		large.Into = server.Conn("large")
		if err := server.CreateDatabase(t.Context(), "large"); err != nil {
			t.Fatal(err)
		}
		if err := server.Exec(t.Context(), "postgres", "ALTER DATABASE large SET maintenance_work_mem = '1500MB'"); err != nil {
			t.Fatal(err)
		}
		newer := loader(1, &archive.Head{})
		newer.Tool.Version.Major = 19
		for _, tt := range []struct {
			l             *Loader
			setting, want string
		}{
			{loader(1, old), "client_encoding", "LATIN1"},
			{loader(1, old), "search_path", "public"},
			{loader(1, old), "standard_conforming_strings", "off"},
			{loader(1, &archive.Head{}), "client_encoding", "UTF8"},
			{loader(1, &archive.Head{}), "search_path", ""},
			{loader(1, &archive.Head{}), "standard_conforming_strings", "off"}, // an old pg_restore assumes this
			{newer, "standard_conforming_strings", "on"},
			{newer, "check_function_bodies", "off"},
			{newer, "row_security", "off"},
			{newer, "synchronous_commit", "off"},
			{quiet, "log_statement", "none"},
			{loader(1, old), "maintenance_work_mem", "1GB"},
			{loader(4, old), "maintenance_work_mem", "256MB"},
			{large, "maintenance_work_mem", "1500MB"},
			{loader(1, old), "max_parallel_maintenance_workers", "2"},
			{loader(2, old), "max_parallel_maintenance_workers", "0"},
		} {
			if got := settled(t, tt.l, tt.setting); got != tt.want {
				t.Errorf("%s with %d jobs: %s, not %s", tt.setting, tt.l.Jobs, got, tt.want)
			}
		}
	})

	t.Run("no server", func(t *testing.T) {
		l := loader(1, &archive.Head{})
		l.Into = server.Conn("missing")
		s := newSessions(l)
		if err := s.do(t.Context(), func(*pgtools.DB) error { t.Error("called without a session"); return nil }); err == nil {
			t.Error("no error")
		}
		s.close(t.Context()) // the slot is free again
	})
}

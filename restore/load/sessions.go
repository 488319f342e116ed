package load

import (
	"context"
	"fmt"

	"github.com/rubyforgood/hectl/pgtools"
)

// sessions are connections to the temp database, at most one per job, opened when first
// needed.
type sessions struct {
	l    *Loader
	free chan *pgtools.DB // nil for one that is not connected yet
}

func newSessions(l *Loader) *sessions {
	s := &sessions{l: l, free: make(chan *pgtools.DB, l.Jobs)}
	for range l.Jobs {
		s.free <- nil
	}
	return s
}

// do calls f when a session is free. After an error the session may be broken, and all
// work on the temp database must stop.
func (s *sessions) do(ctx context.Context, f func(db *pgtools.DB) error) (err error) {
	var db *pgtools.DB
	select {
	case db = <-s.free:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { s.free <- db }()
	if db != nil && db.Broken() {
		// The call that broke the session returns the error, which an error from Close
		// could hide.
		db.Close(ctx)
		db = nil
	}
	if db == nil {
		if db, err = s.l.session(ctx); err != nil {
			return err
		}
	}
	return f(db)
}

// close closes the sessions. None may be in use.
func (s *sessions) close(ctx context.Context) {
	for range cap(s.free) {
		if db := <-s.free; db != nil {
			db.Close(ctx)
		}
	}
}

// session connects to the temp database with the settings of the archive and of
// pg_restore, and with settings that speed up the load.
func (l *Loader) session(ctx context.Context) (*pgtools.DB, error) {
	db, err := pgtools.Connect(ctx, l.Into, pgtools.RestoreApp)
	if err != nil {
		return nil, err
	}
	settings := `SET row_security = off; SET xmloption = content; SET check_function_bodies = off;
		SET client_min_messages = warning; SET synchronous_commit = off;
		SELECT pg_catalog.set_config('search_path', ` + pgtools.QuoteLiteral(l.Dump.Head.SearchPath()) + `, false);`
	if encoding := l.Dump.Head.Encoding(); encoding != "" {
		settings += "SET client_encoding = " + pgtools.QuoteLiteral(encoding) + ";"
	}
	err = db.Set(ctx, l.Quiet)
	if err == nil {
		_, err = db.Exec(ctx, settings)
	}
	if err == nil {
		_, err = db.Exec(ctx, `
			SELECT pg_catalog.set_config(name, CASE name WHEN 'maintenance_work_mem' THEN $1 ELSE '0' END, false)
			FROM pg_catalog.pg_settings
			WHERE name = 'maintenance_work_mem' AND setting::bigint < $2
			   OR name = 'max_parallel_maintenance_workers' AND $3`,
			l.sortMemory(), sortMemory/l.Jobs>>10, l.Jobs > 1)
	}
	on, said := l.Dump.Head.StandardStrings()
	if !said {
		on = l.Tool.Version.Major >= 19 // pg_restore assumes this
	}
	if err == nil && !on {
		_, err = db.Exec(ctx, "SET standard_conforming_strings = off")
	}
	if err != nil {
		db.Close(ctx)
		return nil, fmt.Errorf("prepare a session: %w", err)
	}
	return db, nil
}

// sortMemory is the memory for sorting that all index builds share, in place of the
// server's default of 64 MB each.
//
// A build is faster if it does not spill to disk and, while other builds keep the
// processors busy, if it starts no parallel workers. Processor time of the server for
// the post-data section of a 1 GB database with 2 jobs on 2 cores and PostgreSQL 15, in
// three rounds: 9.0, 10.7, 9.5 s with the defaults; 8.0, 9.7, 9.2 s with 256 MB per
// job; 7.3, 8.0, 7.8 s without workers; 6.8, 7.9, 7.9 s with both.
const sortMemory = 1 << 30 // bytes

// sortMemory returns the share of one job, as a value for maintenance_work_mem.
func (l *Loader) sortMemory() string {
	return fmt.Sprintf("%dkB", sortMemory/l.Jobs>>10)
}

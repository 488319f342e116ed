package pgtools

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// A Session is a connection to the server, or one of the server's own workers.
type Session struct {
	PID         int
	Kind        string // "client backend", "autovacuum worker" …; "" if the role cannot see it
	User        string
	Application string
	ClientAddr  string    // "" if over a Unix socket
	Since       time.Time // start of the session; the Unix epoch if the role cannot see it
}

// String returns a short description of the session.
func (s Session) String() string {
	text := fmt.Sprintf("pid %d", s.PID)
	switch {
	case s.User != "":
		text += ", user " + s.User
	case s.Kind != "":
		text += ", " + s.Kind
	}
	if s.Application != "" {
		text += ", " + s.Application
	}
	if s.ClientAddr != "" {
		text += ", from " + s.ClientAddr
	}
	return text
}

func describeSessions(list []Session) string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = s.String()
	}
	return strings.Join(texts, "; ")
}

// sessionColumns are the columns of a Session from pg_stat_activity a.
const sessionColumns = `a.pid, coalesce(a.backend_type, ''), coalesce(a.usename, ''), coalesce(a.application_name, ''),
	coalesce(host(a.client_addr), ''), coalesce(a.backend_start, 'epoch')`

// Sessions returns the sessions in a database except db's own, including the server's
// workers such as autovacuum.
func (db *DB) Sessions(ctx context.Context, database string) ([]Session, error) {
	return db.sessions(ctx, 0, database)
}

// sessions returns the sessions in the database with this name and oid. oid 0 matches any.
func (db *DB) sessions(ctx context.Context, oid uint32, database string) ([]Session, error) {
	list, err := Rows[Session](ctx, db, `
		SELECT `+sessionColumns+` FROM pg_catalog.pg_stat_activity a
		WHERE a.datname = $1 AND ($2 = 0::oid OR a.datid = $2) AND a.pid <> pg_catalog.pg_backend_pid()
		ORDER BY a.pid`, database, oid)
	return list, wrap(err, "list sessions of database %s", database)
}

// TerminateSessions terminates the sessions in a database and returns those that the role
// may not terminate. It does not wait for sessions to end.
func (db *DB) TerminateSessions(ctx context.Context, database string) (refused []Session, err error) {
	return db.terminate(ctx, 0, database)
}

func (db *DB) terminate(ctx context.Context, oid uint32, database string) (refused []Session, err error) {
	sessions, err := db.sessions(ctx, oid, database)
	if err != nil {
		return nil, err
	}
	for _, s := range sessions {
		// By now, another session may have the same pid.
		_, err := db.Exec(ctx, `
			SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
			WHERE pid = $1 AND datname = $2 AND ($3 = 0::oid OR datid = $3)`, s.PID, database, oid)
		switch {
		case IsDenied(err) && s.User == "":
			// Only a superuser may terminate the server's own workers. Autovacuum stops by itself.
		case IsDenied(err):
			refused = append(refused, s)
		case err != nil:
			return refused, wrap(err, "terminate session (%v)", s)
		}
	}
	return refused, nil
}

// EndLaterSessions terminates the role's sessions called appName in the same database that
// began after db's, and waits until they have ended or ctx ends. If db has held a lock
// since it connected, these sessions belong to the same run.
func (db *DB) EndLaterSessions(ctx context.Context, appName string) error {
	for {
		// The call is in the select list, so the server checks the conditions first.
		left, err := Rows[struct {
			PID  int
			Told bool
		}](ctx, db, `
			SELECT a.pid, pg_catalog.pg_terminate_backend(a.pid)
			FROM pg_catalog.pg_stat_activity a, pg_catalog.pg_stat_activity me
			WHERE me.pid = pg_catalog.pg_backend_pid() AND a.pid <> me.pid AND a.datid = me.datid AND a.usesysid = me.usesysid
			  AND a.application_name = $1 AND a.backend_start >= me.backend_start`, appName)
		if err != nil || len(left) == 0 {
			return wrap(err, "end the sessions called %s", appName)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("end the sessions called %s: pid %d has not ended: %w", appName, left[0].PID, context.Cause(ctx))
		}
	}
}

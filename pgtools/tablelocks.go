package pgtools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// IsLockTimeout reports whether pg_dump failed to lock a table within
// DumpOptions.LockWaitTimeout.
func IsLockTimeout(err error) bool {
	var e *ExitError
	return errors.As(err, &e) && e.Status == 1 && strings.Contains(e.Stderr, "LOCK TABLE ") &&
		!strings.Contains(e.Stderr, "permission denied") && e.hint == "" && !strings.Contains(e.Stderr, "out of shared memory")
}

// A TableLock is a lock that prevents pg_dump from reading a table.
type TableLock struct {
	Table       string // table or index, with its schema
	PID         int    // 0 means a prepared transaction
	User        string // "" for a server process
	Application string
	State       string
	Kind        string    // as in Session
	Since       time.Time // start of the session's transaction; the Unix epoch if the role cannot see it
	Query       time.Time // start of the session's last query; the Unix epoch if the role cannot see it
}

// String describes the table and the session that locks it.
func (l TableLock) String() string {
	switch {
	case l.PID == 0:
		return l.Table + " is locked by a prepared transaction (see pg_prepared_xacts)"
	case l.User == "" && l.Kind != "":
		return fmt.Sprintf("%s is locked by pid %d (%s)", l.Table, l.PID, l.Kind)
	}
	about := []string{"user " + l.User, fmt.Sprintf("application %q", l.Application)}
	if l.State != "" {
		about = append(about, l.State)
	}
	if l.Since.Unix() > 0 {
		about = append(about, "transaction since "+l.Since.UTC().Format(time.RFC3339))
	}
	if l.Query.Unix() > 0 {
		about = append(about, "query since "+l.Query.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("%s is locked by pid %d (%s)", l.Table, l.PID, strings.Join(about, ", "))
}

// tableLockColumns are the columns of a TableLock on relation c of namespace n, from
// pg_stat_activity a, except the table and the pid.
const tableLockColumns = `coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(a.state, ''),
	coalesce(a.backend_type, ''), coalesce(a.xact_start, 'epoch'), coalesce(a.query_start, 'epoch')`

// TableLocks returns the ACCESS EXCLUSIVE locks on tables of db's database, the oldest
// first. The role sees its own sessions or, with pg_read_all_stats, all sessions.
func (db *DB) TableLocks(ctx context.Context) ([]TableLock, error) {
	locks, err := Rows[TableLock](ctx, db, `
		SELECT n.nspname || '.' || c.relname, coalesce(l.pid, 0), `+tableLockColumns+`
		FROM pg_catalog.pg_locks l
		JOIN pg_catalog.pg_class c ON c.oid = l.relation
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
		WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'AccessExclusiveLock' AND c.relkind IN ('r', 'p', 'm', 'v', 'f', 'S')
		  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
		  AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
		ORDER BY a.xact_start, 1`)
	return locks, wrap(err, "look for table locks")
}

// Waits returns the locks in db's database that the role's sessions with these names wait
// for, whether held or requested earlier by other sessions.
func (db *DB) Waits(ctx context.Context, appNames ...string) ([]TableLock, error) {
	locks, err := Rows[TableLock](ctx, db, `
		SELECT n.nspname || '.' || c.relname, b.pid, `+tableLockColumns+`
		FROM pg_catalog.pg_stat_activity me
		JOIN pg_catalog.pg_locks l ON l.pid = me.pid AND NOT l.granted AND l.locktype = 'relation'
		JOIN pg_catalog.pg_class c ON c.oid = l.relation
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		CROSS JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(me.pid)) AS b (pid)
		LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid
		WHERE me.application_name = ANY ($1) AND me.usename = session_user AND me.datname = pg_catalog.current_database()
		ORDER BY a.xact_start, 1`, appNames)
	return locks, wrap(err, "look for the locks that the dump waits for")
}

package pgtools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// IsLockTimeout tells whether err says that pg_dump did not get its lock on a
// table within DumpOptions.LockWaitTimeout.
func IsLockTimeout(err error) bool {
	var e *ExitError
	return errors.As(err, &e) && e.Status == 1 && strings.Contains(e.Stderr, "LOCK TABLE ") &&
		!strings.Contains(e.Stderr, "permission denied")
}

// A TableLock is a lock that keeps pg_dump from reading a table.
type TableLock struct {
	Table       string // with its schema
	PID         int
	User        string
	Application string
	State       string
	Since       time.Time // when the session's transaction began
}

// String says who locks what.
func (l TableLock) String() string {
	return fmt.Sprintf("%s is locked by pid %d (user %s, application %q, %s, transaction since %s)",
		l.Table, l.PID, l.User, l.Application, l.State, l.Since.UTC().Format(time.RFC3339))
}

// TableLocks returns the ACCESS EXCLUSIVE locks on tables of the database that
// db is connected to, the oldest first. The role sees its own sessions, or with
// pg_read_all_stats those of all.
func (db *DB) TableLocks(ctx context.Context) ([]TableLock, error) {
	locks, err := Rows[TableLock](ctx, db, `
		SELECT n.nspname || '.' || c.relname, l.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''),
			coalesce(a.state, ''), coalesce(a.xact_start, 'epoch')
		FROM pg_catalog.pg_locks l
		JOIN pg_catalog.pg_class c ON c.oid = l.relation
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
		WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'AccessExclusiveLock' AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
		  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
		  AND l.pid <> pg_catalog.pg_backend_pid()
		ORDER BY a.xact_start, 1`)
	return locks, wrap(err, "look for table locks")
}

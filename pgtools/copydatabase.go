package pgtools

import "context"

// CopyOptions are the options of CopyDatabase. The zero value is valid.
type CopyOptions struct {
	AppName  string // name in pg_stat_activity; "" means hectl
	Attempts int    // how many times to wait 5 seconds for sessions to end; 0 means 3
	Owner    string // owner of the copy; "" means the role that creates it
	// Sealed forbids connections to the copy, which keeps it unchanged.
	Sealed bool
}

// CopyDatabase creates the database to as a copy of from. It copies the files, which takes
// about a second per gigabyte, or almost no time if the file system can share them
// (PostgreSQL 18). CopyDatabaseSettings copies settings, comment and privileges.
//
// CopyDatabase terminates all sessions in from. New ones wait for the lock of CREATE
// DATABASE until the copy exists. The role must own from, be a member of Owner, and have
// CREATEDB. The error is a *BusyError for prepared transactions and for sessions that do
// not end or that the role cannot terminate.
//
// After an error, no copy exists. Canceling ctx cancels the statement.
func CopyDatabase(ctx context.Context, conn Conn, from, to string, opt CopyOptions) error {
	creator, terminator, done, err := twoSessions(ctx, conn, opt.AppName)
	if err != nil {
		return err
	}
	defer done()
	e, err := newEviction(ctx, terminator, []string{from}, opt.Attempts)
	if err != nil {
		return explainCopy(from, to, err)
	}
	// A session that holds a conflicting lock will soon end or rename the database: do not
	// wait for long.
	if _, err := creator.Exec(ctx, "SET lock_timeout = '10s'"); err != nil {
		return err
	}
	cloning := false
	if creator.ServerVersion().Major >= 18 {
		// Some builds and file systems cannot clone files.
		_, err := creator.Exec(ctx, "SET file_copy_method = 'clone'")
		cloning = err == nil
	}
	sql := copyDatabaseSQL(creator.ServerVersion(), from, to, opt)
	create := func(ctx context.Context) error {
		_, err := creator.Exec(ctx, sql)
		return err
	}
	err = e.during(ctx, create)
	if cloning && SQLState(err) == stateInternalError {
		if _, err := creator.Exec(ctx, "RESET file_copy_method"); err != nil {
			return explainCopy(from, to, err)
		}
		err = e.during(ctx, create)
	}
	return explainCopy(from, to, err)
}

func copyDatabaseSQL(server Version, from, to string, opt CopyOptions) string {
	sql := "CREATE DATABASE " + Quote(to) + " TEMPLATE " + Quote(from)
	if opt.Owner != "" {
		sql += " OWNER " + Quote(opt.Owner)
	}
	if server.Major >= 15 {
		sql += " STRATEGY file_copy" // the default strategy writes the copy to the WAL
	}
	if opt.Sealed {
		sql += " ALLOW_CONNECTIONS false"
	}
	return sql
}

func explainCopy(from, to string, err error) error {
	return explainEviction(err, "the database", "it", "copy database %s to %s", from, to)
}

// OtherCollations reports whether a database was created with a collation version that
// differs from the server's current one, as after an upgrade of the C library. Such a
// database cannot be copied. Servers before PostgreSQL 15 do not record the version; for
// them the result is false.
func (db *DB) OtherCollations(ctx context.Context, database string) (other bool, err error) {
	if db.version.Major < 15 {
		return false, nil
	}
	err = db.QueryRow(ctx, `
		SELECT coalesce(bool_or(datcollversion IS DISTINCT FROM pg_catalog.pg_database_collation_actual_version(oid)), false)
		FROM pg_catalog.pg_database WHERE datname = $1 AND datcollversion IS NOT NULL`, database).Scan(&other)
	return other, wrap(err, "read the collation version of database %s", database)
}

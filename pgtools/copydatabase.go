package pgtools

import (
	"context"
	"errors"
	"fmt"

	"github.com/rubyforgood/hectl/internal/fault"
)

// CopyOptions tunes CopyDatabase; the zero CopyOptions are good.
type CopyOptions struct {
	AppName  string // in pg_stat_activity; "": hectl
	Attempts int    // how often to wait 5 seconds for sessions to go; 0: 3
	Owner    string // of the copy; "": the role that makes it
	// Sealed says that nobody may connect to the copy, so that it stays what it is.
	Sealed bool
}

// CopyDatabase makes the database to a copy of from, by copying its files: that
// takes about a second for each gigabyte, and next to none where the file system
// can share them (PostgreSQL 18). What hangs on the database and not on its
// content is not copied, see CopyDatabaseSettings.
//
// All sessions in from are terminated, and new ones wait until the copy is
// there: CREATE DATABASE holds a lock that keeps them out. The role has to own
// from, to be a member of Owner, and to have CREATEDB. Sessions that may not be
// terminated, or do not go, are a *BusyError, and so are prepared transactions.
//
// After an error there is no copy; cancelling ctx cancels the statement.
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
	// A lock is held by somebody who is about to go, or renames the database.
	if _, err := creator.Exec(ctx, "SET lock_timeout = '10s'"); err != nil {
		return err
	}
	cloning := false
	if creator.ServerVersion().Major >= 18 {
		// Not every build can clone, and not every file system.
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
		sql += " STRATEGY file_copy" // the default goes through the WAL
	}
	if opt.Sealed {
		sql += " ALLOW_CONNECTIONS false"
	}
	return sql
}

// explainCopy says what was tried, and gives a hint.
func explainCopy(from, to string, err error) error {
	if err == nil {
		return nil
	}
	code, hint := fault.Failed, ""
	var busy *BusyError
	switch {
	case errors.As(err, &busy):
		hint = busy.hint()
	case IsDenied(err):
		code, hint = fault.Denied, "the role must own the database, and have CREATEDB (ALTER ROLE … CREATEDB)"
	case SQLState(err) == stateLockTimeout:
		hint = "another session creates a database from it, or changes it: try again"
	}
	err = fmt.Errorf("copy database %s to %s: %w", from, to, err)
	if hint == "" {
		return err
	}
	return fault.Wrap(code, hint, err)
}

// OtherCollations reports whether a database was made with another version of the
// collations than the server has now, as after an upgrade of the C library. Such a
// database cannot be copied. It is false before PostgreSQL 15, which does not record
// the version.
func (db *DB) OtherCollations(ctx context.Context, database string) (other bool, err error) {
	if db.version.Major < 15 {
		return false, nil
	}
	err = db.QueryRow(ctx, `
		SELECT coalesce(bool_or(datcollversion IS DISTINCT FROM pg_catalog.pg_database_collation_actual_version(oid)), false)
		FROM pg_catalog.pg_database WHERE datname = $1 AND datcollversion IS NOT NULL`, database).Scan(&other)
	return other, wrap(err, "collation version of database %s", database)
}

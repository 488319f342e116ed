package pgtools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// A Rename is one step of a swap.
type Rename struct{ From, To string }

// SwapOptions tunes SwapDatabases; the zero SwapOptions are good.
type SwapOptions struct {
	AppName  string // in pg_stat_activity; "": hectl
	Attempts int    // how often to wait 5 seconds for sessions to go; 0: 3
	// Statements are run in the transaction, before the renames.
	Statements []string
	// Check is called in the transaction, after the renames and before the commit:
	// no session is in these databases then, and none can begin. Its error undoes
	// all of it.
	Check func(ctx context.Context, tx *Tx) error
}

// SwapDatabases renames databases in the given order, all of them or none, and
// terminates every session in them. A database may be renamed twice, so that two
// can exchange their names by way of a third. The role has to own them and to have
// CREATEDB; it may terminate the sessions of its own roles, or with
// pg_signal_backend those of all but superusers.
//
// The renames are one transaction on one connection. ALTER DATABASE … RENAME
// first takes an AccessExclusiveLock on the database, and then waits up to 5
// seconds for its sessions to leave. A backend that starts up takes a
// RowExclusiveLock on its database before it counts as a session, so from then
// on new connections wait. Meanwhile a second connection terminates the
// sessions that are there. After the commit the waiting clients are told that
// the database has been renamed, and find the new one at their next try.
//
// So no setting keeps clients out, and there is none to put back: a hectl that
// is killed at any moment leaves all databases renamed, or none; the server may
// hold the locks for the rest of those 5 seconds. Cancelling ctx rolls back;
// once the COMMIT is on its way its answer is waited for.
//
// Sessions that may not be terminated, or do not go, are a *BusyError, and so
// are prepared transactions.
func SwapDatabases(ctx context.Context, conn Conn, renames []Rename, opt SwapOptions) error {
	a, b, done, err := twoSessions(ctx, conn, opt.AppName)
	if err != nil {
		return err
	}
	defer done()

	s := swap{renamer: a, statements: opt.Statements, renames: renames, check: opt.Check}
	var names []string
	for i, r := range renames {
		if name := nameBefore(renames[:i], r.From); name == r.From {
			names = append(names, name)
		}
	}
	e, err := newEviction(ctx, b, names, opt.Attempts)
	if err != nil {
		return s.explain(err)
	}
	last := len(renames) - 1
	s.last = e.oids[nameBefore(renames[:last], renames[last].From)]
	return s.explain(e.during(ctx, s.rename))
}

// nameBefore returns what a database was called before these renames.
func nameBefore(renames []Rename, name string) string {
	for _, r := range slices.Backward(renames) {
		if r.To == name {
			name = r.From
		}
	}
	return name
}

type swap struct {
	renamer    *DB
	statements []string
	renames    []Rename
	check      func(ctx context.Context, tx *Tx) error // nil: none
	last       uint32                                  // oid of the database that is renamed last
}

// rename is the transaction.
func (s *swap) rename(ctx context.Context) error {
	tx, err := s.renamer.pg.Begin(ctx)
	if err != nil {
		return sqlError(ctx, err)
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	defer func() { _ = tx.Rollback(ending) }() // nothing after a commit

	t := &Tx{tx}
	// A lock is held by somebody who is about to go, or copies the database.
	if _, err := t.Exec(ctx, "SET LOCAL lock_timeout = '10s'"); err != nil {
		return err
	}
	for _, sql := range s.statements {
		if _, err := t.Exec(ctx, sql); err != nil {
			return err
		}
	}
	for _, r := range s.renames {
		if _, err := t.Exec(ctx, "ALTER DATABASE "+Quote(r.From)+" RENAME TO "+Quote(r.To)); err != nil {
			return err
		}
	}
	if s.check != nil {
		if err := s.check(ctx, t); err != nil {
			return err
		}
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	err = tx.Commit(ending)
	if err == nil || SQLState(err) != "" {
		return sqlError(ending, err)
	}
	renamed, unknown := s.renamed(ending)
	switch {
	case unknown != nil:
		return fmt.Errorf("the connection broke during COMMIT, and what has become of it cannot be found out (%w): %w", unknown, err)
	case renamed:
		return nil
	default:
		return err
	}
}

// renamed finds out, on a new connection, what has become of a COMMIT that was
// not answered.
func (s *swap) renamed(ctx context.Context) (bool, error) {
	db, err := ConnectMaintenance(ctx, s.renamer.conn, "hectl")
	if err != nil {
		return false, err
	}
	defer db.Close(ctx)
	last := s.renames[len(s.renames)-1]
	var name string
	err = db.QueryRow(ctx, "SELECT datname FROM pg_catalog.pg_database WHERE oid = $1", s.last).Scan(&name)
	return name == last.To, err
}

// explain says what was tried, and gives a hint.
func (s *swap) explain(err error) error {
	if err == nil {
		return nil
	}
	names := make([]string, len(s.renames))
	for i, r := range s.renames {
		names[i] = r.From + " to " + r.To
	}
	code, hint := fault.Failed, ""
	var busy *BusyError
	switch {
	case errors.As(err, &busy):
		hint = busy.hint()
	case IsDenied(err):
		code, hint = fault.Denied, "the role must own the databases, and have CREATEDB (ALTER ROLE … CREATEDB)"
	case SQLState(err) == stateLockTimeout:
		hint = "another session creates a database from one of them, or changes it: try again"
	}
	err = fmt.Errorf("rename databases (%s): %w", strings.Join(names, ", "), err)
	if hint == "" {
		return err
	}
	return fault.Wrap(code, hint, err)
}

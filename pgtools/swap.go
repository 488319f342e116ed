package pgtools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Rename is one step of a swap.
type Rename struct{ From, To string }

// SQL returns the statement that renames the database.
func (r Rename) SQL() string {
	return "ALTER DATABASE " + Quote(r.From) + " RENAME TO " + Quote(r.To)
}

// SwapOptions are the options of SwapDatabases. The zero value is valid.
type SwapOptions struct {
	AppName  string // name in pg_stat_activity; "" means hectl
	Attempts int    // how many times to wait 5 seconds for sessions to end; 0 means 3
	// Statements run in the transaction, before the renames.
	Statements []string
	// Check runs in the transaction, after the renames and before the commit. Until the
	// commit the databases have no sessions, and none can begin. An error from Check rolls
	// back the transaction.
	Check func(ctx context.Context, tx *Tx) error
}

// SwapDatabases renames databases in the given order, all or none, and terminates all
// sessions in them. A database may be renamed twice, which allows two databases to be
// swapped through a third name. The role must own the databases and have CREATEDB. It may
// terminate sessions of its own roles or, with pg_signal_backend, all but those of
// superusers.
//
// The renames run in one transaction. ALTER DATABASE … RENAME takes an AccessExclusiveLock
// on the database, and then waits up to 5 seconds until its sessions have ended. A new
// backend takes a RowExclusiveLock on its database before RENAME counts it as a session, so
// new connections wait from then on. Meanwhile a second connection terminates the existing
// sessions. After the commit, the waiting clients get an error that the database was
// renamed; their next attempt reaches the new one.
//
// SwapDatabases changes no setting to keep clients out, so nothing has to be restored
// later. If hectl is killed at any moment, either all databases are renamed or none, and
// the server may hold the locks for the rest of the 5 seconds. Canceling ctx rolls back,
// unless COMMIT was sent: then SwapDatabases waits for the answer.
//
// The error is a *BusyError for prepared transactions and for sessions that do not end or
// that the role cannot terminate.
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

// nameBefore returns the name of a database before these renames.
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
	check      func(ctx context.Context, tx *Tx) error // may be nil
	last       uint32                                  // oid of the database renamed last
}

func (s *swap) rename(ctx context.Context) error {
	tx, err := s.renamer.pg.Begin(ctx)
	if err != nil {
		return sqlError(ctx, err)
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	defer func() { _ = tx.Rollback(ending) }() // does nothing after a commit

	t := &Tx{tx}
	// A session that holds a conflicting lock will soon end or copy the database: do not
	// wait for long.
	if _, err := t.Exec(ctx, "SET LOCAL lock_timeout = '10s'"); err != nil {
		return err
	}
	for _, sql := range s.statements {
		if _, err := t.Exec(ctx, sql); err != nil {
			return err
		}
	}
	for _, r := range s.renames {
		if _, err := t.Exec(ctx, r.SQL()); err != nil {
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
		return fmt.Errorf("the connection broke during COMMIT, and hectl cannot find out whether the databases were renamed (%w): %w", unknown, err)
	case renamed:
		return nil
	default:
		return err
	}
}

// renamed reports, over a new connection, whether a COMMIT without an answer succeeded.
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

func (s *swap) explain(err error) error {
	names := make([]string, len(s.renames))
	for i, r := range s.renames {
		names[i] = r.From + " to " + r.To
	}
	return explainEviction(err, "the databases", "one of them", "rename databases (%s)", strings.Join(names, ", "))
}

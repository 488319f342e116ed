package pgtools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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
}

// A BusyError says who keeps databases from being renamed. Nothing has been
// renamed then.
type BusyError struct {
	Sessions []Session // that did not go
	Refused  bool      // the role may not terminate them
	Prepared []string  // prepared transactions, by their identifier
	cause    error     // the server's, nil for prepared transactions
}

// Error names the sessions or the prepared transactions.
func (e *BusyError) Error() string {
	switch {
	case len(e.Prepared) > 0:
		return "prepared transactions: " + strings.Join(e.Prepared, ", ")
	case e.Refused:
		return "sessions that may not be terminated: " + describeSessions(e.Sessions)
	case len(e.Sessions) > 0:
		return "sessions that do not go: " + describeSessions(e.Sessions)
	default:
		return e.cause.Error()
	}
}

// Unwrap returns the server's error, if it was one.
func (e *BusyError) Unwrap() error { return e.cause }

// SwapDatabases renames databases in the given order, all of them or none, and
// terminates every session in them. The role has to own them and to have
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
	if opt.AppName == "" {
		opt.AppName = "hectl"
	}
	if opt.Attempts == 0 {
		opt.Attempts = 3
	}
	a, err := ConnectMaintenance(ctx, conn, opt.AppName)
	if err != nil {
		return err
	}
	defer a.Close(ctx)
	b, err := ConnectMaintenance(ctx, conn, opt.AppName)
	if err != nil {
		return err
	}
	defer b.Close(ctx)

	s := swap{renamer: a, terminator: b, statements: opt.Statements, renames: renames, refused: map[int]bool{}}
	if err := s.prepare(ctx); err != nil {
		return s.explain(err)
	}
	for attempt := 1; ; attempt++ {
		err := s.try(ctx)
		if SQLState(err) != stateObjectInUse {
			return s.explain(err)
		}
		busy := s.busy(ctx, err)
		if busy.Refused || attempt >= opt.Attempts {
			return s.explain(busy)
		}
	}
}

type swap struct {
	renamer    *DB
	terminator *DB
	statements []string
	renames    []Rename
	oids       []uint32     // of the databases to be renamed
	refused    map[int]bool // process ids of the sessions that may not be terminated
}

// prepare looks at what would make the swap fail for certain.
func (s *swap) prepare(ctx context.Context) error {
	for _, r := range s.renames {
		var oid uint32
		err := s.renamer.QueryRow(ctx, "SELECT oid FROM pg_catalog.pg_database WHERE datname = $1", r.From).Scan(&oid)
		if IsNoRows(err) {
			return fmt.Errorf("database %s does not exist", r.From)
		}
		if err != nil {
			return err
		}
		s.oids = append(s.oids, oid)
	}
	prepared, err := Rows[string](ctx, s.renamer, `
		SELECT p.gid || ' (in ' || p.database || ', by ' || p.owner || ')'
		FROM pg_catalog.pg_prepared_xacts p JOIN pg_catalog.pg_database d ON d.datname = p.database
		WHERE d.oid = ANY($1) ORDER BY 1`, s.oids)
	if err == nil && len(prepared) > 0 {
		return &BusyError{Prepared: prepared}
	}
	return err
}

// try renames while sessions are being terminated.
func (s *swap) try(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	through := make(chan struct{})
	var terminating sync.WaitGroup
	terminating.Go(func() {
		if err := s.keepTerminating(ctx, through); err != nil {
			cancel(err)
		}
	})
	err := s.rename(ctx)
	close(through)
	terminating.Wait()
	return err
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
	last := len(s.renames) - 1
	var name string
	err = db.QueryRow(ctx, "SELECT datname FROM pg_catalog.pg_database WHERE oid = $1", s.oids[last]).Scan(&name)
	return name == s.renames[last].To, err
}

// keepTerminating terminates sessions until the renames are through. A refusal
// is only noted: the session may end by itself within the server's 5 seconds.
// It goes by oid and old name, so that a round which comes too late does not
// find those who connect to the successor.
func (s *swap) keepTerminating(ctx context.Context, through <-chan struct{}) error {
	for {
		clear(s.refused)
		for i, r := range s.renames {
			refused, err := s.terminator.terminate(ctx, s.oids[i], r.From)
			if err != nil {
				return err
			}
			for _, session := range refused {
				s.refused[session.PID] = true
			}
		}
		select {
		case <-through:
			return nil
		case <-ctx.Done():
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// busy names the sessions after the server has said that there are some.
func (s *swap) busy(ctx context.Context, cause error) *BusyError {
	e := &BusyError{cause: cause}
	for _, r := range s.renames {
		list, err := s.terminator.Sessions(ctx, r.From)
		if err != nil {
			continue // the cause says enough
		}
		for _, session := range list {
			if session.User == "" {
				continue // the server's own: autovacuum makes way by itself
			}
			e.Refused = e.Refused || s.refused[session.PID]
			e.Sessions = append(e.Sessions, session)
		}
	}
	return e
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
	case errors.As(err, &busy) && len(busy.Prepared) > 0:
		hint = "end them with COMMIT PREPARED or ROLLBACK PREPARED"
	case errors.As(err, &busy):
		hint = "disconnect them, or have a superuser terminate them (pg_terminate_backend), and try again"
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

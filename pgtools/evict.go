package pgtools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// A BusyError names the sessions or prepared transactions that prevent databases from being
// renamed or copied. No database has changed.
type BusyError struct {
	Sessions []Session // the sessions that did not end
	Refused  bool      // the role cannot terminate them
	Prepared []string  // identifiers of prepared transactions
	cause    error     // the server's error; nil for prepared transactions
}

// Error names the sessions or the prepared transactions.
func (e *BusyError) Error() string {
	switch {
	case len(e.Prepared) > 0:
		return "prepared transactions: " + strings.Join(e.Prepared, ", ")
	case e.Refused:
		return "sessions that the role cannot terminate: " + describeSessions(e.Sessions)
	case len(e.Sessions) > 0:
		return "sessions that do not end: " + describeSessions(e.Sessions)
	default:
		return e.cause.Error()
	}
}

// Unwrap returns the server's error, if there is one.
func (e *BusyError) Unwrap() error { return e.cause }

func (e *BusyError) hint() string {
	if len(e.Prepared) > 0 {
		return "end them with COMMIT PREPARED or ROLLBACK PREPARED"
	}
	return "disconnect them, or have a superuser terminate them (pg_terminate_backend), and try again"
}

// explainEviction adds the operation and a hint to the error of a statement that needs
// databases without sessions. databases and them are the words for these databases in the
// hint.
func explainEviction(err error, databases, them, format string, args ...any) error {
	if err == nil {
		return nil
	}
	code, hint := fault.Failed, ""
	var busy *BusyError
	switch {
	case errors.As(err, &busy):
		hint = busy.hint()
	case IsDenied(err):
		code, hint = fault.Denied, "use a role that owns "+databases+" and has CREATEDB (ALTER ROLE … CREATEDB)"
	case SQLState(err) == stateLockTimeout:
		hint = "try again: another session creates a database from " + them + " or changes it"
	}
	err = wrap(err, format, args...)
	if hint == "" {
		return err
	}
	return fault.Wrap(code, hint, err)
}

// twoSessions connects twice: one session runs the statement, the other terminates the
// sessions that block it. An empty appName means "hectl". done closes both.
func twoSessions(ctx context.Context, conn Conn, appName string) (works, evicts *DB, done func(), err error) {
	appName = cmp.Or(appName, "hectl")
	if works, err = ConnectMaintenance(ctx, conn, appName); err != nil {
		return nil, nil, nil, err
	}
	if evicts, err = ConnectMaintenance(ctx, conn, appName); err != nil {
		works.Close(ctx)
		return nil, nil, nil, err
	}
	return works, evicts, func() {
		evicts.Close(ctx)
		works.Close(ctx)
	}, nil
}

// An eviction terminates the sessions in databases while another session runs a
// statement that needs the databases without sessions.
type eviction struct {
	db       *DB
	names    []string
	oids     map[string]uint32
	attempts int          // how many times to wait 5 seconds for sessions to end
	refused  map[int]bool // process IDs of sessions that the role cannot terminate
}

// newEviction returns an error if the eviction is certain to fail.
func newEviction(ctx context.Context, db *DB, names []string, attempts int) (*eviction, error) {
	e := &eviction{db: db, names: names, attempts: cmp.Or(attempts, 3), oids: map[string]uint32{}, refused: map[int]bool{}}
	var oids []uint32
	for _, name := range names {
		var oid uint32
		err := db.QueryRow(ctx, "SELECT oid FROM pg_catalog.pg_database WHERE datname = $1", name).Scan(&oid)
		if IsNoRows(err) {
			return nil, fmt.Errorf("database %s does not exist", name)
		}
		if err != nil {
			return nil, err
		}
		e.oids[name] = oid
		oids = append(oids, oid)
	}
	prepared, err := Rows[string](ctx, db, `
		SELECT p.gid || ' (in ' || p.database || ', by ' || p.owner || ')'
		FROM pg_catalog.pg_prepared_xacts p JOIN pg_catalog.pg_database d ON d.datname = p.database
		WHERE d.oid = ANY($1) ORDER BY 1`, oids)
	if err == nil && len(prepared) > 0 {
		err = &BusyError{Prepared: prepared}
	}
	return e, err
}

// during runs work while it terminates sessions. work waits until the databases have no
// sessions, or fails with SQLSTATE 55006. The error is a *BusyError if sessions remain.
func (e *eviction) during(ctx context.Context, work func(context.Context) error) error {
	for attempt := 1; ; attempt++ {
		err := e.try(ctx, work)
		if SQLState(err) != stateObjectInUse {
			return err
		}
		busy := e.busy(ctx, err)
		if busy.Refused || attempt >= e.attempts {
			return busy
		}
	}
}

func (e *eviction) try(ctx context.Context, work func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	through := make(chan struct{})
	var terminating sync.WaitGroup
	terminating.Go(func() {
		if err := e.keepTerminating(ctx, through); err != nil {
			cancel(err)
		}
	})
	err := work(ctx)
	close(through)
	terminating.Wait()
	return err
}

// keepTerminating terminates sessions until through is closed. It only records sessions
// that the role cannot terminate, because they may end within the server's 5 seconds. It
// selects sessions by both oid and name of their database: a late round after a rename must
// not terminate sessions in the new database with that name.
func (e *eviction) keepTerminating(ctx context.Context, through <-chan struct{}) error {
	for {
		clear(e.refused)
		for _, name := range e.names {
			refused, err := e.db.terminate(ctx, e.oids[name], name)
			if err != nil {
				return err
			}
			for _, session := range refused {
				e.refused[session.PID] = true
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

// busy returns the error with the remaining sessions.
func (e *eviction) busy(ctx context.Context, cause error) *BusyError {
	b := &BusyError{cause: cause}
	for _, name := range e.names {
		list, err := e.db.Sessions(ctx, name)
		if err != nil {
			continue // cause alone is enough
		}
		for _, session := range list {
			if session.User == "" {
				continue // a worker of the server; autovacuum stops by itself
			}
			b.Refused = b.Refused || e.refused[session.PID]
			b.Sessions = append(b.Sessions, session)
		}
	}
	return b
}

package pgtools

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// A BusyError says who keeps databases from being renamed or copied. Nothing has
// been done then.
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

// hint says what to do about it.
func (e *BusyError) hint() string {
	if len(e.Prepared) > 0 {
		return "end them with COMMIT PREPARED or ROLLBACK PREPARED"
	}
	return "disconnect them, or have a superuser terminate them (pg_terminate_backend), and try again"
}

// twoSessions connects twice: what a statement of the one waits for, the other
// terminates. appName "" is hectl's. done ends both.
func twoSessions(ctx context.Context, conn Conn, appName string) (works, evicts *DB, done func(), err error) {
	if appName == "" {
		appName = "hectl"
	}
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

// An eviction terminates the sessions in databases while another session does
// what needs them to be empty.
type eviction struct {
	db       *DB
	names    []string
	oids     map[string]uint32
	attempts int          // how often to wait 5 seconds for sessions to go
	refused  map[int]bool // process ids of the sessions that may not be terminated
}

// newEviction looks at what would make it fail for certain.
func newEviction(ctx context.Context, db *DB, names []string, attempts int) (*eviction, error) {
	if attempts == 0 {
		attempts = 3
	}
	e := &eviction{db: db, names: names, attempts: attempts, oids: map[string]uint32{}, refused: map[int]bool{}}
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

// during runs work, which waits for the databases to be empty and fails with
// SQLSTATE 55006 when they do not become so, while their sessions are being
// terminated. Sessions that stay are a *BusyError.
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

// keepTerminating terminates sessions until the work is through. A refusal is
// only noted: the session may end by itself within the server's 5 seconds. It
// goes by oid and name, so that after a rename a round which comes too late does
// not find those who connect to the successor.
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

// busy names the sessions after the server has said that there are some.
func (e *eviction) busy(ctx context.Context, cause error) *BusyError {
	b := &BusyError{cause: cause}
	for _, name := range e.names {
		list, err := e.db.Sessions(ctx, name)
		if err != nil {
			continue // the cause says enough
		}
		for _, session := range list {
			if session.User == "" {
				continue // the server's own: autovacuum makes way by itself
			}
			b.Refused = b.Refused || e.refused[session.PID]
			b.Sessions = append(b.Sessions, session)
		}
	}
	return b
}

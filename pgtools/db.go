package pgtools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// A DB is one connection to a server. Only one goroutine may use it at a time.
type DB struct {
	conn    Conn
	pg      *pgx.Conn
	version Version
	locked  bool // TryLock took an advisory lock
}

// A Querier runs SQL: a *DB or a *Tx.
type Querier interface {
	// Exec runs a statement, or several if there are no arguments. It returns the number of
	// rows that the last one affected.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)
	// QueryRow runs a query that returns at most one row.
	QueryRow(ctx context.Context, sql string, args ...any) Row

	query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// A Row is the result of QueryRow. If there is no row, the error of Scan satisfies
// IsNoRows.
type Row interface {
	Scan(dest ...any) error
}

// Connect connects to c. The session is called appName in pg_stat_activity. Connect
// overrides timeouts and read-only mode in the settings of the role and the database, which
// are meant for the application and not for a restore that takes an hour.
//
// The error has a hint. See also IsNoDatabase.
func Connect(ctx context.Context, c Conn, appName string) (*DB, error) {
	return connect(ctx, c, appName, map[string]string{
		"statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0",
		"default_transaction_read_only": "off", "default_transaction_isolation": "read committed", "default_transaction_deferrable": "off",
	}, fixedSetting{"transaction_timeout", "0"}, fixedSetting{"idle_session_timeout", "0"})
}

// ConnectReadOnly is like Connect, but for a database in use. The session may not write.
// ConnectReadOnly turns off only the timeouts for statements and for sessions that are idle
// outside a transaction.
func ConnectReadOnly(ctx context.Context, c Conn, appName string) (*DB, error) {
	return connect(ctx, c, appName, map[string]string{
		"statement_timeout": "0", "default_transaction_read_only": "on", "default_transaction_deferrable": "off",
	}, fixedSetting{"idle_session_timeout", "0"})
}

// connect connects with the initial settings, which already apply to the first statement.
// It then applies the other settings, except those that the server does not recognize. A
// server that does not recognize an initial setting refuses the session.
func connect(ctx context.Context, c Conn, appName string, initial map[string]string, settings ...fixedSetting) (*DB, error) {
	c, err := c.fresh(ctx)
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, c, appName, initial)
	if err != nil {
		return nil, err
	}
	number, err := db.prepare(ctx, settings)
	if err != nil && db.Broken() && ctx.Err() == nil {
		maps.Copy(initial, db.sessionLimits())
		if again, failed := open(ctx, c, appName, initial); failed == nil {
			db.Close(ctx)
			db = again
			number, err = db.prepare(ctx, settings)
		}
	}
	if err != nil {
		db.Close(ctx)
		return nil, fmt.Errorf("connect to %v: %w", c, err)
	}
	db.version = Version{number / 10000, number % 10000} // 150018 means 15.18
	return db, nil
}

func open(ctx context.Context, c Conn, appName string, initial map[string]string) (*DB, error) {
	cfg, err := c.withSettings(initial).pgxConfig(appName)
	if err != nil {
		return nil, err
	}
	pg, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, connectError(ctx, c, err)
	}
	return &DB{conn: c, pg: pg}, nil
}

// sessionLimits returns initial settings that turn off timeouts that only newer servers
// have. Such a timeout of a few milliseconds would end the session before prepare can turn
// it off.
func (db *DB) sessionLimits() map[string]string {
	version, err := ParseVersion(db.pg.PgConn().ParameterStatus("server_version"))
	limits := map[string]string{}
	if err == nil && version.Major >= 14 {
		limits["idle_session_timeout"] = "0"
	}
	if err == nil && version.Major >= 17 {
		limits["transaction_timeout"] = "0"
	}
	return limits
}

// prepare applies settings and returns the server's version.
func (db *DB) prepare(ctx context.Context, settings []fixedSetting) (version int, err error) {
	names, values := columns(settings)
	err = db.QueryRow(ctx, `
		SELECT pg_catalog.current_setting('server_version_num')::int, (
			SELECT count(pg_catalog.set_config(s.name, f.value, false))
			FROM (SELECT ($1::text[])[i] AS name, ($2::text[])[i] AS value FROM pg_catalog.generate_subscripts($1::text[], 1) i) f
			JOIN pg_catalog.pg_settings s ON s.name = f.name)`, names, values).Scan(&version, nil)
	return version, err
}

// ConnectMaintenance connects to the database postgres on the server of c, or to
// template1 if postgres does not exist. Use it for work on other databases and for
// locks, which exclude each other only within one database.
func ConnectMaintenance(ctx context.Context, c Conn, appName string) (*DB, error) {
	db, err := Connect(ctx, c.WithDatabase("postgres"), appName)
	if IsNoDatabase(err) {
		return Connect(ctx, c.WithDatabase("template1"), appName)
	}
	return db, err
}

// Close closes the connection within 5 seconds, even if ctx is canceled.
func (db *DB) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if db.locked { // otherwise the lock lasts until the server notices the end of the session
		_, _ = db.Exec(ctx, "SELECT pg_catalog.pg_advisory_unlock_all()")
	}
	_ = db.pg.Close(ctx) // an error no longer matters
	select {
	case <-db.pg.PgConn().CleanupDone():
	case <-ctx.Done():
	}
}

// Broken reports whether the connection is closed, so that db can no longer be used.
func (db *DB) Broken() bool { return db.pg.IsClosed() }

// Conn returns the settings that db was connected with.
func (db *DB) Conn() Conn { return db.conn }

// ServerVersion returns the server's version.
func (db *DB) ServerVersion() Version { return db.version }

// BackendPID returns the process ID of this session's backend.
func (db *DB) BackendPID() int { return int(db.pg.PgConn().PID()) }

// Exec implements Querier.
func (db *DB) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := db.pg.Exec(ctx, sql, args...)
	return tag.RowsAffected(), sqlError(ctx, err)
}

// QueryRow implements Querier.
func (db *DB) QueryRow(ctx context.Context, sql string, args ...any) Row {
	return row{ctx, db.pg.QueryRow(ctx, sql, args...)}
}

func (db *DB) query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return db.pg.Query(ctx, sql, args...)
}

// CopyIn runs a COPY … FROM STDIN statement with the data of r, and returns the number of
// rows. It returns errors from r. CopyIn calls r.Read in another goroutine; Read must
// return soon after ctx is canceled. If the connection breaks, Read may still be running
// when CopyIn returns.
func (db *DB) CopyIn(ctx context.Context, sql string, r io.Reader) (int64, error) {
	return copyIn(ctx, db.pg, sql, r)
}

func copyIn(ctx context.Context, conn *pgx.Conn, sql string, r io.Reader) (int64, error) {
	source := &errReader{r: r}
	tag, err := conn.PgConn().CopyFrom(ctx, source, sql)
	if cause := source.failure(); err != nil && cause != nil {
		return 0, cause
	}
	return tag.RowsAffected(), sqlError(ctx, err)
}

// An errReader keeps the error of r for another goroutine.
type errReader struct {
	r   io.Reader
	mu  sync.Mutex
	err error
}

func (e *errReader) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		e.mu.Lock()
		e.err = err
		e.mu.Unlock()
	}
	return n, err
}

func (e *errReader) failure() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// A Tx is a transaction; see InTx.
type Tx struct{ tx pgx.Tx }

// Exec implements Querier.
func (t *Tx) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := t.tx.Exec(ctx, sql, args...)
	return tag.RowsAffected(), sqlError(ctx, err)
}

// QueryRow implements Querier.
func (t *Tx) QueryRow(ctx context.Context, sql string, args ...any) Row {
	return row{ctx, t.tx.QueryRow(ctx, sql, args...)}
}

func (t *Tx) query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return t.tx.Query(ctx, sql, args...)
}

// CopyIn is like DB.CopyIn, in the transaction.
func (t *Tx) CopyIn(ctx context.Context, sql string, r io.Reader) (int64, error) {
	return copyIn(ctx, t.tx.Conn(), sql, r)
}

// InTx runs fn in a transaction. It commits if fn returns nil, and rolls back otherwise
// or if ctx is canceled before the commit.
func (db *DB) InTx(ctx context.Context, fn func(tx *Tx) error) error {
	tx, err := db.pg.Begin(ctx)
	if err != nil {
		return sqlError(ctx, err)
	}
	defer func() {
		// After a commit, Rollback does nothing.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = tx.Rollback(ctx)
	}()
	if err := fn(&Tx{tx}); err != nil {
		return err
	}
	return sqlError(ctx, tx.Commit(ctx))
}

// Rows runs a query and returns its rows. T is a struct whose fields take the columns by
// position, or the type of a single column.
func Rows[T any](ctx context.Context, q Querier, sql string, args ...any) ([]T, error) {
	rows, err := q.query(ctx, sql, args...)
	if err != nil {
		return nil, sqlError(ctx, err)
	}
	scan := pgx.RowTo[T]
	if t := reflect.TypeFor[T](); t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]() {
		scan = pgx.RowToStructByPos[T]
	}
	out, err := pgx.CollectRows(rows, scan)
	return out, sqlError(ctx, err)
}

type row struct {
	ctx context.Context //nolint:containedctx // only to word the error
	row pgx.Row
}

func (r row) Scan(dest ...any) error { return sqlError(r.ctx, r.row.Scan(dest...)) }

// Quote quotes an identifier.
func Quote(ident string) string { return pgx.Identifier{ident}.Sanitize() }

package pgtools

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/rubyforgood/hectl/internal/readers"
)

// A Snapshot is a session that sees a database as of one moment. Several sessions can share
// a snapshot. The session is set up like pg_dump's, so its COPY writes the same text. Only
// one goroutine may use it at a time.
type Snapshot struct {
	db *DB
	id string
}

// snapshotSettings returns the settings of a pg_dump session that determine how COPY writes
// values, and whether it may read all rows.
func snapshotSettings() []fixedSetting {
	return []fixedSetting{
		{"DateStyle", "ISO"},
		{"IntervalStyle", "postgres"},
		{"extra_float_digits", "3"},
		{"synchronize_seqscans", "off"},
		{"row_security", "off"},
		{"search_path", ""},
		{"restrict_nonsystem_relation_kind", "view, foreign-table"},
		{"lock_timeout", "0"},
		{"transaction_timeout", "0"},
		{"idle_in_transaction_session_timeout", "0"},
		{"idle_session_timeout", "0"},
		// Read a range of a table with a TID range scan, in order, without parallel
		// workers.
		{"enable_tidscan", "on"},
		{"max_parallel_workers_per_gather", "0"},
		{"jit", "off"},
	}
}

// ExportSnapshot connects to c and takes a snapshot that other sessions can import until
// this one ends.
func ExportSnapshot(ctx context.Context, c Conn, appName string) (*Snapshot, error) {
	s, err := openSnapshot(ctx, c, appName)
	if err != nil {
		return nil, err
	}
	if err := s.db.QueryRow(ctx, "SELECT pg_catalog.pg_export_snapshot()").Scan(&s.id); err != nil {
		s.Close(ctx)
		return nil, fmt.Errorf("export a snapshot: %w", err)
	}
	return s, nil
}

// ImportSnapshot connects to c and uses the snapshot with an ID from ExportSnapshot.
func ImportSnapshot(ctx context.Context, c Conn, appName, id string) (*Snapshot, error) {
	s, err := openSnapshot(ctx, c, appName)
	if err != nil {
		return nil, err
	}
	if _, err := s.db.Exec(ctx, "SET TRANSACTION SNAPSHOT "+QuoteLiteral(id)); err != nil {
		s.Close(ctx)
		return nil, fmt.Errorf("import the snapshot: %w", err)
	}
	s.id = id
	return s, nil
}

func openSnapshot(ctx context.Context, c Conn, appName string) (*Snapshot, error) {
	initial := dumpSettings()
	initial["default_transaction_deferrable"] = "off"
	db, err := connect(ctx, c, appName, initial, snapshotSettings()...)
	if err != nil {
		return nil, err
	}
	if _, err := db.Exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"); err != nil {
		db.Close(ctx)
		return nil, err
	}
	return &Snapshot{db: db}, nil
}

// ID returns the snapshot's ID for ImportSnapshot and DumpOptions.
func (s *Snapshot) ID() string { return s.id }

// ServerVersion returns the server's version.
func (s *Snapshot) ServerVersion() Version { return s.db.ServerVersion() }

// spareSessions is the number of the server's connections left to others.
const spareSessions = 3

// FreeSessions returns how many more sessions the limits of the role, the database and the
// server allow. It leaves spareSessions of the server's connections to others.
func (s *Snapshot) FreeSessions(ctx context.Context) (n int, err error) {
	err = s.db.QueryRow(ctx, `
		SELECT least(
			(SELECT nullif(rolconnlimit, -1) FROM pg_catalog.pg_roles WHERE rolname = session_user)
				- count(*) FILTER (WHERE usesysid = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user)),
			(SELECT nullif(datconnlimit, -1) FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
				- count(*) FILTER (WHERE datname = pg_catalog.current_database()),
			(SELECT sum(CASE name WHEN 'max_connections' THEN setting::int ELSE -setting::int END) FROM pg_catalog.pg_settings
				WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections'))
				- count(*) - $1)
		FROM pg_catalog.pg_stat_activity WHERE datid IS NOT NULL`, spareSessions).Scan(&n)
	return n, wrap(err, "count the sessions")
}

// Lockable returns how many table locks the server has memory for, across all sessions.
func (s *Snapshot) Lockable(ctx context.Context) (n int, err error) {
	err = s.db.QueryRow(ctx, `
		SELECT pg_catalog.current_setting('max_locks_per_transaction')::int
			* (pg_catalog.current_setting('max_connections')::int + pg_catalog.current_setting('max_prepared_transactions')::int)`).Scan(&n)
	return n, wrap(err, "read the lock limit")
}

// SetEncoding sets the encoding of SQL and rows to the one with this Postgres name.
func (s *Snapshot) SetEncoding(ctx context.Context, name string) error {
	_, err := s.db.Exec(ctx, "SET client_encoding = "+QuoteLiteral(name))
	return wrap(err, "set the encoding to %s", name)
}

// lockBatch is how many tables one statement locks.
const lockBatch = 500

// Lock takes an ACCESS SHARE lock on each table, given by its quoted name in the encoding
// of the session. The lock prevents dropping, truncating and rewriting a table; a snapshot
// does not. Lock never waits: if another session is queued behind a lock of the same run,
// waiting behind that session would take forever. Call Lock before CopyOut, even with no
// tables.
func (s *Snapshot) Lock(ctx context.Context, tables []string) error {
	for len(tables) > 0 {
		n := min(len(tables), lockBatch)
		_, err := s.db.Exec(ctx, "LOCK TABLE ONLY "+strings.Join(tables[:n], ", ONLY ")+" IN ACCESS SHARE MODE NOWAIT")
		if err != nil {
			return fmt.Errorf("lock the tables: %w", err)
		}
		tables = tables[n:]
	}
	_, err := s.db.Exec(ctx, "SAVEPOINT locked")
	return err
}

// A TableExtent has the catalog's facts about a table whose rows are read.
type TableExtent struct {
	OID       uint32
	Kind      string // relkind
	Pages     int64  // size of the main fork, at least what the snapshot sees
	Heap      bool   // the access method is heap, so ranges of pages can be read
	Condition string // SQL condition for the rows of an extension's configuration table; "" means all
}

// Extents returns the extents of tables by oid.
func (s *Snapshot) Extents(ctx context.Context, oids []uint32) (map[uint32]TableExtent, error) {
	list, err := Rows[TableExtent](ctx, s.db, `
		SELECT c.oid, c.relkind::text,
			pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int8, coalesce(am.amname = 'heap', false),
			coalesce((
				SELECT e.extcondition[i] FROM pg_catalog.pg_extension e, pg_catalog.generate_subscripts(e.extconfig, 1) i
				WHERE e.extconfig[i] = c.oid), '')
		FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
		WHERE c.oid = ANY ($1)`, oids)
	if err != nil {
		return nil, wrap(err, "look up the tables")
	}
	extents := make(map[uint32]TableExtent, len(list))
	for _, t := range list {
		extents[t.OID] = t
	}
	return extents, nil
}

// CopyOut runs a COPY … TO STDOUT statement. Earlier statements can change its settings. w
// gets each row in a separate Write. CopyOut returns errors from w, after which the
// connection is broken.
//
// A query in COPY locks the indexes of its tables. REINDEX would wait for these locks, and
// meanwhile block writes to the table. CopyOut releases them.
func (s *Snapshot) CopyOut(ctx context.Context, sql string, w io.Writer) error {
	kept := &readers.FailingWriter{Writer: w}
	_, err := s.db.pg.PgConn().CopyTo(ctx, kept, sql+"; ROLLBACK TO SAVEPOINT locked")
	if kept.Err != nil {
		return kept.Err
	}
	return sqlError(ctx, err)
}

// An ObjectPart is a part of a large object.
type ObjectPart struct {
	OID  uint32
	Data []byte
}

// ObjectsStart returns up to limit bytes from the start of each large object, in the
// order of oids.
func (s *Snapshot) ObjectsStart(ctx context.Context, oids []uint32, limit int) ([]ObjectPart, error) {
	parts, err := Rows[ObjectPart](ctx, s.db, `
		SELECT l.oid, pg_catalog.lo_get(l.oid, 0, $2)
		FROM pg_catalog.unnest($1::pg_catalog.oid[]) WITH ORDINALITY l(oid, n) ORDER BY n`, oids, limit)
	return parts, wrap(err, "read large objects")
}

// ObjectPart returns up to limit bytes of a large object, starting at offset.
func (s *Snapshot) ObjectPart(ctx context.Context, oid uint32, offset int64, limit int) (data []byte, err error) {
	err = s.db.QueryRow(ctx, "SELECT pg_catalog.lo_get($1, $2, $3)", oid, offset, limit).Scan(&data)
	return data, wrap(err, "read large object %d", oid)
}

// Finish ends the transaction. An error means that the session was lost, so the snapshot
// and the locks may have ended early.
func (s *Snapshot) Finish(ctx context.Context) error {
	_, err := s.db.Exec(ctx, "COMMIT")
	return wrap(err, "end the session")
}

// Close ends the session.
func (s *Snapshot) Close(ctx context.Context) { s.db.Close(ctx) }

// InTransaction reports whether a session of the same role, called appName, that began
// after s, has an open transaction.
func (s *Snapshot) InTransaction(ctx context.Context, appName string) (open bool, err error) {
	// Without this call, the transaction would keep its first list of sessions.
	if _, err := s.db.Exec(ctx, "SELECT pg_catalog.pg_stat_clear_snapshot()"); err != nil {
		return false, wrap(err, "look for the session called %s", appName)
	}
	err = s.db.QueryRow(ctx, `
		SELECT EXISTS (SELECT
			FROM pg_catalog.pg_stat_activity a, pg_catalog.pg_stat_activity me
			WHERE me.pid = pg_catalog.pg_backend_pid() AND a.pid <> me.pid AND a.datid = me.datid AND a.usesysid = me.usesysid
			  AND a.application_name = $1 AND a.backend_start >= me.backend_start AND a.xact_start IS NOT NULL)`, appName).Scan(&open)
	return open, wrap(err, "look for the session called %s", appName)
}

package pgtools

import (
	"context"
	"strings"
)

// An Unreadable is a table or a sequence that belongs in a dump of the whole database, but
// whose rows the role cannot read. Each true field is a reason.
type Unreadable struct {
	Schema, Name string
	Sequence     bool
	NoUsage      bool // no USAGE on the schema
	NoSelect     bool // no SELECT on the relation
	RowSecurity  bool // row security hides rows from the role
	Unlogged     bool // the rows are not on this standby
}

// Unreadable returns the tables and sequences in db's database that the role cannot dump,
// ordered by name. Like pg_dump, it leaves out system schemas, and members of extensions
// except configuration tables. pg_dump does not read views and foreign tables.
func (db *DB) Unreadable(ctx context.Context) ([]Unreadable, error) {
	// The functions return NULL for objects that were dropped in the meantime.
	list, err := Rows[Unreadable](ctx, db, `
		SELECT nspname, relname, relkind = 'S', NOT usage, NOT "select", hidden, unlogged FROM (
			SELECT n.nspname, c.relname, c.relkind,
				coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), true) AS usage,
				coalesce(pg_catalog.has_table_privilege(c.oid, 'SELECT'), true) AS "select",
				c.relkind = 'r' AND c.relrowsecurity AND pg_catalog.row_security_active(c.oid) AS hidden,
				c.relkind <> 'p' AND c.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery() AS unlogged
			FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind IN ('r', 'p', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
			  AND NOT EXISTS (
				SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
				WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
				  AND d.refclassid = 'pg_catalog.pg_extension'::regclass AND coalesce(c.oid <> ALL (e.extconfig), true))
		) AS dumped
		WHERE NOT usage OR NOT "select" OR hidden OR unlogged
		ORDER BY nspname, relname`)
	return list, wrap(err, "look for tables that the role cannot read")
}

// UnreadableLargeObjects returns how many large objects the role cannot read,
// and the oid of one of them.
func (db *DB) UnreadableLargeObjects(ctx context.Context) (n int, example uint32, err error) {
	// PostgreSQL 18 added has_largeobject_privilege. Without an ACL, only the owner may
	// read.
	readable := `pg_catalog.pg_has_role(m.lomowner, 'USAGE') OR EXISTS (
		SELECT FROM pg_catalog.aclexplode(m.lomacl) acl WHERE acl.privilege_type = 'SELECT'
			AND CASE acl.grantee WHEN 0 THEN true ELSE pg_catalog.pg_has_role(acl.grantee, 'USAGE') END)`
	if db.version.Major >= 18 {
		readable = "coalesce(pg_catalog.has_largeobject_privilege(m.oid, 'SELECT'), true)"
	}
	err = db.QueryRow(ctx, strings.Replace(`
		SELECT count(*), coalesce(min(m.oid), 0) FROM pg_catalog.pg_largeobject_metadata m
		WHERE NOT pg_catalog.current_setting('lo_compat_privileges')::bool AND NOT ($readable)`, "$readable", readable, 1)).Scan(&n, &example)
	return n, example, wrap(err, "look for large objects that the role cannot read")
}

// RecoveryConflicts returns how many times a standby has canceled statements in this
// database because they conflicted with changes from the primary.
func (db *DB) RecoveryConflicts(ctx context.Context) (n int64, err error) {
	const query = `
		SELECT confl_tablespace + confl_lock + confl_snapshot + confl_bufferpin + confl_deadlock
		FROM pg_catalog.pg_stat_database_conflicts WHERE datname = pg_catalog.current_database()`
	err = db.QueryRow(ctx, query).Scan(&n)
	return n, wrap(err, "count recovery conflicts")
}

// IsStandby reports whether the server follows another one and is read-only.
func (db *DB) IsStandby(ctx context.Context) (standby bool, err error) {
	err = db.QueryRow(ctx, "SELECT pg_catalog.pg_is_in_recovery()").Scan(&standby)
	return standby, wrap(err, "ask whether the server is a standby")
}

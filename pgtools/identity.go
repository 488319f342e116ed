package pgtools

import "context"

// An Identity tells one database from all others, by whatever host name, address or
// tunnel its server is reached. Physical copies of a server (standbys, restored
// disk snapshots) share it with the original.
type Identity string

// Identity returns the identity of a database on the server: the system identifier
// that initdb gave the server, and the oid of the database. It returns "" for a
// database that does not exist. Every role may ask, unless EXECUTE on
// pg_control_system was revoked: then IsDenied reports so of the error.
func (db *DB) Identity(ctx context.Context, database string) (id Identity, err error) {
	err = db.QueryRow(ctx, `
		SELECT coalesce((SELECT c.system_identifier::text || '/' || d.oid::text
			FROM pg_catalog.pg_database d, pg_catalog.pg_control_system() c WHERE d.datname = $1), '')`, database).Scan(&id)
	return id, wrap(err, "identify database %s", database)
}

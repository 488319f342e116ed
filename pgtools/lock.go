package pgtools

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
)

// TryLock takes the advisory lock called name. Close releases it, and so does the end of
// the process. If another session holds the lock, held is false, and holder is that
// session, or nil if the session has just released the lock.
//
// Advisory locks exclude each other only within one database; see ConnectMaintenance.
func (db *DB) TryLock(ctx context.Context, name string) (held bool, holder *Session, err error) {
	key := lockKey(name)
	err = db.QueryRow(ctx, "SELECT pg_catalog.pg_try_advisory_lock($1)", key).Scan(&held)
	db.locked = db.locked || held
	if err != nil || held {
		return held, nil, wrap(err, "lock %s", name)
	}
	// pg_locks shows a 64-bit key as two halves, with objsubid 1.
	holders, err := Rows[Session](ctx, db, `
		SELECT `+sessionColumns+`
		FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
		WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
			AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
			AND l.classid::bigint = ($1::bigint >> 32) & 4294967295
			AND l.objid::bigint = $1::bigint & 4294967295`, key)
	if err != nil || len(holders) == 0 {
		return false, nil, wrap(err, "lock %s", name)
	}
	return false, &holders[0], nil
}

// lockKey returns the key of an advisory lock: the first 64 bits of the SHA-256 of
// "hectl:" and the name.
func lockKey(name string) int64 {
	sum := sha256.Sum256([]byte("hectl:" + name))
	return int64(binary.BigEndian.Uint64(sum[:8])) // a negative key is fine
}

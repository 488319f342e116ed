package target

import (
	"context"
	"fmt"
)

// IsUntouched reports whether no session can have changed a snapshot since hectl marked
// it. hectl gives a snapshot its mark and its name in one transaction, so both catalog
// rows have that transaction's ID. A session must first run ALTER DATABASE …
// ALLOW_CONNECTIONS, which writes a new row, as any other change of the database does.
func (s *Session) IsUntouched(ctx context.Context, snapshot Held) (untouched bool, err error) {
	err = s.DB.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_catalog.pg_database d
		JOIN pg_catalog.pg_shdescription c ON c.objoid = d.oid AND c.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass
		WHERE d.datname = $1 AND NOT d.datallowconn AND d.xmin = c.xmin)`, snapshot.Name).Scan(&untouched)
	if err != nil {
		return false, fmt.Errorf("check the snapshot %s: %w", snapshot.Snapshot.Name, err)
	}
	return untouched, nil
}

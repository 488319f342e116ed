package target

import (
	"context"
	"fmt"
	"time"

	"github.com/rubyforgood/hectl/pgtools"
)

// sourceTimeout limits the wait for the configured source, which only has to identify
// itself. Most laptops cannot reach it.
const sourceTimeout = 3 * time.Second

// askSource reads the identity of the configured source.
func (t *Target) askSource(ctx context.Context) (pgtools.Identity, error) {
	if t.source == nil {
		return "", nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, sourceTimeout, fmt.Errorf("no answer within %s", sourceTimeout))
	defer cancel()
	db, err := pgtools.ConnectReadOnly(ctx, *t.source, pgtools.RestoreApp)
	if err != nil {
		return "", err
	}
	defer db.Close(ctx)
	return db.Identity(ctx, t.source.Database())
}

// identify reads the identities of the target and its previous database from the server.
func (f *serverFacts) identify(ctx context.Context, admin *pgtools.DB, target, previous string) (err error) {
	if err := admin.QueryRow(ctx, "SELECT oid FROM pg_catalog.pg_database WHERE datname = $1", target).Scan(&f.OID); err != nil {
		return fmt.Errorf("identify database %s: %w", target, err)
	}
	if f.Identity, err = admin.Identity(ctx, target); err == nil {
		f.PreviousIdentity, err = admin.Identity(ctx, previous)
	}
	if pgtools.IsDenied(err) {
		f.Unidentified, err = true, nil
	}
	return err
}

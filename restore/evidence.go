package restore

import (
	"context"
	"fmt"
	"time"

	"github.com/rubyforgood/hectl/backup/catalog"
	"github.com/rubyforgood/hectl/pgtools"
)

// sourceTimeout bounds how long the configured source is waited for. The source is
// only asked who it is; most laptops cannot reach it.
const sourceTimeout = 3 * time.Second

// askSource asks the configured source for its identity.
func (r *run) askSource(ctx context.Context) (pgtools.Identity, error) {
	if r.source == nil {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, sourceTimeout)
	defer cancel()
	db, err := pgtools.ConnectReadOnly(ctx, *r.source, appName)
	if err != nil {
		return "", err
	}
	defer db.Close(ctx)
	return db.Identity(ctx, r.source.Database())
}

// sourceIdentity recognizes the database that a dump was made of; nil when the dump
// does not say.
func (d *dump) sourceIdentity() *catalog.SourceIdentity {
	if d.manifest == nil {
		return nil
	}
	return d.manifest.SourceIdentity
}

// identify asks the server who the target and its previous database are.
func (f *found) identify(ctx context.Context, admin *pgtools.DB, target, previous string) (err error) {
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

// environment returns the environment that a Rails application noted in its
// database, if that is production; else "". Applications may put something before
// and after the name of the table. unread is the name of one whose rows the role
// cannot see.
func environment(ctx context.Context, target pgtools.Conn) (value, unread string, err error) {
	db, err := pgtools.Connect(ctx, target, appName)
	if err != nil {
		return "", "", err
	}
	defer db.Close(context.WithoutCancel(ctx))
	// Without row_security, rows that a policy hides are an error instead of nothing.
	if _, err := db.Exec(ctx, "SET search_path = ''; SET row_security = off"); err != nil {
		return "", "", fmt.Errorf("inspect %s: %w", target, err)
	}
	type table struct {
		Schema, Name string
		Hidden       bool
	}
	tables, err := pgtools.Rows[table](ctx, db, `
		SELECT n.nspname::text, c.relname::text, pg_catalog.row_security_active(c.oid)
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relname LIKE '%ar\_internal\_metadata%' AND c.relkind IN ('r', 'p', 'v', 'm')
		  AND 2 = (SELECT count(*) FROM pg_catalog.pg_attribute a
		           WHERE a.attrelid = c.oid AND a.attname IN ('key', 'value') AND NOT a.attisdropped)`)
	if err != nil {
		return "", "", fmt.Errorf("inspect %s: %w", target, err)
	}
	for _, t := range tables {
		if t.Hidden {
			unread = t.Name
			continue
		}
		values, err := pgtools.Rows[string](ctx, db,
			`SELECT value::text FROM `+pgtools.Quote(t.Schema)+`.`+pgtools.Quote(t.Name)+` WHERE key::text = 'environment' AND value IS NOT NULL`)
		if err != nil {
			return "", "", fmt.Errorf("inspect %s: %w", target, err)
		}
		for _, v := range values {
			if isProduction(v) {
				return v, unread, nil // one is enough
			}
		}
	}
	return "", unread, nil
}

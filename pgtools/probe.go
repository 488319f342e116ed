package pgtools

import (
	"context"
	"errors"
	"strings"
)

// LabelProviderLoaded reports whether the server knows a provider of security labels.
// No catalog tells. The server looks for the provider before anything else, and what
// it would do then is rolled back.
func (db *DB) LabelProviderLoaded(ctx context.Context, provider string) (bool, error) {
	err := db.try(ctx, "SECURITY LABEL FOR "+Quote(provider)+" ON DATABASE "+Quote(db.conn.Database())+" IS NULL")
	if SQLState(err) == "" {
		return err == nil, wrap(err, "look for the security label provider %s", provider)
	}
	return SQLState(err) != stateInvalidParameter, nil
}

// LibraryMissing reports whether a library that functions in C are in is not on the
// server's disk. What only the server's own search path could tell counts as there.
// Only a superuser may ask.
func (db *DB) LibraryMissing(ctx context.Context, library string) (missing bool, err error) {
	path, inFolder := strings.CutPrefix(library, "$libdir/")
	if !inFolder && !strings.HasPrefix(path, "/") {
		return false, nil
	}
	err = db.QueryRow(ctx, `
		SELECT NOT bool_or((pg_catalog.pg_stat_file(CASE WHEN $2 THEN c.setting || '/' ELSE '' END || $1 || suffix, true)).size IS NOT NULL)
		FROM pg_catalog.pg_config() c, unnest(ARRAY['', '.so', '.dylib', '.dll']) suffix
		WHERE c.name = 'PKGLIBDIR'`, path, inFolder).Scan(&missing)
	return missing, wrap(err, "look for the library %s", library)
}

// TryCollation returns why the server cannot make a collation with these options, nil
// when it can, or when that depends on the database.
func (db *DB) TryCollation(ctx context.Context, options string) error {
	err := db.try(ctx, "CREATE COLLATION pg_temp.hectl_try "+options)
	if pg := serverErrorOf(err); pg != nil && strings.Contains(pg.File, "pg_locale") {
		return errors.New(pg.Message)
	}
	return nil
}

// try runs a statement, and takes back what it did.
func (db *DB) try(ctx context.Context, sql string) error {
	if _, err := db.Exec(ctx, "BEGIN"); err != nil {
		return err
	}
	_, err := db.Exec(ctx, sql)
	if _, undone := db.Exec(ctx, "ROLLBACK"); undone != nil {
		return undone
	}
	return err
}

// LocaleHint is how to make a locale of the C library that a server's machine lacks.
func LocaleHint(name string) string {
	language, charset, _ := strings.Cut(name, ".")
	charset, modifier, modified := strings.Cut(charset, "@")
	if modified {
		language += "@" + modifier
	}
	switch strings.ToLower(strings.ReplaceAll(charset, "-", "")) {
	case "", "utf8":
		charset = "UTF-8"
	case "iso88591":
		charset = "ISO-8859-1"
	case "iso885915":
		charset = "ISO-8859-15"
	}
	return "make the locale on the server's machine, then restart the server: sudo localedef -i " + language + " -f " + charset + " " + name
}

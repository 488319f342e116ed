package pgtools

import (
	"context"
	"errors"
	"strings"
)

// LabelProviderLoaded reports whether the server has loaded a provider of security labels.
// No catalog lists them, so LabelProviderLoaded tries a statement and rolls it back. The
// server looks up the provider before anything else.
func (db *DB) LabelProviderLoaded(ctx context.Context, provider string) (bool, error) {
	err := db.try(ctx, "SECURITY LABEL FOR "+Quote(provider)+" ON DATABASE "+Quote(db.conn.Database())+" IS NULL")
	if SQLState(err) == "" {
		return err == nil, wrap(err, "look for the security label provider %s", provider)
	}
	return SQLState(err) != stateInvalidParameter, nil
}

// LibraryMissing reports whether a library of C functions is missing on the server's disk.
// It checks only absolute paths and those under $libdir/; for any other name, which the
// server looks up in dynamic_library_path, it returns false. The role must be a superuser.
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

// TryCollation returns the reason why the server cannot create a collation with these
// options. It returns nil if the server can, or if that depends on the database.
func (db *DB) TryCollation(ctx context.Context, options string) error {
	err := db.try(ctx, "CREATE COLLATION pg_temp.hectl_try "+options)
	if pg := serverErrorOf(err); pg != nil && strings.Contains(pg.File, "pg_locale") {
		return errors.New(pg.Message)
	}
	return nil
}

// try runs a statement and rolls it back.
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

// LocaleHint returns a hint for a server whose machine lacks a locale of the C library.
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
	return "create the locale on the server's machine, then restart the server: sudo localedef -i " + language + " -f " + charset + " " + name
}

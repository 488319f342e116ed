package pgtools

import (
	"cmp"
	"context"
	"strings"
)

// A Database is a row of pg_database.
type Database struct {
	Name            string
	Owner           string
	Encoding        string // such as "UTF8"
	Collate         string // LC_COLLATE
	Ctype           string // LC_CTYPE
	LocaleProvider  string // "libc", "icu" or "builtin"; "" before 15
	Locale          string // if the provider is icu or builtin
	ICURules        string
	Tablespace      string
	IsTemplate      bool
	AllowConn       bool
	ConnectionLimit int   // -1 means no limit; -2: see IsInvalid
	Size            int64 // in bytes; -1 if the role cannot see it
	Comment         string
}

// IsInvalid reports whether a DROP DATABASE of d was interrupted. Files of d may then be
// missing. The server accepts only another DROP DATABASE for it. See
// DATCONNLIMIT_INVALID_DB in src/include/catalog/pg_database.h.
func (d Database) IsInvalid() bool { return d.ConnectionLimit == -2 }

// databaseQuery returns the query for Databases. PostgreSQL 15, 16 and 17 added columns
// for locale providers other than libc.
func databaseQuery(v Version, where string) string {
	provider, locale, rules := "''", "''", "''"
	if v.Major >= 15 {
		provider = "CASE d.datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END"
		locale = "coalesce(d.daticulocale, '')"
	}
	if v.Major >= 16 {
		rules = "coalesce(d.daticurules, '')"
	}
	if v.Major >= 17 {
		locale = "coalesce(d.datlocale, '')"
	}
	return strings.NewReplacer("$provider", provider, "$locale", locale, "$rules", rules).Replace(`
		SELECT d.datname, pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.pg_encoding_to_char(d.encoding),
			d.datcollate, d.datctype, $provider, $locale, $rules,
			t.spcname, d.datistemplate, d.datallowconn, d.datconnlimit,
			CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT')
				THEN coalesce(pg_catalog.pg_database_size(d.oid), -1) ELSE -1 END,
			coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), '')
		FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
		WHERE `) + where + ` ORDER BY d.datname`
}

// Database returns the database with this name. exists is false if there is none.
func (db *DB) Database(ctx context.Context, name string) (d Database, exists bool, err error) {
	found, err := Rows[Database](ctx, db, databaseQuery(db.version, "d.datname = $1"), name)
	if err != nil || len(found) == 0 {
		return Database{}, false, err
	}
	return found[0], true, nil
}

// DatabasesWithPrefix returns the databases whose names begin with prefix, ordered by name.
func (db *DB) DatabasesWithPrefix(ctx context.Context, prefix string) ([]Database, error) {
	return Rows[Database](ctx, db, databaseQuery(db.version, "pg_catalog.starts_with(d.datname, $1)"), prefix)
}

// DatabasesByComment returns the databases whose comment begins with mark and those with
// the given names, ordered by name.
func (db *DB) DatabasesByComment(ctx context.Context, mark string, names ...string) ([]Database, error) {
	found, err := Rows[Database](ctx, db, databaseQuery(db.version, `
		pg_catalog.starts_with(pg_catalog.shobj_description(d.oid, 'pg_database'), $1)
		OR d.datname = ANY ($2)`), mark, names)
	return found, wrap(err, "list databases")
}

// CreateOptions are the options of CreateDatabase.
type CreateOptions struct {
	Owner    string    // "" means the role that creates it
	Encoding string    // "" means the encoding of Like, or the server's default
	Like     *Database // database whose locale and tablespace to use; nil means the server's defaults
	Locale   string    // C library locale, overrides Like; "" means the same as Like
}

// CreateDatabase creates an empty database from template0, which unlike template1 has no
// objects that could conflict with an archive.
func (db *DB) CreateDatabase(ctx context.Context, name string, opt CreateOptions) error {
	_, err := db.Exec(ctx, createDatabaseSQL(db.version, name, opt))
	return wrap(err, "create database %s", name)
}

func createDatabaseSQL(server Version, name string, opt CreateOptions) string {
	var b strings.Builder
	b.WriteString("CREATE DATABASE " + Quote(name) + " TEMPLATE template0")
	add := func(option, value string) {
		if value != "" {
			b.WriteString(" " + option + " " + value)
		}
	}
	addLiteral := func(option, value string) {
		if value != "" {
			add(option, QuoteLiteral(value))
		}
	}
	if opt.Owner != "" {
		add("OWNER", Quote(opt.Owner))
	}
	encoding, like := opt.Encoding, opt.model()
	if like != nil {
		encoding = cmp.Or(encoding, like.Encoding)
		addLiteral("LC_COLLATE", like.Collate)
		addLiteral("LC_CTYPE", like.Ctype)
		if server.Major >= 15 {
			add("LOCALE_PROVIDER", like.LocaleProvider)
		}
		switch like.LocaleProvider {
		case "icu":
			addLiteral("ICU_LOCALE", like.Locale)
			addLiteral("ICU_RULES", like.ICURules)
		case "builtin":
			addLiteral("BUILTIN_LOCALE", like.Locale)
		}
		if like.Tablespace != "pg_default" && like.Tablespace != "" {
			add("TABLESPACE", Quote(like.Tablespace))
		}
	}
	addLiteral("ENCODING", encoding)
	return b.String()
}

// DropDatabase drops a database if it exists. It waits up to 5 seconds for sessions to end,
// and then fails with SQLSTATE 55006. See TerminateSessions.
func (db *DB) DropDatabase(ctx context.Context, name string) error {
	_, err := db.Exec(ctx, "DROP DATABASE IF EXISTS "+Quote(name))
	return wrap(err, "drop database %s", name)
}

// DatabaseSize returns the size in bytes of the database that db is connected
// to.
func (db *DB) DatabaseSize(ctx context.Context) (size int64, err error) {
	err = db.QueryRow(ctx, "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())").Scan(&size)
	return size, wrap(err, "size of database %s", db.conn.Database())
}

// An Extension is an extension that the server could create.
type Extension struct {
	Name      string
	Default   string // version that CREATE EXTENSION installs
	Installed string // version in this database; "" if not installed
	Superuser bool   // only a superuser may create it
}

// AvailableExtensions returns the extensions on the server's disk, by name.
func (db *DB) AvailableExtensions(ctx context.Context) (map[string]Extension, error) {
	superuser := "v.superuser"
	if db.version.Major >= 13 {
		superuser = "v.superuser AND NOT v.trusted"
	}
	list, err := Rows[Extension](ctx, db, `
		SELECT e.name, e.default_version, coalesce(e.installed_version, ''),
			coalesce((SELECT bool_or(`+superuser+`) FROM pg_catalog.pg_available_extension_versions v
				WHERE v.name = e.name AND v.version = e.default_version), false)
		FROM pg_catalog.pg_available_extensions e WHERE e.default_version IS NOT NULL`)
	if err != nil {
		return nil, wrap(err, "list extensions")
	}
	found := make(map[string]Extension, len(list))
	for _, e := range list {
		found[e.Name] = e
	}
	return found, nil
}

// An Identity identifies a database, no matter which host name, address or tunnel leads to
// its server. Physical copies of a server (standbys, restored disk snapshots) share it with
// the original.
type Identity string

// Identity returns the identity of a database on the server: the server's system
// identifier, which initdb assigned, and the oid of the database. It returns "" if the
// database does not exist. If EXECUTE on pg_control_system was revoked from the role,
// IsDenied reports true for the error.
func (db *DB) Identity(ctx context.Context, database string) (id Identity, err error) {
	err = db.QueryRow(ctx, `
		SELECT coalesce((SELECT c.system_identifier::text || '/' || d.oid::text
			FROM pg_catalog.pg_database d, pg_catalog.pg_control_system() c WHERE d.datname = $1), '')`, database).Scan(&id)
	return id, wrap(err, "identify database %s", database)
}

// IsLike reports whether CreateDatabase with these options would give a new database the
// encoding, the locale and the tablespace of d.
func (db *DB) IsLike(ctx context.Context, d Database, opt CreateOptions) (bool, error) {
	want := opt.model()
	if want == nil {
		template, _, err := db.Database(ctx, "template0")
		if err != nil {
			return false, err
		}
		want = &template
	}
	return cmp.Or(opt.Encoding, want.Encoding) == d.Encoding && want.Collate == d.Collate && want.Ctype == d.Ctype &&
		cmp.Or(want.LocaleProvider, "libc") == cmp.Or(d.LocaleProvider, "libc") && want.Locale == d.Locale && want.ICURules == d.ICURules &&
		cmp.Or(want.Tablespace, "pg_default") == d.Tablespace, nil
}

// model returns the database whose locale and tablespace to use, or nil for the server's
// defaults.
func (o CreateOptions) model() *Database {
	if o.Locale == "" {
		return o.Like
	}
	own := Database{Tablespace: "pg_default"}
	if o.Like != nil {
		own = Database{Tablespace: o.Like.Tablespace, Encoding: o.Like.Encoding}
	}
	own.Collate, own.Ctype, own.LocaleProvider = o.Locale, o.Locale, "libc"
	return &own
}

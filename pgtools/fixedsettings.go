package pgtools

import "context"

// A fixedSetting is a parameter of the server that must not change what a dump's
// text means, where its objects go, or whether its statements may run.
type fixedSetting struct{ name, value string }

// fixedSettings are the values that every session has that runs a dump's SQL,
// hectl's own as well as pg_restore's, whatever a role, a database, the server or
// PGOPTIONS says. Where pg_dump sets one, it is pg_dump's; else it is Postgres's
// own default. What the archive records, such as its encoding, comes on top.
//
// Left alone is what gives no other meaning to what pg_dump writes, and belongs to
// the place: TimeZone, lc_monetary and the like, default_text_search_config.
func fixedSettings() []fixedSetting {
	return []fixedSetting{
		// How text is read. With array_nulls off, for one, {NULL} is a string.
		{"standard_conforming_strings", "on"},
		{"backslash_quote", "safe_encoding"},
		{"escape_string_warning", "off"},
		{"array_nulls", "on"},
		{"transform_null_equals", "off"},
		{"xmloption", "content"},
		{"timezone_abbreviations", "Default"},
		{"DateStyle", "ISO, MDY"},
		{"IntervalStyle", "postgres"},
		// How it is written, which generated columns and functions may depend on.
		{"extra_float_digits", "1"},
		{"bytea_output", "hex"},
		{"xmlbinary", "base64"},
		{"quote_all_identifiers", "off"},
		{"gin_fuzzy_search_limit", "0"},
		// Where things go, and what fires.
		{"default_tablespace", ""},
		{"session_replication_role", "origin"},
		// What ends a statement or a session, or forbids it.
		{"statement_timeout", "0"},
		{"lock_timeout", "0"},
		{"transaction_timeout", "0"},
		{"idle_in_transaction_session_timeout", "0"},
		{"idle_session_timeout", "0"},
		{"default_transaction_read_only", "off"},
		{"default_transaction_isolation", "read committed"},
		{"default_transaction_deferrable", "off"},
	}
}

// WithFixedSettings returns c, a database of the same server, for sessions that run a
// dump's SQL: they begin with fixedSettings. One that an older server does not know,
// or that only a superuser may set, is left out. A DateStyle of the server's own that
// is ISO stays: dates that a function has as text may be in its order of day and
// month.
func (db *DB) WithFixedSettings(ctx context.Context, c Conn) (Conn, error) {
	names, values := columns(fixedSettings())
	known, err := Rows[fixedRow](ctx, db, `
		SELECT s.name, f.value
		FROM (SELECT ($1::text[])[i] AS name, ($2::text[])[i] AS value FROM pg_catalog.generate_subscripts($1::text[], 1) i) f
		JOIN pg_catalog.pg_settings s ON s.name = f.name
		WHERE (s.context = 'user' OR s.context = 'superuser' AND (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user))
		  AND NOT (s.name = 'DateStyle' AND s.reset_val LIKE 'ISO%' AND s.source = 'configuration file')`, names, values)
	if err != nil {
		return c, wrap(err, "read the settings of %v", c)
	}
	settings := map[string]string{}
	for _, s := range known {
		settings[s.Name] = s.Value
	}
	return c.withSettings(settings), nil
}

type fixedRow struct{ Name, Value string }

// columns returns the names and the values of settings.
func columns(settings []fixedSetting) (names, values []string) {
	for _, s := range settings {
		names, values = append(names, s.name), append(values, s.value)
	}
	return names, values
}

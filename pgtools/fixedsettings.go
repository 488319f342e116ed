package pgtools

import "context"

// A fixedSetting is a server parameter that could change the meaning of a dump's text, the
// place of its objects, or whether its statements may run.
type fixedSetting struct{ Name, Value string }

// fixedSettings returns the values for all sessions of hectl and pg_restore that run a
// dump's SQL. They override the settings of the role, the database, the server and
// PGOPTIONS. The values are pg_dump's, or Postgres's defaults. The settings in the archive,
// such as its encoding, override them.
//
// Local settings that do not change the meaning of a dump keep their values: TimeZone,
// lc_monetary and similar ones, and default_text_search_config.
func fixedSettings() []fixedSetting {
	return []fixedSetting{
		// How Postgres parses text. With array_nulls off, for example, {NULL} is a string.
		{"standard_conforming_strings", "on"},
		{"backslash_quote", "safe_encoding"},
		{"escape_string_warning", "off"},
		{"array_nulls", "on"},
		{"transform_null_equals", "off"},
		{"xmloption", "content"},
		{"timezone_abbreviations", "Default"},
		{"DateStyle", "ISO, MDY"},
		{"IntervalStyle", "postgres"},
		// How Postgres formats text. Generated columns and functions may depend on it.
		{"extra_float_digits", "1"},
		{"bytea_output", "hex"},
		{"xmlbinary", "base64"},
		{"quote_all_identifiers", "off"},
		{"gin_fuzzy_search_limit", "0"},
		// Where objects are created, and which triggers fire.
		{"default_tablespace", ""},
		{"session_replication_role", "origin"},
		// Limits on statements, sessions and transactions.
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

// WithFixedSettings returns c, a database on db's server, with fixedSettings for sessions
// that run a dump's SQL. It leaves out settings that the server does not recognize or that
// the role may not set. It keeps an ISO DateStyle in the server's configuration: functions
// may contain dates as text in that order of day and month.
func (db *DB) WithFixedSettings(ctx context.Context, c Conn) (Conn, error) {
	names, values := columns(fixedSettings())
	known, err := Rows[fixedSetting](ctx, db, `
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

// columns returns the names and the values of settings.
func columns(settings []fixedSetting) (names, values []string) {
	for _, s := range settings {
		names, values = append(names, s.Name), append(values, s.Value)
	}
	return names, values
}

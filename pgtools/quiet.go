package pgtools

import "context"

// quietSettings returns settings that keep statements and errors out of the server's
// log. Both may contain row values.
func quietSettings() map[string]string {
	return map[string]string{
		"log_statement":                     "none",
		"log_min_error_statement":           "panic",
		"log_min_messages":                  "fatal", // messages quote values
		"log_error_verbosity":               "terse", // without DETAIL and CONTEXT, which quote the row
		"log_min_duration_statement":        "-1",
		"log_min_duration_sample":           "-1",
		"log_transaction_sample_rate":       "0",
		"log_parameter_max_length":          "0",
		"log_parameter_max_length_on_error": "0",
		"debug_print_parse":                 "off",
		"debug_print_rewritten":             "off",
		"debug_print_plan":                  "off",
		"auto_explain.log_min_duration":     "-1",
		"pgaudit.log":                       "none",
	}
}

// QuietLog returns settings that keep statements and rows out of the server's log, as far
// as the role may change them. complete reports whether these settings keep all of them
// out.
func (db *DB) QuietLog(ctx context.Context) (settings map[string]string, complete bool) {
	may := "context = 'user' OR context = 'superuser' AND (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)"
	if db.version.Major >= 15 {
		may += " OR context = 'superuser' AND pg_catalog.has_parameter_privilege(name, 'SET')"
	}
	type setting struct {
		Name  string
		Value string
		May   bool
	}
	found, err := Rows[setting](ctx, db, "SELECT name, coalesce(setting, ''), "+may+" FROM pg_catalog.pg_settings")
	if err != nil {
		return nil, false // a restore works without these settings
	}
	settings, complete = map[string]string{}, true
	for _, s := range found {
		value, known := quietSettings()[s.Name]
		switch {
		case !known:
		case s.May:
			settings[s.Name] = value
		case logs(s.Name, s.Value):
			complete = false
		}
	}
	return settings, complete
}

// logs reports whether a value of one of the quietSettings lets statements or rows into the
// log.
func logs(name, value string) bool {
	switch name {
	case "log_error_verbosity", "log_parameter_max_length", "log_parameter_max_length_on_error":
		return false // these only limit what is logged because of other settings
	case "log_min_messages":
		return value != "fatal" && value != "panic"
	}
	return value != quietSettings()[name]
}

// Set applies settings for the rest of the session.
func (db *DB) Set(ctx context.Context, settings map[string]string) error {
	var names, values []string
	for name, value := range settings {
		names, values = append(names, name), append(values, value)
	}
	_, err := db.Exec(ctx, "SELECT pg_catalog.set_config(name, value, false) FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS s(name, value)", names, values)
	return err
}

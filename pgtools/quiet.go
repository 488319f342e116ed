package pgtools

import "context"

// quietSettings keep what a session sends out of the server's log: statements, which
// may be rows, and what an error says about the row that it is about.
func quietSettings() map[string]string {
	return map[string]string{
		"log_statement":                     "none",
		"log_min_error_statement":           "panic",
		"log_min_messages":                  "fatal", // a message quotes the value that it is about
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

// QuietLog returns settings for sessions of the same role that keep statements and
// rows out of the server's log, as far as the role may make them. complete reports
// whether both stay out of it: what the role may not turn off is off already.
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
		return nil, false // it is a precaution
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

// logs reports whether one of the quietSettings lets statements or rows into the log
// at a value.
func logs(name, value string) bool {
	switch name {
	case "log_error_verbosity", "log_parameter_max_length", "log_parameter_max_length_on_error":
		return false // they say how much of what another one lets in
	case "log_min_messages":
		return value != "fatal" && value != "panic"
	}
	return value != quietSettings()[name]
}

// Set makes settings for the rest of the session.
func (db *DB) Set(ctx context.Context, settings map[string]string) error {
	var names, values []string
	for name, value := range settings {
		names, values = append(names, name), append(values, value)
	}
	_, err := db.Exec(ctx, "SELECT pg_catalog.set_config(name, value, false) FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS s(name, value)", names, values)
	return err
}

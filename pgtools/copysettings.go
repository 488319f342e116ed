package pgtools

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// CopyDatabaseSettings copies the database properties that a dump lacks: settings (ALTER
// DATABASE … SET, ALTER ROLE … IN DATABASE … SET), connection limit, comment and
// privileges. It does not copy security labels.
//
// A statement that the role cannot run becomes a warning, and the others still run.
// CopyDatabaseSettings returns an error if it cannot read the settings or if ctx ends.
func (db *DB) CopyDatabaseSettings(ctx context.Context, from, to string) (warnings []string, err error) {
	statements, err := db.settingStatements(ctx, from, to)
	if err != nil {
		return nil, wrap(err, "read settings of database %s", from)
	}
	for _, sql := range statements {
		if _, err := db.Exec(ctx, sql); err != nil {
			if ctx.Err() != nil {
				return warnings, err
			}
			warnings = append(warnings, fmt.Sprintf("%s: %v", sql, err))
		}
	}
	return warnings, nil
}

// settingStatements returns the SQL that copies the properties of one database to another.
func (db *DB) settingStatements(ctx context.Context, from, to string) ([]string, error) {
	var (
		oid        uint32
		limit      int
		hasACL     bool
		comment    string
		statements []string
	)
	err := db.QueryRow(ctx, `
		SELECT oid, datconnlimit, datacl IS NOT NULL, coalesce(pg_catalog.shobj_description(oid, 'pg_database'), '')
		FROM pg_catalog.pg_database WHERE datname = $1`, from).Scan(&oid, &limit, &hasACL, &comment)
	if err != nil {
		return nil, err
	}
	type setting struct{ Role, Name, Value string }
	settings, err := Rows[setting](ctx, db, `
		SELECT CASE s.setrole WHEN 0 THEN '' ELSE pg_catalog.pg_get_userbyid(s.setrole) END,
			split_part(c.item, '=', 1), substr(c.item, strpos(c.item, '=') + 1)
		FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) WITH ORDINALITY c(item, n)
		WHERE s.setdatabase = $1 ORDER BY 1, c.n`, oid)
	if err != nil {
		return nil, err
	}
	for _, s := range settings {
		target := "ALTER DATABASE " + Quote(to)
		if s.Role != "" {
			target = "ALTER ROLE " + Quote(s.Role) + " IN DATABASE " + Quote(to)
		}
		statements = append(statements, target+" SET "+quoteSettingName(s.Name)+" TO "+settingValue(s.Name, s.Value))
	}
	if limit >= 0 { // -1: unlimited; -2: DROP DATABASE was interrupted
		statements = append(statements, fmt.Sprintf("ALTER DATABASE %s CONNECTION LIMIT %d", Quote(to), limit))
	}
	if comment != "" {
		statements = append(statements, "COMMENT ON DATABASE "+Quote(to)+" IS "+QuoteLiteral(comment))
	}
	if !hasACL { // the default privileges, as in a new database
		return statements, nil
	}
	grants, err := db.grantStatements(ctx, oid, to)
	return append(statements, grants...), err
}

// grantStatements returns the SQL that copies the privileges of the database with this oid
// to the database called to. It starts with a REVOKE of PUBLIC's default privileges
// (CONNECT and TEMPORARY), which the original database may no longer have.
func (db *DB) grantStatements(ctx context.Context, oid uint32, to string) ([]string, error) {
	type grant struct {
		Grantee   string
		Privilege string
		Grantable bool
	}
	grants, err := Rows[grant](ctx, db, `
		SELECT CASE a.grantee WHEN 0 THEN '' ELSE pg_catalog.pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable
		FROM pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a
		WHERE d.oid = $1 ORDER BY 1, 2`, oid)
	if err != nil {
		return nil, err
	}
	statements := []string{"REVOKE ALL ON DATABASE " + Quote(to) + " FROM PUBLIC"}
	for _, g := range grants {
		sql := "GRANT " + g.Privilege + " ON DATABASE " + Quote(to) + " TO "
		if g.Grantee == "" {
			sql += "PUBLIC"
		} else {
			sql += Quote(g.Grantee)
		}
		if g.Grantable {
			sql += " WITH GRANT OPTION"
		}
		statements = append(statements, sql)
	}
	return statements, nil
}

// settingValue returns a stored value as SQL for SET. A list of names is stored as one
// string, but SET needs a constant for each name; quoted as a whole, the list would be a
// single name. The parameters with such lists have GUC_LIST_QUOTE, as in pg_dump
// (variable_is_guc_list_quote in dumputils.c).
func settingValue(name, value string) string {
	lists := []string{
		"local_preload_libraries", "search_path", "session_preload_libraries",
		"shared_preload_libraries", "temp_tablespaces", "unix_socket_directories",
	}
	if !slices.Contains(lists, strings.ToLower(name)) {
		return QuoteLiteral(value)
	}
	var quoted []string
	for _, item := range splitNames(value) {
		quoted = append(quoted, QuoteLiteral(item))
	}
	if len(quoted) == 0 {
		return "''"
	}
	return strings.Join(quoted, ", ")
}

// splitNames splits a stored list of names, which are separated by commas and may have
// double quotes. The list is not SQL, so package schema cannot parse it: a name may be a
// path such as $libdir/auto_explain.
func splitNames(s string) []string {
	var (
		names   []string
		name    strings.Builder
		quoted  bool
		started bool
	)
	flush := func() {
		if started {
			names = append(names, name.String())
		}
		name.Reset()
		started = false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' && quoted && i+1 < len(s) && s[i+1] == '"':
			name.WriteByte('"')
			i++
		case c == '"':
			quoted, started = !quoted, true
		case c == ',' && !quoted:
			flush()
		case c == ' ' && !quoted:
		default:
			name.WriteByte(c)
			started = true
		}
	}
	flush()
	return names
}

// quoteSettingName quotes each part of a parameter's name. Parameters of extensions
// have a dot in their name.
func quoteSettingName(name string) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		parts[i] = Quote(p)
	}
	return strings.Join(parts, ".")
}

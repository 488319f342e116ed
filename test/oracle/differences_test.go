package oracle

import (
	"regexp"
	"strings"

	"github.com/rubyforgood/hectl/mask"
)

// What may differ between the two restores, and why. Everything else is a fault.
//
//   - Owners, privileges, tablespaces and subscriptions: hectl leaves them out
//     because they name what only the source's server has. The plain restore leaves
//     them out as well (leftOut), so what both made can be compared: the owner and
//     the privileges of everything are in the comparison.
//   - Statistics of the planner, and what VACUUM and ANALYZE note in pg_class: hectl
//     takes statistics, pg_restore does not. They are not compared.
//   - OIDs, and names that the server makes of OIDs (TOAST tables, triggers of
//     foreign keys): each restore gets its own. The comparison goes by names.
//   - Partitions by hash of an enum: the hash depends on the OID of the label, so the
//     rows are compared in the whole, not in each partition.
//   - Credentials, and the environment of a Rails application: input.scrubbed. The
//     rows of jobs, sessions and caches: mask.Skips.
//   - User mappings: they hold passwords for other servers, so hectl leaves them out.
//   - What pg_restore itself gets wrong: where a function needs a table that comes
//     later in the archive, pg_restore computes another value than the source has.
//     hectl may be right instead, and have what the source has. That is counted
//     (better).
//   - The settings, privileges, comment and connection limit of the database: hectl
//     keeps those of the database that it replaces. The plain database gets the same
//     ones by hand (replacedSettings). Whether a name in a setting is quoted goes by
//     quote_all_identifiers of the session that made the setting.

//   - Settings of the role that restores: hectl's sessions do not follow those that
//     change what a dump's text means or where things go. pg_restore follows those
//     that it does not set itself, so it gets the defaults by hand (defaults).

// defaults are options for the plain restore's sessions; forSuperusers may only be
// used by those.
const (
	defaults      = "-c default_tablespace= -c array_nulls=on -c transform_null_equals=off"
	forSuperusers = " -c session_replication_role=origin"
)

// leftOut are the options with which the plain restore leaves out what hectl does.
var leftOut = []string{"--no-owner", "--no-privileges", "--no-tablespaces", "--no-subscriptions"}

// replacedSettings is what a target has before it is replaced, and must have after;
// %s is its name.
var replacedSettings = []string{
	"ALTER DATABASE %s SET work_mem = '5MB'",
	"ALTER DATABASE %s SET search_path = public, \"Other One\"",
	"ALTER DATABASE %s SET standard_conforming_strings = off",
	"ALTER DATABASE %s SET default_tablespace = " + space,
	"ALTER DATABASE %s SET statement_timeout = '2s'",
	"ALTER DATABASE %s CONNECTION LIMIT 50",
	"COMMENT ON DATABASE %s IS 'a comment of the developer''s'",
	"GRANT CREATE ON DATABASE %s TO reader",
}

// known returns SQL with settings that the server has: from PostgreSQL 19 on, there is
// one way to read strings.
func (w *world) known(sql string) string {
	if w.major < 19 {
		return sql
	}
	return strings.NewReplacer("standard_conforming_strings = off", "standard_conforming_strings = on",
		"escape_string_warning = off", "array_nulls = on").Replace(sql)
}

// superuserSettings is what only a superuser can give to another database.
var superuserSettings = []string{
	"ALTER DATABASE %s SET session_replication_role = replica",
	"ALTER ROLE reader IN DATABASE %s SET DateStyle = 'SQL, DMY'",
}

// bySerial are names that the server makes of OIDs.
var bySerial = regexp.MustCompile(`(pg_toast_|\w+_ConstraintTrigger_(?:[ac]_)?)\d+`)

// replacedInDemo are the tables of the demo in which hectl replaces credentials and
// the environment. Tables whose rows it leaves out are those of mask.Skips.
var replacedInDemo = []string{"public.users", "public.ar_internal_metadata"}

// without removes what may differ from what was found in a database.
func without(found map[string]string, scrubbed []string) {
	for key := range found {
		if table, ok := strings.CutPrefix(key, "rows "); ok && skipped(table) {
			delete(found, key)
		}
		if strings.HasPrefix(key, "dump Name: USER MAPPING ") || strings.HasPrefix(key, "dependency user mapping ") {
			delete(found, key)
		}
		for _, table := range scrubbed {
			if strings.HasPrefix(key, "rows "+table+" ") {
				delete(found, key)
			}
		}
	}
}

// skipped reports whether hectl leaves the rows of a table out of every restore.
// table is SCHEMA.TABLE, and a space.
func skipped(table string) bool {
	_, name, _ := strings.Cut(strings.TrimSuffix(table, " "), ".")
	return mask.Skips(name)
}

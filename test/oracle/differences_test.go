package oracle

import (
	"regexp"
	"strings"

	"github.com/rubyforgood/hectl/mask"
)

// The allowed differences between the two restores, with reasons. Any other is a bug.
//
//   - Owners, privileges, tablespaces and subscriptions: hectl leaves them out because
//     they refer to objects that only the source's server has. The plain restore also
//     leaves them out (leftOut), so both results are comparable: the owner and the
//     privileges of every object are compared.
//   - Statistics of the planner, and the figures of VACUUM and ANALYZE in pg_class: hectl
//     runs ANALYZE, pg_restore does not. They are not compared.
//   - OIDs, and names that the server derives from OIDs (TOAST tables, triggers of
//     foreign keys): each restore gets its own. Objects are compared by name.
//   - Partitions by hash of an enum: the hash depends on the OID of the label, so the
//     rows are compared for the table as a whole, not for each partition.
//   - Credentials, and the environment of a Rails application: input.scrubbed. The
//     rows of jobs, sessions and caches: mask.Skips.
//   - User mappings: they contain passwords of other servers, so hectl leaves them out.
//   - Errors of pg_restore itself: if a function needs a table that comes later in the
//     archive, pg_restore computes a value that differs from the source's. hectl may agree
//     with the source. Those facts are counted (better).
//   - The settings, privileges, comment and connection limit of the database: hectl
//     keeps those of the database that it replaces. The test gives the plain database
//     the same ones (replacedSettings). Names in a setting are quoted according to
//     quote_all_identifiers of the session that made the setting.
//   - Settings of the role that restores: hectl's sessions ignore those that change the
//     meaning of a dump's text or the place of its objects. pg_restore follows those
//     that it does not set itself, so the test gives it the defaults (defaults).
//
// A refresh may differ from a full fetch in two points (seenAfter): it leaves the schemas
// pg_temp_N, and the planner's statistics of a table that has become empty.

// defaults are options for the sessions of the plain restore; only superusers can set
// forSuperusers.
const (
	defaults      = "-c default_tablespace= -c array_nulls=on -c transform_null_equals=off"
	forSuperusers = " -c session_replication_role=origin"
)

// leftOut are the options with which the plain restore leaves out the same as hectl.
var leftOut = []string{"--no-owner", "--no-privileges", "--no-tablespaces", "--no-subscriptions"}

// replacedSettings are the settings of a target before it is replaced, which it must
// keep; %s is its name.
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
// only one string syntax.
func (w *world) known(sql string) string {
	if w.major < 19 {
		return sql
	}
	return strings.NewReplacer("standard_conforming_strings = off", "standard_conforming_strings = on",
		"escape_string_warning = off", "array_nulls = on").Replace(sql)
}

// superuserSettings are properties that only a superuser can give to another database.
var superuserSettings = []string{
	"ALTER DATABASE %s SET session_replication_role = replica",
	"ALTER ROLE reader IN DATABASE %s SET DateStyle = 'SQL, DMY'",
}

// bySerial are names that the server derives from OIDs.
var bySerial = regexp.MustCompile(`(pg_toast_|\w+_ConstraintTrigger_(?:[ac]_)?)\d+`)

// replacedInDemo are the tables of the demo in which hectl replaces credentials and the
// environment. mask.Skips lists the tables whose rows it leaves out.
var replacedInDemo = []string{"public.users", "public.ar_internal_metadata"}

// without removes the allowed differences from the facts about a database.
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

// skipped reports whether hectl leaves the rows of a table out of every restore. table
// is SCHEMA.TABLE followed by a space.
func skipped(table string) bool {
	_, name, _ := strings.Cut(strings.TrimSuffix(table, " "), ".")
	return mask.Skips(name)
}

package target

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
)

// notes are the facts about its environment that a Rails application recorded in a
// database.
type notes struct {
	// Existing is the environment if it is production, "" otherwise.
	Existing string
	// Unread names a table such as ar_internal_metadata whose rows the role cannot
	// see; "" if there is none.
	Unread string
	// Unclear is a clause that explains why hectl cannot read an environment from such
	// a table; "" if it can.
	Unclear string
}

// reason returns a clause that explains why the database may be production's; "" if
// nothing indicates it.
func (s notes) reason(role string) string {
	const force = "--force, if you know that it is a copy"
	switch {
	case isProduction(s.Existing):
		return "its ar_internal_metadata says that it is a production database (" + force + ")"
	case s.Unread != "":
		return fmt.Sprintf("the rows of its %s are hidden from the role %s by row security, so it may be a production database (connect as a role with BYPASSRLS, or %s)", s.Unread, role, force)
	case s.Unclear != "":
		return "its " + s.Unclear + ", so it may be a production database (" + force + ")"
	}
	return ""
}

// MetadataTable is a relation in which an application may have recorded its
// environment.
type MetadataTable struct {
	Schema, Name string
	Columns      []string
	Hidden       bool // row security hides rows
	Foreign      bool // rows come, or may come, from another server
}

// MetadataTables returns the relations that mask.NotesEnvironment recognizes.
func MetadataTables(ctx context.Context, db *pgtools.DB) ([]MetadataTable, error) {
	tables, err := pgtools.Rows[MetadataTable](ctx, db, `
		WITH RECURSIVE reads AS (
			SELECT c.oid AS of, c.oid FROM pg_catalog.pg_class c
			WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_catalog.lower(c.relname) LIKE '%internal%metadata%'
			UNION
			SELECT reads.of, part.oid FROM reads, LATERAL (
				SELECT i.inhrelid AS oid FROM pg_catalog.pg_inherits i WHERE i.inhparent = reads.oid
				UNION ALL
				SELECT d.refobjid FROM pg_catalog.pg_rewrite w
				JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = w.oid
				WHERE w.ev_class = reads.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass) part)
		SELECT n.nspname::text, c.relname::text,
			ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
			pg_catalog.row_security_active(c.oid),
			EXISTS (SELECT FROM reads JOIN pg_catalog.pg_class other ON other.oid = reads.oid WHERE reads.of = c.oid AND other.relkind = 'f')
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.oid IN (SELECT of FROM reads)
		ORDER BY 1, 2`)
	return slices.DeleteFunc(tables, func(t MetadataTable) bool { return !mask.NotesEnvironment(t.Name) }), err
}

// environment returns which environment a database records. A value that hectl cannot
// read is treated as production.
func environment(ctx context.Context, target pgtools.Conn) (s notes, err error) {
	db, err := pgtools.Connect(ctx, target, pgtools.RestoreApp)
	if err != nil {
		return s, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	// With row_security off, a query fails if a policy would hide rows from it.
	if _, err := db.Exec(ctx, "SET search_path = ''; SET row_security = off; SET statement_timeout = '15s'; SET standard_conforming_strings = on"); err != nil {
		return s, fmt.Errorf("inspect %s: %w", target, err)
	}
	tables, err := MetadataTables(ctx, db)
	if err != nil {
		return s, fmt.Errorf("inspect %s: %w", target, err)
	}
	for _, t := range tables {
		one, err := t.environment(ctx, db)
		if err != nil {
			return s, fmt.Errorf("inspect %s: %w", target, err)
		}
		switch {
		case one.Existing != "":
			return one, nil // one is enough
		case one.Unread != "":
			s.Unread = one.Unread
		case one.Unclear != "":
			s.Unclear = one.Unclear
		}
	}
	return s, nil
}

// environment reads one table.
func (t MetadataTable) environment(ctx context.Context, db *pgtools.DB) (notes, error) {
	key, value := t.column("key"), t.column("value")
	switch {
	case t.Foreign:
		return notes{Unclear: t.Name + " reads from another server"}, nil
	case key == "" || value == "":
		if len(t.Name) > len("ar_internal_metadata") {
			return notes{}, nil // an unrelated table with a similar name
		}
		return notes{Unclear: t.Name + " does not have the columns key and value"}, nil
	case t.Hidden:
		return notes{Unread: t.Name}, nil
	}
	type row struct {
		Text  string
		Plain bool // the type is a string or an enum
	}
	rows, err := pgtools.Rows[row](ctx, db, `
		SELECT coalesce(`+spelling(value)+`, ''), EXISTS (SELECT FROM pg_catalog.pg_type t
			WHERE t.oid = pg_catalog.pg_typeof(`+value+`) AND t.typcategory IN ('S', 'E'))
		FROM `+pgtools.Quote(t.Schema)+`.`+pgtools.Quote(t.Name)+`
		WHERE pg_catalog.lower(pg_catalog.btrim(`+spelling(key)+`, E' \t\r\n"{}')) = 'environment'`)
	if pgtools.Survives(err) && !pgtools.IsDenied(err) || pgtools.IsCanceled(err) {
		return notes{Unclear: fmt.Sprintf("%s cannot be read (%v)", t.Name, err)}, nil
	}
	if err != nil {
		return notes{}, err
	}
	var s notes
	for _, r := range rows {
		words := letters.FindAllString(strings.ToLower(r.Text), -1)
		switch {
		case isProduction(r.Text) || !r.Plain && slices.ContainsFunc(words, isProduction):
			return notes{Existing: "production"}, nil
		case len(words) == 0 || !r.Plain && !slices.ContainsFunc(words, isDevelopment):
			s.Unclear = t.Name + " has an environment that cannot be read"
		}
	}
	return s, nil
}

// column returns the quoted name of the one column that is called word, in any case;
// "" if there is none or more than one.
func (t MetadataTable) column(word string) string {
	var found []string
	for _, name := range t.Columns {
		if strings.EqualFold(name, word) {
			found = append(found, pgtools.Quote(name))
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// spelling returns an SQL expression for a quoted column as text. Bytes become the
// characters that they encode.
func spelling(column string) string {
	return "CASE WHEN pg_catalog.pg_typeof(" + column + ") = 'pg_catalog.bytea'::pg_catalog.regtype" +
		" THEN pg_catalog.encode(" + column + "::text::bytea, 'escape') ELSE " + column + "::text END"
}

var letters = regexp.MustCompile(`[a-z]+`)

// isDevelopment reports whether a word names an environment that does not contain
// production's rows.
func isDevelopment(word string) bool {
	return slices.Contains([]string{"development", "dev", "test", "local", "ci"}, word)
}

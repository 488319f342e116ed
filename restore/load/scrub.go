package load

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// column is a column of the restored database.
type column struct {
	Schema, Table, Name string
	NotNull, Generated  bool
	Type                string   // type without its length
	Length              int      // n of varchar(n) and char(n); 0 without a length
	Array               bool     // Type is the type of the elements
	Lineage             []string // names of the table and of the tables it is a partition of
}

// table converts the columns of one table for package mask.
func table(columns []column) *schema.Table {
	t := &schema.Table{Name: schema.Name{Schema: columns[0].Schema, Name: columns[0].Table}}
	for _, c := range columns {
		one := schema.Column{Name: c.Name, NotNull: c.NotNull, Type: schema.Type{SQL: c.Type, Name: schema.Name{Name: c.Type}, Array: c.Array}}
		if c.Length > 0 {
			one.Type.Modifiers = []int{c.Length}
		}
		if !c.Generated {
			t.Columns = append(t.Columns, one)
		}
	}
	return t
}

// statement is one change that the scrub makes.
type statement struct {
	table string // quoted, with its schema
	sql   string
}

// scrubStatements returns the statements that scrub the credentials in columns. The
// columns of a table are adjacent.
func scrubStatements(columns []column, credentials *mask.InDatabase) (statements []statement, err error) {
	for rest := columns; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Schema == rest[0].Schema && rest[n].Table == rest[0].Table {
			n++
		}
		name := pgtools.Quote(rest[0].Schema) + "." + pgtools.Quote(rest[0].Table)
		none, list, err := credentials.Table(table(rest[:n]), rest[0].Lineage)
		if err != nil {
			return nil, err
		}
		if none {
			statements = append(statements, statement{name, "DELETE FROM ONLY " + name})
		}
		for _, sql := range updates(name, list) {
			statements = append(statements, statement{name, sql})
		}
		rest = rest[n:]
	}
	return statements, nil
}

// updates returns the statements that make the assignments to a table.
func updates(table string, list []mask.Assignment) (statements []string) {
	var set []string
	for _, a := range list {
		if a.Where != "" {
			statements = append(statements, "UPDATE ONLY "+table+" SET "+pgtools.Quote(a.Column)+" = "+a.SQL+" WHERE "+a.Where)
			continue
		}
		set = append(set, pgtools.Quote(a.Column)+" = "+a.SQL)
	}
	if len(set) > 0 {
		statements = append(statements, "UPDATE ONLY "+table+" SET "+strings.Join(set, ", "))
	}
	return statements
}

// scrub removes production's environment, jobs, sessions, passwords and tokens from the
// temp database. Copied rows are already scrubbed (mask.Credentials), and done reports
// their tables. Rows of a dump made with --inserts arrive unchanged. scrub searches
// the catalogs, so it also finds columns that hectl could not read in the dump.
//
// It runs after the data and before the post-data section: there are no triggers yet
// that would copy the old values, and no rules or policies that would hide rows, and
// materialized views are filled later, from scrubbed rows. Finally it removes the old
// row versions from the disk.
func scrub(ctx context.Context, db *pgtools.DB, done func(schema, table string) bool, credentials *mask.InDatabase) error {
	statements, err := findCredentials(ctx, db, done, credentials)
	if err != nil || len(statements) == 0 {
		return err
	}
	changed := map[string]bool{}
	err = db.InTx(ctx, func(tx *pgtools.Tx) error {
		for _, s := range statements {
			rows, err := tx.Exec(ctx, s.sql)
			if err != nil {
				return fmt.Errorf("scrub %s: %w", s.table, err)
			}
			changed[s.table] = changed[s.table] || rows > 0
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, table := range slices.Sorted(maps.Keys(changed)) {
		if !changed[table] {
			continue
		}
		if _, err := db.Exec(ctx, "VACUUM FULL "+table); err != nil {
			return fmt.Errorf("scrub %s: remove the old rows from the disk: %w", table, err)
		}
	}
	return nil
}

// findCredentials returns the statements that scrub the tables of a database, except
// those that are done.
func findCredentials(ctx context.Context, db *pgtools.DB, done func(schema, table string) bool, credentials *mask.InDatabase) ([]statement, error) {
	columns, err := pgtools.Rows[column](ctx, db, `
		WITH RECURSIVE part AS (
			SELECT c.oid, c.relname FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p')
			UNION SELECT i.inhrelid, part.relname FROM pg_catalog.pg_inherits i JOIN part ON i.inhparent = part.oid),
		lineage AS (SELECT oid, pg_catalog.array_agg(relname::text) AS names FROM part GROUP BY oid)
		SELECT n.nspname::text, c.relname::text, a.attname::text, a.attnotnull, a.attgenerated <> '',
		       pg_catalog.format_type(CASE WHEN t.typlen = -1 AND t.typelem <> 0 THEN t.typelem ELSE t.oid END, NULL),
		       CASE WHEN a.atttypmod > 4 AND pg_catalog.format_type(CASE WHEN t.typlen = -1 AND t.typelem <> 0 THEN t.typelem ELSE t.oid END, NULL) LIKE 'character%'
		            THEN a.atttypmod - 4 ELSE 0 END,
		       t.typlen = -1 AND t.typelem <> 0, lineage.names
		FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
		JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
		JOIN lineage ON lineage.oid = c.oid
		WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
		  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
		ORDER BY 1, 2, a.attnum`)
	if err != nil {
		return nil, fmt.Errorf("scrub: list tables: %w", err)
	}
	columns = slices.DeleteFunc(columns, func(c column) bool { return done(c.Schema, c.Table) })
	return scrubStatements(columns, credentials)
}

// InsertsRows reports whether the dump has rows in INSERT statements, which are loaded
// unmasked.
func (o Options) InsertsRows(d *dump.Dump, masks *mask.Plan) bool {
	return slices.ContainsFunc(d.Head.Entries, func(e archive.Entry) bool {
		t := masks.Table(&e)
		return e.Desc == "TABLE DATA" && e.Copy == "" && e.HasBlock() && (t == nil || !t.None) && o.Tables.Takes(&e)
	})
}

// scrub connects to the temp database and scrubs the rows that were loaded unchanged.
func (l *Loader) scrub(ctx context.Context) error {
	bar := l.Out.Progress("scrub", console.Steps, -1)
	defer bar.Done()
	done := map[[2]string]bool{} // tables that were loaded masked or without rows
	for e := range l.Dump.Head.All() {
		if l.Mask.Table(e) != nil || e.Desc == "TABLE DATA" && !l.Tables.Takes(e) {
			namespace, tag := e.Names()
			done[[2]string{namespace, tag}] = true
		}
	}
	return l.withCredentials(ctx, func(db *pgtools.DB, credentials *mask.InDatabase) error {
		return scrub(ctx, db, func(schema, table string) bool { return done[[2]string{schema, table}] }, credentials)
	})
}

// withCredentials connects to the temp database, and calls do with an InDatabase, which
// finds credentials through the catalogs.
func (l *Loader) withCredentials(ctx context.Context, do func(db *pgtools.DB, credentials *mask.InDatabase) error) error {
	db, err := pgtools.Connect(ctx, l.Into, pgtools.RestoreApp)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	if _, err := db.Exec(ctx, "SET search_path = '';"+readNames(l.Dump)); err != nil {
		return fmt.Errorf("prepare a session: %w", err)
	}
	credentials, err := mask.NewInDatabase(schema.Read(l.Dump.Head), l.Password, methods.RandomSeed(), l.KeepRows...)
	if err != nil {
		return err
	}
	return do(db, credentials)
}

package load

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Apply changes the copy, which Loader.Into names. It returns a *NotRefreshedError if the
// database must be restored in full. After any error, the copy is unusable.
//
// Rows are deleted by key and inserted again, in one transaction for all tables. No other
// session can see the copy, so foreign keys and triggers can be put aside until the end.
// The role must own the tables, but need not be a superuser.
func (r *Refresh) Apply(ctx context.Context) (err error) {
	l := r.Loader
	l.phrases = phrases(l.given)
	head, remove, err := writeHead(l.Folder, l.raw)
	if err != nil {
		return err
	}
	defer remove()
	b := newBuilder(l)
	defer b.close(ctx)
	db, err := l.session(ctx)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	if err := l.refuseCopy(ctx, db); err != nil {
		return err
	}
	if err := r.refuseCredentials(ctx); err != nil {
		return err
	}
	aside, err := r.putAside(ctx, db)
	if err != nil {
		return err
	}
	if err := r.replaceAndChange(ctx, db); err != nil {
		return err
	}
	if len(r.sequences) > 0 {
		if _, err := l.restoreRest(ctx, head, remainder{entries: r.sequences}, nil); err != nil {
			return err
		}
	}
	for _, e := range r.emptied {
		if _, err := db.Exec(ctx, "REFRESH MATERIALIZED VIEW "+quotedName(e)+" WITH NO DATA"); err != nil {
			return fmt.Errorf("empty %s: %w", e, err)
		}
	}
	if err := l.fillViews(ctx, head, b); err != nil {
		return err
	}
	if err := r.putBack(ctx, db, aside); err != nil {
		return err
	}
	return r.analyze(ctx, db, b)
}

// refuseCopy returns a *NotRefreshedError if a restore would make a different database
// for reasons that are not in the dump: the server has newer extensions or collations.
func (l *Loader) refuseCopy(ctx context.Context, db *pgtools.DB) error {
	var extensions, collations string
	err := db.QueryRow(ctx, `
		SELECT coalesce((SELECT pg_catalog.string_agg(e.extname, ', ') FROM pg_catalog.pg_extension e
		       JOIN pg_catalog.pg_available_extensions a ON a.name = e.extname
		       WHERE a.default_version <> e.extversion), ''),
		   coalesce((SELECT pg_catalog.string_agg(c.collname, ', ') FROM pg_catalog.pg_collation c
		       WHERE c.collversion <> pg_catalog.pg_collation_actual_version(c.oid)
		         AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attcollation = c.oid AND a.attrelid >= 16384)), '')`).Scan(&extensions, &collations)
	switch {
	case err != nil:
		return fmt.Errorf("check the copy: %w", err)
	case extensions != "":
		return notRefreshed("the server has a new version of %s", extensions)
	case collations != "":
		return notRefreshed("the collation %s has a new version", collations)
	}
	return nil
}

// refuseCredentials returns a *NotRefreshedError if, according to the catalogs, a table
// that changes has credentials that its mask does not cover.
func (r *Refresh) refuseCredentials(ctx context.Context) error {
	bare := map[schema.Name]bool{}
	for _, c := range r.copies() {
		if c.mask == nil {
			bare[nameOf(c.entry)] = true
		}
	}
	if len(bare) == 0 {
		return nil
	}
	return r.Loader.withCredentials(ctx, func(db *pgtools.DB, credentials *mask.InDatabase) error {
		found, err := findCredentials(ctx, db, func(namespace, table string) bool { return !bare[schema.Name{Schema: namespace, Name: table}] }, credentials)
		if err == nil && len(found) > 0 {
			return notRefreshed("%s has credentials that only show in the catalogs", found[0].table)
		}
		return err
	})
}

// copies returns all tables whose rows change.
func (r *Refresh) copies() []tableCopy {
	all := slices.Clone(r.replaced)
	for _, t := range r.changed {
		if t.Total() > 0 {
			all = append(all, t.tableCopy)
		}
	}
	return all
}

// putAside puts aside everything that must not react to the change of rows.
func (r *Refresh) putAside(ctx context.Context, db *pgtools.DB) ([]obstacle, error) {
	aside, err := r.findObstacles(ctx, db)
	if err != nil {
		return nil, err
	}
	for _, o := range aside {
		if _, err := db.Exec(ctx, o.Before); err != nil {
			return nil, fmt.Errorf("%s: %w", o.Before, pgtools.Explain(err, r.Loader.phrases))
		}
	}
	return aside, nil
}

// putBack undoes putAside. Creating the dropped foreign keys again also checks them.
func (r *Refresh) putBack(ctx context.Context, db *pgtools.DB, aside []obstacle) error {
	bar := r.Loader.Out.Progress("keys", console.Steps, int64(len(aside)))
	defer bar.Done()
	for _, o := range slices.Backward(aside) {
		for _, sql := range o.After {
			if _, err := db.Exec(ctx, sql); err != nil {
				return fmt.Errorf("%s: %w", sql, pgtools.Explain(err, r.Loader.phrases))
			}
		}
		bar.Add(1)
	}
	return nil
}

// replaceAndChange replaces tables and at the same time changes rows of others.
func (r *Refresh) replaceAndChange(ctx context.Context, db *pgtools.DB) error {
	l := r.Loader
	if len(r.replaced) == 0 {
		bar := l.Out.Progress("rows", console.Steps, r.Rows().Total())
		defer bar.Done()
		return r.changeTables(ctx, db, bar.Job, bar.Add)
	}
	total := lengthOf(r.replaced)
	bar := l.Out.Progress("data", console.Bytes, total)
	defer bar.Done()
	group, changing := errgroup.WithContext(ctx)
	group.Go(func() error { return r.replaceTables(changing, total, bar) })
	group.Go(func() error { return r.changeTables(changing, db, bar.Job, func(int64) {}) })
	return group.Wait()
}

// replaceTables empties the tables that are replaced, and copies the new rows into them.
// total is the size of their blocks in bytes.
func (r *Refresh) replaceTables(ctx context.Context, total int64, bar *console.Progress) error {
	l := r.Loader
	for i := range r.replaced {
		r.replaced[i].parts = sessionsFor(r.replaced[i].block.Length, total, l.Jobs)
	}
	pool := newSessions(l)
	defer pool.close(ctx)
	err := pool.do(ctx, func(db *pgtools.DB) error {
		_, err := db.Exec(ctx, "TRUNCATE ONLY "+strings.Join(quoted(r.replaced), ", "))
		return err
	})
	if err != nil {
		return fmt.Errorf("empty tables: %w", err)
	}
	return copier{l, bar, func(tableCopy) {}}.copyTables(ctx, r.replaced)
}

// changeTables deletes and inserts the rows that differ. Foreign keys are checked at the
// end of the transaction. It calls job with the name of each table, and add with the
// number of rows done.
func (r *Refresh) changeTables(ctx context.Context, db *pgtools.DB, job func(name string) (done func()), add func(rows int64)) error {
	return db.InTx(ctx, func(tx *pgtools.Tx) error {
		for _, t := range r.changed {
			if t.Total() == 0 {
				continue
			}
			done := job(t.entry.DisplayName())
			err := t.change(ctx, tx)
			done()
			if err != nil {
				return r.Loader.tableError(t.tableCopy, err)
			}
			add(t.Total())
		}
		return nil
	})
}

// change deletes and inserts the rows of one table that differ.
func (t *changedTable) change(ctx context.Context, tx *pgtools.Tx) error {
	if n := t.Removed + t.Changed; n > 0 {
		if err := t.deleteRows(ctx, tx, n); err != nil {
			return err
		}
	}
	if t.Added+t.Changed == 0 {
		return nil
	}
	rows, err := t.insert.reader()
	if err != nil {
		return err
	}
	_, err = tx.CopyIn(ctx, t.entry.Copy, rows)
	return err
}

// deleteRows deletes n rows by their keys. It uses the operators of the key's index,
// which may be in any schema.
func (t *changedTable) deleteRows(ctx context.Context, tx *pgtools.Tx, n int64) error {
	table := quotedName(t.table)
	operators, err := t.operators(ctx, tx)
	if err != nil {
		return err
	}
	columns, matches := make([]string, len(t.key)), make([]string, len(t.key))
	for i, column := range t.key {
		columns[i] = fmt.Sprintf("%s AS k%d", column, i)
		matches[i] = fmt.Sprintf("t.%s %s k.k%d", column, operators[i], i)
	}
	if _, err := tx.Exec(ctx, "CREATE TEMP TABLE hectl_keys ON COMMIT DROP AS SELECT "+strings.Join(columns, ", ")+" FROM ONLY "+table+" WITH NO DATA"); err != nil {
		return err
	}
	keys, err := t.remove.reader()
	if err != nil {
		return err
	}
	if _, err := tx.CopyIn(ctx, "COPY pg_temp.hectl_keys FROM stdin", keys); err != nil {
		return err
	}
	deleted, err := tx.Exec(ctx, "DELETE FROM ONLY "+table+" t USING pg_temp.hectl_keys k WHERE "+strings.Join(matches, " AND "))
	if err != nil {
		return err
	}
	if deleted != n {
		return notRefreshed("%d of %d rows to delete from %s were not in the snapshot", n-deleted, n, t.entry.DisplayName())
	}
	_, err = tx.Exec(ctx, "DROP TABLE pg_temp.hectl_keys")
	return err
}

// operators returns the operators that compare the columns of the key, as SQL: those of a
// unique index on just these columns.
func (t *changedTable) operators(ctx context.Context, tx *pgtools.Tx) ([]string, error) {
	names := make([]string, len(t.key))
	for i, column := range t.key {
		names[i] = pgtools.QuoteLiteral(unquote(column))
	}
	list := "ARRAY[" + strings.Join(names, ", ") + "]::name[]"
	all, err := pgtools.Rows[string](ctx, tx, `
		SELECT 'OPERATOR(' || pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ')'
		FROM pg_catalog.unnest(`+list+`) WITH ORDINALITY wanted (name, place)
		JOIN pg_catalog.pg_attribute a ON a.attrelid = `+quotedClass(t.table)+` AND a.attname = wanted.name
		JOIN LATERAL (
			SELECT i.indclass[p.n] AS class FROM pg_catalog.pg_index i, pg_catalog.generate_series(0, i.indnkeyatts - 1) AS p (n)
			WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indpred IS NULL AND i.indkey[p.n] = a.attnum
			  AND i.indnkeyatts = pg_catalog.cardinality(`+list+`)
			ORDER BY i.indexrelid LIMIT 1) found ON true
		JOIN pg_catalog.pg_opclass c ON c.oid = found.class
		JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod AND m.amname = 'btree'
		JOIN pg_catalog.pg_amop f ON f.amopfamily = c.opcfamily AND f.amopstrategy = 3 AND f.amoplefttype = c.opcintype AND f.amoprighttype = c.opcintype
		JOIN pg_catalog.pg_operator o ON o.oid = f.amopopr
		JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
		ORDER BY wanted.place`)
	if err != nil {
		return nil, fmt.Errorf("look up the key: %w", err)
	}
	if len(all) != len(t.key) {
		return nil, notRefreshed("the key of %s has no operators that compare it", t.entry.DisplayName())
	}
	return all, nil
}

// unquote returns the name of a column from its SQL.
func unquote(sql string) string {
	if inner, ok := strings.CutPrefix(sql, `"`); ok {
		return strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
	}
	return sql
}

func quotedName(e *archive.Entry) string {
	return pgtools.Quote(e.Namespace) + "." + pgtools.Quote(e.Tag)
}

// quotedClass returns an expression for the OID of a table.
func quotedClass(e *archive.Entry) string {
	return pgtools.QuoteLiteral(quotedName(e)) + "::pg_catalog.regclass"
}

func quoted(copies []tableCopy) (names []string) {
	for _, c := range copies {
		names = append(names, quotedName(c.table))
	}
	return names
}

// fillViews refreshes the materialized views, as a restore does.
func (l *Loader) fillViews(ctx context.Context, head string, b *builder) error {
	var passes []pass
	for _, p := range postDataPasses(l.given, b.restored, l.Jobs, b.dependents) {
		p.entries = slices.DeleteFunc(slices.Clone(p.entries), func(e *archive.Entry) bool { return e.Desc != "MATERIALIZED VIEW DATA" })
		if len(p.entries) > 0 {
			passes = append(passes, p)
		}
	}
	if len(passes) == 0 {
		return nil
	}
	b.bar = l.Out.Progress("views", console.Steps, -1)
	defer b.bar.Done()
	_, err := l.runPasses(ctx, head, b, passes)
	return err
}

const (
	// staleRows is the share of a table's rows that may change before its statistics are
	// stale. Autovacuum's default is ten times as high.
	staleRows = 0.01
	// sampledRows is the number of rows of a table that ANALYZE reads. A smaller table is
	// always analyzed.
	sampledRows = 30_000
)

// analyze vacuums the tables from which rows were deleted. It analyzes the changed
// tables, their parents and the materialized views. Large tables with few changed rows
// keep their statistics; ChangedSince counts those rows.
func (r *Refresh) analyze(ctx context.Context, db *pgtools.DB, b *builder) error {
	changes := []string{"(0::pg_catalog.regclass, 0::float8, false)"} // VALUES cannot be empty
	for _, c := range r.replaced {
		changes = append(changes, "("+quotedClass(c.table)+", 'Infinity'::float8, false)")
	}
	for _, t := range r.changed {
		if t.Total() > 0 {
			changes = append(changes, fmt.Sprintf("(%s, %d, %t)", quotedClass(t.table), t.Total(), t.Removed+t.Changed > 0))
		}
	}
	type name struct{ Schema, Name string }
	type affected struct {
		name
		SQL     string // the table's quoted name
		View    bool
		Rows    float64 // when its statistics were taken; negative if they never were
		Changed float64
		Deleted bool
	}
	all, err := pgtools.Rows[affected](ctx, db, `
		WITH RECURSIVE changed (leaf, rows, deleted) AS (VALUES `+strings.Join(changes, ", ")+`),
		up (oid, leaf) AS (
			SELECT leaf::pg_catalog.oid, leaf FROM changed
			UNION SELECT inhparent, leaf FROM pg_catalog.pg_inherits JOIN up ON inhrelid = up.oid)
		SELECT n.nspname::text, c.relname::text, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
		       c.relkind = 'm', c.reltuples::float8, coalesce(pg_catalog.sum(rows), 0), coalesce(pg_catalog.bool_or(deleted), false)
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN (up JOIN changed USING (leaf)) ON up.oid = c.oid
		WHERE c.relkind = 'm' OR leaf IS NOT NULL
		GROUP BY c.oid, n.nspname`)
	if err != nil {
		return fmt.Errorf("list tables: %w", err)
	}
	since := map[string]int64{}
	maps.Copy(since, r.ChangedSince)
	commands := map[name]string{}
	for _, t := range all {
		total := float64(since[t.SQL]) + t.Changed
		fresh := !t.View && t.Rows > sampledRows && total < staleRows*t.Rows
		delete(since, t.SQL)
		switch {
		case fresh:
			since[t.SQL] = int64(total)
			if t.Deleted {
				commands[t.name] = "VACUUM"
			}
		case t.Deleted:
			commands[t.name] = "VACUUM (ANALYZE)"
		default:
			commands[t.name] = "ANALYZE"
		}
	}
	r.ChangedSince = since
	return b.analyzeThose(ctx, func(schema, table string) string { return commands[name{schema, table}] })
}

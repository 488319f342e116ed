package load

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// tableWork is the work that remains for a table once its rows are loaded.
type tableWork struct {
	table   *archive.Entry
	keys    []*archive.Entry // primary keys and other entries that lock the table
	indexes []*archive.Entry // may be created several at once
	analyze bool
	// late means that the table's rows are not final until all rows are loaded.
	late bool
}

// divideWork returns the work of each table that has rows, by the ID of its TABLE DATA
// entry. It leaves out entries that need more than one table: foreign keys, indexes of
// partitioned tables, triggers, views. It also leaves out indexes that may read other
// tables, whatever their functions claim. Tables whose rows pg_restore loads are
// finished late, because they may have to be scrubbed.
//
// Partitions are analyzed with the partitioned table. A table that gets more indexes
// or extended statistics later is analyzed after those. If an entry may read
// statistics during the load, all tables are analyzed at the end, because pg_restore
// analyzes none.
func divideWork(h *archive.Head, copies []tableCopy, rest remainder, relations []relation, reading *dependents) map[int]*tableWork {
	found := map[[2]string]relation{}
	for _, r := range relations {
		found[[2]string{r.Schema, r.Name}] = r
	}
	byID := h.ByID()
	seen := reading.statistics(h)
	works, byTable := map[int]*tableWork{}, map[int]*tableWork{}
	add := func(rows *archive.Entry, late bool) {
		if t := tableOf(byID, rows); t != nil {
			r := found[[2]string{t.Namespace, t.Tag}]
			w := &tableWork{table: t, late: late, analyze: !r.Inherits && !seen}
			works[rows.ID], byTable[t.ID] = w, w
		}
	}
	for _, c := range copies {
		add(c.entry, c.table == nil)
	}
	for _, e := range rest.entries {
		if e.Desc == "TABLE DATA" {
			add(e, true)
		}
	}
	for e := range h.All() {
		if e.Desc != "CONSTRAINT" && e.Desc != "INDEX" && e.Desc != "STATISTICS" {
			continue
		}
		t := tableOf(byID, e)
		if t == nil || e.Desc == "STATISTICS" || reading.index(e) {
			for _, id := range e.Dependencies {
				if w := byTable[id]; w != nil {
					w.analyze = false
				}
			}
			continue
		}
		w := byTable[t.ID]
		switch {
		case w == nil:
		case e.Desc == "CONSTRAINT", altersTable(e.Definition):
			w.keys = append(w.keys, e)
		default:
			w.indexes = append(w.indexes, e)
		}
	}
	return works
}

// altersTable reports whether the definition of an index also makes it the table's
// cluster index or replica identity. That takes a stronger lock in the transaction
// that creates the index, and two such transactions can deadlock.
func altersTable(definition string) bool {
	return schema.Says(definition, "alter table")
}

// tableOf returns the table of an entry, nil if the entry depends on several tables, or
// on an object that is only created after the rows.
func tableOf(byID map[int]*archive.Entry, e *archive.Entry) *archive.Entry {
	var table *archive.Entry
	for _, id := range e.Dependencies { // may repeat a table, once for each column
		switch on := byID[id]; {
		case on == nil:
		case on.Section == archive.SectionPostData:
			return nil
		case on.Desc == "TABLE" && table != nil && table != on:
			return nil
		case on.Desc == "TABLE":
			table = on
		}
	}
	return table
}

// relation is a table of the temp database, after the schema is loaded.
type relation struct {
	Schema, Name string
	Inherits     bool // is a partition, a child or a parent
}

// builder does the work of tables. It runs at most as many statements at once as there
// are jobs.
//
// It works while the rows of other tables are still being copied, in addition to the jobs
// that copy them. On a slow link, indexes then take no extra time. If the processors are
// the limit, none is idle while the last and largest table is copied. A fetch of a 1 GB
// database over loopback with 2 jobs on 2 cores and PostgreSQL 15 took 11.8, 11.6 and
// 11.0 s in three rounds; with all work after the last row it took 13.4, 12.4 and 11.1 s.
type builder struct {
	l          *Loader
	pool       *sessions
	dependents *dependents

	mu       sync.Mutex
	restored map[int]bool      // ids of entries
	bar      *console.Progress // nil while another one is shown
	analyzed map[[2]string]bool
}

func newBuilder(l *Loader) *builder {
	return &builder{l: l, pool: newSessions(l), dependents: newDependents(l.given), restored: map[int]bool{}, analyzed: map[[2]string]bool{}}
}

// close closes the sessions. None may be in use.
func (b *builder) close(ctx context.Context) {
	b.pool.close(ctx)
	if b.bar != nil {
		b.bar.Done()
	}
}

func (b *builder) relations(ctx context.Context) ([]relation, error) {
	return list[relation](ctx, b.pool, `
		SELECT n.nspname::text, c.relname::text,
		       EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE c.oid IN (inhparent, inhrelid))
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind = 'r'`)
}

// list runs a query about tables and returns its rows.
func list[T any](ctx context.Context, pool *sessions, sql string) (found []T, err error) {
	err = pool.do(ctx, func(db *pgtools.DB) (err error) {
		found, err = pgtools.Rows[T](ctx, db, sql)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	return found, nil
}

func (b *builder) finish(ctx context.Context, w *tableWork) error {
	for _, e := range w.keys {
		if err := b.restore(ctx, e); err != nil {
			return err
		}
	}
	group, building := errgroup.WithContext(ctx)
	for _, e := range w.indexes {
		group.Go(func() error { return b.restore(building, e) })
	}
	if err := group.Wait(); err != nil || !w.analyze {
		return err
	}
	_, err := b.analyze(ctx, "ANALYZE", w.table.Namespace, w.table.Tag)
	return err
}

// restore runs the statement of an entry.
func (b *builder) restore(ctx context.Context, e *archive.Entry) error {
	err := b.exec(ctx, e.Tag, e.Definition)
	if err != nil {
		return fmt.Errorf("create %s: %w", e, pgtools.Explain(err, b.l.phrases))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.restored[e.ID] = true
	if b.bar != nil {
		b.bar.Add(1)
	}
	return nil
}

// analyze analyzes a table with command, such as "ANALYZE". A failure, such as an
// expression that divides by zero, is only a warning, because statistics are not data;
// taken is then false.
func (b *builder) analyze(ctx context.Context, command, schema, table string) (taken bool, err error) {
	err = b.exec(ctx, "", command+" "+pgtools.Quote(schema)+"."+pgtools.Quote(table))
	if err != nil && (ctx.Err() != nil || !pgtools.Survives(err)) {
		return false, fmt.Errorf("analyze %s.%s: %w", schema, table, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.analyzed[[2]string{schema, table}] = true
	if err != nil {
		b.l.Out.Warn("%s.%s has incomplete statistics: %v", schema, table, pgtools.Explain(err, b.l.phrases))
	}
	return err == nil, nil
}

// exec runs sql and shows name on the bar.
func (b *builder) exec(ctx context.Context, name, sql string) error {
	return b.pool.do(ctx, func(db *pgtools.DB) error {
		b.mu.Lock()
		bar := b.bar
		b.mu.Unlock()
		if bar != nil && name != "" {
			defer bar.Job(name)()
		}
		_, err := db.Exec(ctx, sql)
		return err
	})
}

// show sets the bar that counts the restored entries, including those restored so far.
func (b *builder) show(bar *console.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bar = bar
	bar.Add(int64(len(b.restored)))
}

// analyzeRest analyzes the tables that finish has not: partitioned tables, materialized
// views, tables without rows in the dump, and the catalogs.
//
// ANALYZE of a table also reads the tables that inherit from it, and reads foreign
// tables among them from their server. So analyzeRest skips every table that has
// foreign tables below it. ANALYZE of a partitioned table includes its partitions; if
// it fails, analyzeRest tries the partitions one by one.
func (b *builder) analyzeRest(ctx context.Context) error {
	done := maps.Clone(b.analyzed)
	return b.analyzeThose(ctx, func(schema, table string) string {
		if done[[2]string{schema, table}] {
			return ""
		}
		return "ANALYZE"
	})
}

// analyzeThose is like analyzeRest, with a command for each table; "" skips the table.
func (b *builder) analyzeThose(ctx context.Context, command func(schema, table string) string) error {
	type table struct {
		Schema, Name string
		Parts        []string // schema and name of each partition, alternating
	}
	tables, err := list[table](ctx, b.pool, `
		WITH RECURSIVE under(whole, part) AS (
			SELECT inhparent, inhrelid FROM pg_catalog.pg_inherits
			UNION SELECT whole, inhrelid FROM under JOIN pg_catalog.pg_inherits ON inhparent = part
		), reaching AS (
			SELECT DISTINCT whole FROM under JOIN pg_catalog.pg_class ON oid = part WHERE relkind = 'f')
		SELECT n.nspname::text, c.relname::text, ARRAY(
			SELECT unnest(ARRAY[pn.nspname::text, p.relname::text])
			FROM under JOIN pg_catalog.pg_class p ON p.oid = part JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
			WHERE whole = c.oid AND p.relkind = 'r' AND c.relkind = 'p')
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'm', 'p') AND NOT c.relisshared
		  AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'
		  AND c.oid NOT IN (SELECT whole FROM reaching)
		  AND (NOT c.relispartition OR EXISTS (
			SELECT FROM pg_catalog.pg_inherits JOIN reaching ON whole = inhparent WHERE inhrelid = c.oid))
		ORDER BY c.relpages DESC`)
	if err != nil {
		return err
	}
	tables = slices.DeleteFunc(tables, func(t table) bool { return command(t.Schema, t.Name) == "" })
	bar := b.l.Out.Progress("statistics", console.Steps, int64(len(tables)))
	defer bar.Done()
	group, analyzing := errgroup.WithContext(ctx)
	for _, t := range tables {
		group.Go(func() error {
			defer bar.Add(1)
			taken, err := b.analyze(analyzing, command(t.Schema, t.Name), t.Schema, t.Name)
			for parts := t.Parts; err == nil && !taken && len(parts) > 1; parts = parts[2:] {
				_, err = b.analyze(analyzing, "ANALYZE", parts[0], parts[1])
			}
			return err
		})
	}
	return group.Wait()
}

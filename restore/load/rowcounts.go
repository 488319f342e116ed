package load

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// rowCount is the number of rows that a table must have after a restore.
type rowCount struct {
	table string // text for FROM: ONLY the table, or a partitioned table with its partitions
	name  string // name for messages
	want  int64
	ids   []int // IDs of the blocks with these rows
}

// rowCounts returns the number of rows that each table must have. rows has the number of
// rows of each block, by the ID of its entry. Rows that are copied into a partitioned table
// (pg_dump --load-via-partition-root) may end up in a different partition than in the
// source, because the hash of an enum value differs between databases. So they are counted
// for the partitioned table as a whole.
func rowCounts(h *archive.Head, rows map[int]int64) []rowCount {
	byID, partitions := h.ByID(), schema.PartitionsOf(h)
	wholes := map[schema.Name]*rowCount{}
	for e := range h.All() {
		if _, counted := rows[e.ID]; counted && viaRoot(byID, e) {
			into, _ := schema.CopyTarget(e.Text(e.Copy))
			wholes[into] = &rowCount{table: pgtools.Quote(into.Schema) + "." + pgtools.Quote(into.Name), name: strings.TrimPrefix(into.String(), "public.")}
		}
	}
	var counts []rowCount
	for e := range h.All() {
		want, counted := rows[e.ID]
		if !counted {
			continue
		}
		if !viaRoot(byID, e) {
			namespace, tag := e.Names() // the session that counts is in UTF-8
			counts = append(counts, rowCount{"ONLY " + pgtools.Quote(namespace) + "." + pgtools.Quote(tag), e.DisplayName(), want, []int{e.ID}})
		}
		if w := wholeOf(wholes, partitions, e); w != nil {
			w.want += want
			w.ids = append(w.ids, e.ID)
		}
	}
	for _, w := range wholes {
		counts = append(counts, *w)
	}
	return counts
}

// viaRoot reports whether the rows of a TABLE DATA entry are copied into a different
// table, the partitioned one.
func viaRoot(byID map[int]*archive.Entry, e *archive.Entry) bool {
	t := tableOf(byID, e)
	return t != nil && e.Copy != "" && !copiesInto(e.Copy, t)
}

// wholeOf returns the element of wholes that the table of a TABLE DATA entry is a
// partition of, nil for none.
func wholeOf(wholes map[schema.Name]*rowCount, partitions schema.Partitions, e *archive.Entry) *rowCount {
	if into, ok := schema.CopyTarget(e.Text(e.Copy)); ok && wholes[into] != nil {
		return wholes[into]
	}
	for name := range partitions.Ancestors(nameOf(e)) {
		if w := wholes[name]; w != nil {
			return w
		}
	}
	return nil
}

// Comparison is the result of CompareRows.
type Comparison struct {
	Tables  int      // number of tables whose row counts match
	LeftOut []string // tables whose rows are left out
	Counts  []Count  // counts of all counted tables, even if they do not match
}

// Count has the row counts of a table.
type Count struct {
	Table          string
	Dump, Restored int64
	Blocks         []int // IDs of the blocks with these rows, several for a partitioned table
}

// CompareRows compares the row counts of the restored tables with those of the dump, except
// for tables whose rows were left out. The result includes every table that was counted in
// the dump. An error about damage is returned only after all tables are counted.
func CompareRows(ctx context.Context, temp pgtools.Conn, d *dump.Dump, plan *mask.Plan, rows map[int]int64, bar *console.Progress) (done Comparison, err error) {
	db, err := pgtools.Connect(ctx, temp, pgtools.RestoreApp)
	if err != nil {
		return done, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	if _, err := db.Exec(ctx, readNames(d)); err != nil {
		return done, fmt.Errorf("prepare a session: %w", err)
	}
	wanted := maps.Clone(rows)
	for e := range d.Head.All() {
		if _, counted := wanted[e.ID]; !counted {
			continue
		}
		if t := plan.Table(e); t != nil && t.None || d.Edits.Drops(e) {
			delete(wanted, e.ID)
			done.LeftOut = append(done.LeftOut, e.DisplayName())
		}
	}
	var damage error
	for _, count := range rowCounts(d.Head, wanted) {
		var got int64
		if err := db.QueryRow(ctx, "SELECT count(*) FROM "+count.table).Scan(&got); err != nil {
			return done, fmt.Errorf("count the rows of %s: %w", count.name, err)
		}
		bar.Add(1)
		done.Counts = append(done.Counts, Count{count.name, count.want, got, count.ids})
		if got != count.want && damage == nil {
			damage = dump.DamageErrorf(d.Name, "%s: table %s has %d rows after the restore, but %d in the dump", d.Name, count.name, got, count.want)
		}
	}
	if damage != nil {
		return done, damage
	}
	done.Tables = len(wanted)
	return done, nil
}

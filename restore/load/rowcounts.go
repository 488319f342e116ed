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

// rowCount is how many rows there should be after a restore.
type rowCount struct {
	table string // for FROM: ONLY the table, or a partitioned one with all its parts
	name  string // for people
	want  int64
}

// rowCounts says how many rows each table should have, given how many each block
// has, by the entry's ID. Rows that are copied into the whole of a partitioned table
// (pg_dump --load-via-partition-root) may come into other partitions than those that
// they were in: the hash of an enum's value is another in each database. So they are
// counted as a whole, with those of all its partitions.
func rowCounts(h *archive.Head, rows map[int]int64) []rowCount {
	byID, partitions := h.ByID(), schema.PartitionsOf(h)
	wholes := map[schema.Name]*rowCount{}
	for i := range h.Entries {
		e := &h.Entries[i]
		if _, counted := rows[e.ID]; counted && viaRoot(byID, e) {
			into, _ := schema.CopyTarget(e.Text(e.Copy))
			wholes[into] = &rowCount{table: pgtools.Quote(into.Schema) + "." + pgtools.Quote(into.Name), name: strings.TrimPrefix(into.String(), "public.")}
		}
	}
	var counts []rowCount
	for i := range h.Entries {
		e := &h.Entries[i]
		want, counted := rows[e.ID]
		if !counted {
			continue
		}
		if !viaRoot(byID, e) {
			namespace, tag := e.Names() // the session that counts is in UTF-8
			counts = append(counts, rowCount{"ONLY " + pgtools.Quote(namespace) + "." + pgtools.Quote(tag), dump.TableName(e), want})
		}
		if w := wholeOf(wholes, partitions, e); w != nil {
			w.want += want
		}
	}
	for _, w := range wholes {
		counts = append(counts, *w)
	}
	return counts
}

// viaRoot tells whether the rows of a TABLE DATA entry are copied into another
// table than that which they are of.
func viaRoot(byID map[int]*archive.Entry, e *archive.Entry) bool {
	t := tableOf(byID, e)
	return t != nil && e.Copy != "" && !copiesInto(e.Copy, t)
}

// wholeOf returns which of wholes the table of a TABLE DATA entry is a part of, nil
// for none.
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

// Comparison is what compareRows has compared.
type Comparison struct {
	Tables  int      // whose rows there are as many as in the dump
	LeftOut []string // tables whose rows no restore takes
}

// CompareRows holds the restored tables against what was counted in the dump, but
// for those whose rows were left out. Every table that was counted is in the result,
// one way or the other.
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
	for i := range d.Head.Entries {
		e := &d.Head.Entries[i]
		if _, counted := wanted[e.ID]; !counted {
			continue
		}
		if t := plan.Table(e); t != nil && t.None || d.Edits.Drops(e) {
			delete(wanted, e.ID)
			done.LeftOut = append(done.LeftOut, dump.TableName(e))
		}
	}
	for _, count := range rowCounts(d.Head, wanted) {
		var got int64
		if err := db.QueryRow(ctx, "SELECT count(*) FROM "+count.table).Scan(&got); err != nil {
			return done, fmt.Errorf("count the rows of %s: %w", count.name, err)
		}
		bar.Add(1)
		if got != count.want {
			return done, dump.DamageErrorf(d.Name, "%s: table %s has %d rows after the restore, and %d in the dump", d.Name, count.name, got, count.want)
		}
	}
	done.Tables = len(wanted)
	return done, nil
}

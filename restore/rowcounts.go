package restore

import (
	"strings"

	"github.com/rubyforgood/hectl/dump"
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

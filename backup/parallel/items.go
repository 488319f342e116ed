package parallel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// rangePages is the number of pages of a range. It is the same for all tables and dumps,
// so that the ranges of an unchanged part of a table are the same in the next dump. One
// query for 8 MiB costs a round trip and a millisecond.
const rangePages = 1024

// rangesFrom is the first version that reads a range of pages without reading the rest.
const rangesFrom = 14

// An item is a part of a block that one session reads at once.
type item struct {
	entry       *archive.Entry
	sql         string   // COPY … TO STDOUT; "" for large objects
	objects     []uint32 // the oids of the large objects of the block
	first, last bool     // of its block

	segments chan *segment // in order
}

// blocksOf returns the entries that have a block. It refuses those that only pg_dump can
// write.
func blocksOf(head *archive.Head) ([]*archive.Entry, error) {
	var list []*archive.Entry
	for i := range head.Entries {
		e := &head.Entries[i]
		if !e.HasBlock() {
			continue
		}
		if _, copies := schema.CopyColumns(e.Copy); e.Desc != "BLOBS" && (e.Desc != "TABLE DATA" || !copies) {
			return nil, fmt.Errorf("only pg_dump can write %s", e)
		}
		list = append(list, e)
	}
	return list, nil
}

// tableName returns the quoted name of the table of a TABLE DATA entry, in the encoding
// of the archive. The COPY statement may name another one, a partitioned table above it.
func tableName(e *archive.Entry) string {
	quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	return quote(e.Namespace) + "." + quote(e.Tag)
}

// tablesOf returns the oids and the quoted names of the tables among blocks.
func tablesOf(blocks []*archive.Entry) (oids []uint32, names []string, err error) {
	for _, e := range blocks {
		if e.Desc != "TABLE DATA" {
			continue
		}
		oid, err := strconv.ParseUint(e.OID, 10, 32)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: its oid is %q", e, e.OID)
		}
		oids, names = append(oids, uint32(oid)), append(names, tableName(e))
	}
	return oids, names, nil
}

// itemsOf returns the items for blocks. With ranges, it divides large tables into ranges
// of pages.
func itemsOf(head *archive.Head, blocks []*archive.Entry, extents map[uint32]pgtools.TableExtent, ranges bool) ([]*item, error) {
	var items []*item
	for _, e := range blocks {
		if e.Desc == "BLOBS" {
			oids, err := objectsOf(head, e)
			if err != nil {
				return nil, err
			}
			items = append(items, &item{entry: e, objects: oids, first: true, last: true})
			continue
		}
		oid, _ := strconv.ParseUint(e.OID, 10, 32) // checked by tablesOf
		table, known := extents[uint32(oid)]
		if !known || table.Kind != "r" {
			return nil, fmt.Errorf("%s is not an ordinary table", e)
		}
		own := tableItems(e, table, ranges)
		own[0].first, own[len(own)-1].last = true, true
		items = append(items, own...)
	}
	return items, nil
}

// tableItems returns the items for a table, with the statements of pg_dump where it is
// read as a whole.
func tableItems(e *archive.Entry, table pgtools.TableExtent, ranges bool) []*item {
	columns, _ := schema.CopyColumns(e.Copy)
	name := tableName(e)
	switch {
	case table.Condition != "":
		if columns == "" {
			columns = "*"
		}
		return []*item{{entry: e, sql: fmt.Sprintf("COPY (SELECT %s FROM %s %s) TO STDOUT", columns, name, table.Condition)}}
	case columns == "":
		return []*item{{entry: e, sql: fmt.Sprintf("COPY %s TO STDOUT", name)}}
	case !ranges || !table.Heap || table.Pages <= rangePages:
		return []*item{{entry: e, sql: fmt.Sprintf("COPY %s (%s) TO STDOUT", name, columns)}}
	}
	var items []*item
	for page := int64(0); page < table.Pages; page += rangePages {
		where := fmt.Sprintf("ctid >= '(%d,0)'", page)
		if page+rangePages < table.Pages {
			where += fmt.Sprintf(" AND ctid < '(%d,0)'", page+rangePages)
		}
		items = append(items, &item{entry: e, sql: fmt.Sprintf("COPY (SELECT %s FROM ONLY %s WHERE %s) TO STDOUT", columns, name, where)})
	}
	return items
}

// objectsOf returns the oids of the large objects in the block of e, in pg_dump's order.
//
// Up to version 16, each object has an entry of its own, called BLOB, and the only block
// has all of them by oid. From 17 on, the definition of an entry BLOB METADATA, on which
// the block's entry depends, lists the oids.
func objectsOf(head *archive.Head, e *archive.Entry) ([]uint32, error) {
	var oids []uint32
	add := func(text string) error {
		oid, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return fmt.Errorf("%s: %q is not the oid of a large object", e, text)
		}
		oids = append(oids, uint32(oid))
		return nil
	}
	for i := range head.Entries {
		of := &head.Entries[i]
		switch {
		case of.Desc == "BLOB":
			if err := add(of.Tag); err != nil {
				return nil, err
			}
		case of.Desc == "BLOB METADATA" && slices.Contains(e.Dependencies, of.ID):
			for line := range strings.Lines(of.Definition) {
				if err := add(strings.TrimSpace(line)); err != nil {
					return nil, err
				}
			}
			return oids, nil
		}
	}
	slices.Sort(oids)
	return oids, nil
}

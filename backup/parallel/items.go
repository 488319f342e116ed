package parallel

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// rangePages is the number of pages of a range, 8 MiB. It is the same for all tables and
// dumps, so that the ranges of an unchanged part of a table are the same in the next dump.
// The query for a range costs a round trip and a millisecond.
const rangePages = 1024

// rangesFrom is the first major version that reads a range of pages without scanning the
// whole table.
const rangesFrom = 14

// An item is a block or a part of one, which a session reads without interruption.
type item struct {
	entry       *archive.Entry
	sql         string   // statement for Snapshot.CopyOut; "" for large objects
	objects     []uint32 // the oids of the large objects of the block
	first, last bool     // whether it is the first or last item of its block

	part *archive.Part // set when it is the item's turn
}

// A block is an entry with a block of data.
type block struct {
	*archive.Entry

	// The following fields are set only for a table.
	oid     uint32
	name    string // quoted, in the encoding of the archive
	columns string // columns of its COPY statement; "" for none
}

// blocksOf returns the blocks in the order of the head. It refuses those that only pg_dump
// can write.
func blocksOf(head *archive.Head) ([]block, error) {
	var list []block
	for e := range head.All() {
		if !e.HasBlock() {
			continue
		}
		b := block{Entry: e}
		if e.Desc != "BLOBS" {
			oid, err := strconv.ParseUint(e.OID, 10, 32)
			columns, copies := schema.CopyColumns(e.Copy)
			if e.Desc != "TABLE DATA" || !copies || err != nil {
				return nil, fmt.Errorf("only pg_dump can write %s", e)
			}
			// The COPY statement may name a partitioned table above this table instead.
			b.oid, b.name, b.columns = uint32(oid), pgtools.Quote(e.Namespace)+"."+pgtools.Quote(e.Tag), strings.Join(columns, ", ")
		}
		list = append(list, b)
	}
	return list, nil
}

// tablesOf returns the oids and the quoted names of the tables among blocks.
func tablesOf(blocks []block) (oids []uint32, names []string) {
	for _, b := range blocks {
		if b.name != "" {
			oids, names = append(oids, b.oid), append(names, b.name)
		}
	}
	return oids, names
}

// itemsOf returns the items for blocks. With ranges, it divides large tables into ranges
// of pages.
func itemsOf(head *archive.Head, blocks []block, extents map[uint32]pgtools.TableExtent, ranges bool) ([]*item, error) {
	var items []*item
	for _, b := range blocks {
		if b.name == "" {
			oids, err := objectsOf(head, b.Entry)
			if err != nil {
				return nil, err
			}
			items = append(items, &item{entry: b.Entry, objects: oids, first: true, last: true})
			continue
		}
		table := extents[b.oid]
		if table.Kind != "r" {
			return nil, fmt.Errorf("%s is not an ordinary table", b.Entry)
		}
		own := tableItems(b, table, ranges)
		own[0].first, own[len(own)-1].last = true, true
		items = append(items, own...)
	}
	return items, nil
}

// tableItems returns the items for a table. A table that is not divided is read with
// pg_dump's own statement.
func tableItems(b block, table pgtools.TableExtent, ranges bool) []*item {
	switch {
	case table.Condition != "":
		return []*item{{entry: b.Entry, sql: fmt.Sprintf("COPY (SELECT %s FROM %s %s) TO STDOUT", cmp.Or(b.columns, "*"), b.name, table.Condition)}}
	case b.columns == "":
		return []*item{{entry: b.Entry, sql: fmt.Sprintf("COPY %s TO STDOUT", b.name)}}
	case !ranges || !table.Heap || table.Pages <= rangePages:
		return []*item{{entry: b.Entry, sql: fmt.Sprintf("COPY %s (%s) TO STDOUT", b.name, b.columns)}}
	}
	var items []*item
	for page := int64(0); page < table.Pages; page += rangePages {
		where := fmt.Sprintf("ctid >= '(%d,0)'", page)
		if page+rangePages < table.Pages {
			where += fmt.Sprintf(" AND ctid < '(%d,0)'", page+rangePages)
		}
		items = append(items, &item{entry: b.Entry, sql: fmt.Sprintf("SET LOCAL enable_seqscan = off; COPY (SELECT %s FROM ONLY %s WHERE %s) TO STDOUT", b.columns, b.name, where)})
	}
	return items
}

// objectsOf returns the oids of the large objects in the block of e, in pg_dump's order.
//
// Up to version 16, each object has its own entry, called BLOB, and the only block has
// all of them by oid. From 17 on, the definition of an entry BLOB METADATA, on which the
// block's entry depends, lists the oids.
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
	for of := range head.All() {
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

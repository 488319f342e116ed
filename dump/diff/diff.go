package diff

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A Difference describes how two dumps differ.
type Difference struct {
	Tables    []*Table // tables with rows: those of the second dump in its order, then those only in the first
	Schema    []Object // objects added, removed or changed in the schema
	Sequences int      // number of sequences whose value differs
}

// A State describes how the rows of a table differ.
type State string

// The states of a table.
const (
	Same     State = "same"     // all rows are the same
	Changed  State = "changed"  // some rows may differ: see Table.Changes
	Replaced State = "replaced" // the rows cannot be compared: see Table.Why
	Added    State = "added"    // only the second dump has rows
	Removed  State = "removed"  // only the first dump has rows
)

// A Table is a table or, if its Name is LargeObjects, all large objects.
type Table struct {
	Name  schema.Name // in UTF-8
	State State
	Why   string // why the State is Replaced; "" otherwise

	From, To *Rows // rows in the first and in the second dump; nil if none

	key []int // positions of the key's columns in a row
}

// LargeObjects is the name of the Table for all large objects.
const LargeObjects = "large objects"

// Rows are the rows of a table in one dump.
type Rows struct {
	Count *int64 // nil if unknown

	dump     *dump.Dump
	blocks   []archive.Block
	segments []catalog.ManifestSegment // nil if the rows are not in segments
	differ   []catalog.ManifestSegment // segments that the other dump does not have
}

// Whole returns the download size of all rows of the second dump, in bytes.
func (t *Table) Whole() int64 {
	if t.To == nil {
		return 0
	}
	return t.To.length()
}

// length returns the size of the rows in the archive, in bytes, or 0 for a local file.
func (r *Rows) length() (n int64) {
	if !dump.InBucket(r.dump.Name) {
		return 0
	}
	for _, b := range r.blocks {
		n += b.Length
	}
	return n
}

// Entry returns the entry of the table's rows in the second dump, or nil if it has none.
func (t *Table) Entry() *archive.Entry {
	if t.To == nil {
		return nil
	}
	return t.To.dump.Head.ByID()[t.To.blocks[0].ID]
}

// Key returns the positions of the columns that identify a row, or nil without a key.
func (t *Table) Key() []int { return t.key }

// Bytes returns the download size of the rows that differ, in bytes: from both dumps if the
// table has changed, and from the second if it is replaced or added.
func (t *Table) Bytes() int64 {
	switch t.State {
	case Changed:
		return t.From.toRead() + t.To.toRead()
	case Replaced, Added:
		return t.To.length()
	case Same, Removed:
	}
	return 0
}

func (r *Rows) toRead() (n int64) {
	if r.segments == nil || !dump.InBucket(r.dump.Name) {
		return r.length()
	}
	for _, s := range r.differ {
		n += s.Length
	}
	return n
}

// Compare compares two dumps by their heads and manifests, without further downloads.
func Compare(from, to *dump.Dump) *Difference {
	d := &Difference{Schema: objects(from.Head, to.Head), Sequences: movedSequences(from.Head, to.Head)}
	before, after := tablesOf(from), tablesOf(to)
	why := ""
	if from.Head.Encoding() != to.Head.Encoding() {
		why = "the dumps have different encodings"
	}
	for _, t := range after.list {
		old := before.byName[t.name]
		if old == nil {
			d.Tables = append(d.Tables, &Table{Name: t.name, State: Added, To: t.rows})
			continue
		}
		d.Tables = append(d.Tables, compare(old, t, why))
	}
	for _, t := range before.list {
		if after.byName[t.name] == nil {
			d.Tables = append(d.Tables, &Table{Name: t.name, State: Removed, From: t.rows})
		}
	}
	return d
}

// compare compares a table. If why is not "", it is a reason to treat the table as
// replaced.
func compare(from, to *table, why string) *Table {
	t := &Table{Name: to.name, From: from.rows, To: to.rows, State: Changed, key: to.key}
	t.From.differ, t.To.differ = only(from.rows.segments, to.rows.segments), only(to.rows.segments, from.rows.segments)
	switch {
	case from.inserts != to.inserts:
		why = cmp.Or(why, onlyInserts)
	case from.definition != to.definition:
		why = cmp.Or(why, "its definition has changed")
	case same(from.rows, to.rows):
		t.State = Same
		return t
	case to.name.Name == LargeObjects && to.name.Schema == "":
		why = cmp.Or(why, "large objects are not compared")
	case to.inserts:
		why = cmp.Or(why, onlyInserts)
	case to.unread:
		why = cmp.Or(why, "its definition cannot be read")
	case to.key == nil:
		why = cmp.Or(why, "it has no primary key and no unique index on columns that are NOT NULL")
	}
	if why != "" {
		t.State, t.Why = Replaced, why
	}
	return t
}

// onlyInserts is the reason not to compare rows from pg_dump --inserts.
const onlyInserts = "its rows are INSERT statements"

// same reports whether two tables certainly have the same rows.
func same(from, to *Rows) bool {
	if from.segments != nil && to.segments != nil {
		return len(from.differ)+len(to.differ) == 0
	}
	return slices.EqualFunc(from.blocks, to.blocks, func(a, b archive.Block) bool {
		return a.Length == b.Length && a.SHA256 == b.SHA256 && a.SHA256 != [sha256.Size]byte{}
	})
}

// only returns the segments of list that others lacks. If a segment occurs more often in
// list, only returns it once for each extra occurrence.
func only(list, others []catalog.ManifestSegment) (rest []catalog.ManifestSegment) {
	count := map[catalog.Sum]int{}
	for _, s := range others {
		count[s.SHA256]++
	}
	for _, s := range list {
		if count[s.SHA256]--; count[s.SHA256] < 0 {
			rest = append(rest, s)
		}
	}
	return rest
}

// A table is a table of one dump.
type table struct {
	name       schema.Name
	definition string // everything that determines the meaning of the rows
	unread     bool   // the definition could not be parsed
	inserts    bool   // the rows are INSERT statements
	key        []int
	rows       *Rows
}

type tables struct {
	list   []*table // in the archive's order
	byName map[schema.Name]*table
}

// tablesOf returns the tables with rows in a dump, and one table for all large objects.
func tablesOf(d *dump.Dump) tables {
	all := tables{byName: map[schema.Name]*table{}}
	blocks := map[int]archive.Block{}
	for _, b := range d.Blocks {
		blocks[b.ID] = b
	}
	recorded := map[int]catalog.ManifestBlock{}
	if d.Manifest != nil {
		for _, b := range d.Manifest.Blocks {
			recorded[b.ID] = b
		}
	}
	described := map[int]*schema.Table{}
	for _, t := range schema.Read(d.Head).Tables {
		described[t.DataID] = t
	}
	definitions := definitionsOf(d.Head)
	for e := range d.Head.All() {
		if !e.HasBlock() {
			continue
		}
		b := blocks[e.ID]
		name := nameIn(e)
		if b.LargeObjects {
			name = schema.Name{Name: LargeObjects}
		}
		t := all.byName[name]
		if t == nil {
			t = &table{name: name, rows: &Rows{dump: d}}
			all.list, all.byName[name] = append(all.list, t), t
		}
		t.rows.blocks = append(t.rows.blocks, b)
		if b.LargeObjects {
			continue
		}
		columns := e.Copy
		if list, copies := schema.CopyColumns(e.Copy); copies { // omit the table's name, which may be that of a partitioned table above this one
			columns = strings.Join(list, ", ")
		}
		t.definition, t.inserts = definitions[name]+"\n"+columns, e.Copy == ""
		t.rows.Count, t.rows.segments = recorded[e.ID].Rows, recorded[e.ID].Segments
		if s := described[e.ID]; s != nil && e.Copy != "" {
			t.key, t.unread = keyOf(s), s.Unread != nil
		}
	}
	return all
}

// definitionsOf returns the definitions of the tables.
func definitionsOf(h *archive.Head) map[schema.Name]string {
	all := map[schema.Name]string{}
	for e := range h.All() {
		if e.Desc == "TABLE" {
			all[nameIn(e)] = e.Definition
		}
	}
	return all
}

// nameIn returns the name of the entry's object in UTF-8, for any encoding of the archive.
func nameIn(e *archive.Entry) schema.Name {
	namespace, tag := e.Names()
	return schema.Name{Schema: namespace, Name: tag}
}

// keyOf returns the positions of the columns that identify the rows of t: those of the
// primary key, or of the first unique index whose columns are all NOT NULL.
func keyOf(t *schema.Table) []int {
	if t.Unread != nil {
		return nil
	}
	uniques := slices.Clone(t.Uniques)
	slices.SortStableFunc(uniques, func(a, b schema.Unique) int {
		if a.Primary == b.Primary {
			return 0
		}
		if a.Primary {
			return -1
		}
		return 1
	})
	for _, u := range uniques {
		if u.Exclude || u.Where != "" || len(u.Expressions) > 0 || len(u.Columns) == 0 {
			continue
		}
		var places []int
		for _, name := range u.Columns {
			c, place := t.Column(name), slices.Index(t.Copy, name)
			if c == nil || !c.NotNull || place < 0 {
				break
			}
			places = append(places, place)
		}
		if len(places) == len(u.Columns) {
			return places
		}
	}
	return nil
}

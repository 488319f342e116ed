package mask

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// newColumn returns the column of table t that f masks, which is nil to keep its
// values.
func newColumn(name string, spec methods.Spec, f methods.Func, t *schema.Table) Column {
	c := Column{Name: name, Method: f}
	if f != nil {
		facts, _ := methods.FactsOf(spec.Name)
		c.perRow, c.blind = facts.PerRow, facts.IgnoresValue(t.Column(name).Type)
	}
	return c
}

// tellRowsApart decides what tells the rows of t from each other, for the columns
// that draw for each row: the primary key where its columns come first, so that a
// row of tomorrow's dump draws the same by the same seed, else the row's number.
// Both are the same in whatever pieces the rows arrive.
func (c *compiler) tellRowsApart(t *schema.Table, masked *Table) {
	first := slices.IndexFunc(masked.Columns, func(c Column) bool { return c.perRow })
	if first < 0 {
		return
	}
	name := t.Name
	if masked.key = keyBefore(t, first); masked.key != nil {
		name = whole(c.byName, t).Name // through whose partitions a row may move
	}
	for i := range masked.Columns {
		if col := &masked.Columns[i]; col.perRow {
			col.scope = []byte(name.String() + "\x00" + col.Name + "\x00")
		}
	}
}

// keyBefore returns the places of the columns of the primary key, nil when t has
// none, or one comes at or after first.
func keyBefore(t *schema.Table, first int) []int {
	for _, u := range t.Uniques {
		if !u.Primary {
			continue
		}
		var places []int
		for _, name := range u.Columns {
			places = append(places, slices.Index(t.Copy, name))
		}
		if len(places) > 0 && slices.Min(places) >= 0 && slices.Max(places) < first {
			return places
		}
	}
	return nil
}

// keyOf notes what tells a row from others.
func (m *masker) keyOf(row []byte) {
	if m.table.key == nil {
		m.key = strconv.AppendInt(m.key[:0], m.number, 10)
		return
	}
	m.key = m.key[:0]
	for _, place := range m.table.key {
		rest := row
		for range place {
			_, rest, _ = bytes.Cut(rest, []byte{'\t'})
		}
		field, _, _ := bytes.Cut(rest, []byte{'\t'})
		m.key = append(append(m.key, field...), '\t')
	}
}

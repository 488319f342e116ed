package mask

import (
	"slices"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// newColumn returns the column of table t that f masks, which is nil to keep its
// values.
func newColumn(name string, spec methods.Spec, f methods.Func, t *schema.Table) rows.Column {
	c := rows.Column{Name: name, Method: f}
	if f != nil {
		facts, _ := methods.FactsOf(spec.Name)
		c.PerRow, c.Blind = facts.PerRow, facts.IgnoresValue(t.Column(name).Type)
	}
	return c
}

// tellRowsApart decides what tells the rows of t from each other, for the columns
// that draw for each row: the primary key where its columns come first, so that a
// row of tomorrow's dump draws the same by the same seed, else the row's number.
// Both are the same in whatever pieces the rows arrive.
func (c *compiler) tellRowsApart(t *schema.Table, masked *rows.Table) {
	first := slices.IndexFunc(masked.Columns, func(c rows.Column) bool { return c.PerRow })
	if first < 0 {
		return
	}
	name := t.Name
	if masked.Key = keyBefore(t, first); masked.Key != nil {
		name = whole(c.byName, t).Name // through whose partitions a row may move
	}
	for i := range masked.Columns {
		if col := &masked.Columns[i]; col.PerRow {
			col.Scope = []byte(name.String() + "\x00" + col.Name + "\x00")
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

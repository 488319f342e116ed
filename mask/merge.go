package mask

import (
	"cmp"
	"slices"
)

// Over returns what p does and, where p leaves a column as it is, what base does
// to it. A table of which either wants no rows has none. It has the hash of the one
// that has rules, and both's warnings.
func (p *Plan) Over(base *Plan) *Plan {
	tables := map[int]*Table{}
	for _, plan := range []*Plan{base, p} {
		if plan == nil {
			continue
		}
		for id, t := range plan.tables {
			tables[id] = t.over(tables[id])
		}
	}
	both := NewPlan(tables, cmp.Or(p.RulesHash(), base.RulesHash()))
	both.warnings = slices.Concat(p.Warnings(), base.Warnings())
	both.emptied = p.EmptiesLargeObjects() || base.EmptiesLargeObjects()
	return both
}

// over returns what t does, and base where t does nothing. base may be nil.
func (t *Table) over(base *Table) *Table {
	if base == nil || t.None {
		return t
	}
	both := *t
	both.None = base.None
	if both.key == nil {
		both.key = base.key
	}
	both.Columns = slices.Clone(t.Columns)
	for i, c := range base.Columns {
		if i < len(both.Columns) && both.Columns[i].Method == nil {
			both.Columns[i] = c
		}
	}
	return &both
}

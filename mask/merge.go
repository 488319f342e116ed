package mask

import (
	"cmp"
	"slices"

	"github.com/rubyforgood/hectl/mask/rows"
)

// Over returns what p does and, where p leaves a column as it is, what base does
// to it. A table of which either wants no rows has none. It has the hash of the one
// that has rules, and both's warnings.
func (p *Plan) Over(base *Plan) *Plan {
	tables := map[int]*rows.Table{}
	for _, plan := range []*Plan{base, p} {
		if plan == nil {
			continue
		}
		for id, t := range plan.tables {
			tables[id] = over(t, tables[id])
		}
	}
	both := NewPlan(tables, cmp.Or(p.RulesHash(), base.RulesHash()))
	both.warnings = slices.Concat(p.Warnings(), base.Warnings())
	both.doubts = slices.Concat(p.doubtsOf(), base.doubtsOf())
	both.emptied = p.EmptiesLargeObjects() || base.EmptiesLargeObjects()
	return both
}

// over returns what t does, and base where t does nothing. base may be nil.
func over(t, base *rows.Table) *rows.Table {
	if base == nil || t.None {
		return t
	}
	both := *t
	both.None = base.None
	if both.Key == nil {
		both.Key = base.Key
	}
	both.Columns = slices.Clone(t.Columns)
	for i, c := range base.Columns {
		if i < len(both.Columns) && both.Columns[i].Method == nil {
			both.Columns[i] = c
		}
	}
	return &both
}

package mask

import (
	"cmp"
	"slices"

	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A Plan masks the rows of one archive.
type Plan struct {
	tables  map[int]*rows.Table
	hash    string
	emptied bool // whether large objects become empty

	warnings []string
	doubts   []*Doubt
}

// NewPlan returns a plan with tables by the dump id of their TABLE DATA entries. hash is
// Rules.Hash.
func NewPlan(tables map[int]*rows.Table, hash string) *Plan {
	return &Plan{tables: tables, hash: hash}
}

// orEmpty returns p, or an empty plan for nil.
func (p *Plan) orEmpty() *Plan {
	if p == nil {
		return &Plan{}
	}
	return p
}

// Table returns the plan for the rows of a TABLE DATA entry, or nil to keep them. A nil
// Plan keeps all rows.
func (p *Plan) Table(e *archive.Entry) *rows.Table { return p.tableByID(e.ID) }

func (p *Plan) tableByID(id int) *rows.Table { return p.orEmpty().tables[id] }

// RulesHash returns Rules.Hash, or "" if there are no rules.
func (p *Plan) RulesHash() string { return p.orEmpty().hash }

// Tables returns the number of tables that the plan changes or leaves out.
func (p *Plan) Tables() int { return len(p.orEmpty().tables) }

// EmptyLargeObjects makes large objects empty. It keeps their oids, because rows refer to
// them.
func (p *Plan) EmptyLargeObjects() { p.emptied = true }

// EmptiesLargeObjects reports whether large objects become empty.
func (p *Plan) EmptiesLargeObjects() bool { return p != nil && p.emptied }

// Masks reports whether the plan changes anything.
func (p *Plan) Masks() bool { return p != nil && (p.emptied || len(p.tables) > 0) }

// Warnings returns the warnings for the user: checks that may be violated and, unless they
// are refused, columns without a rule.
func (p *Plan) Warnings() []string { return p.orEmpty().warnings }

// Over returns a plan that masks the columns that p masks, and those that base masks and p
// keeps. It leaves out the rows that either plan leaves out. It has the hash of the plan
// with rules, and the warnings of both plans.
func (p *Plan) Over(base *Plan) *Plan {
	tables := map[int]*rows.Table{}
	for _, plan := range []*Plan{base, p} {
		for id, t := range plan.orEmpty().tables {
			tables[id] = over(t, tables[id])
		}
	}
	both := NewPlan(tables, cmp.Or(p.RulesHash(), base.RulesHash()))
	both.warnings = slices.Concat(p.Warnings(), base.Warnings())
	both.doubts = slices.Concat(p.orEmpty().doubts, base.orEmpty().doubts)
	both.emptied = p.EmptiesLargeObjects() || base.EmptiesLargeObjects()
	return both
}

// over returns t, with base's methods for the columns that t keeps. base may be nil.
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

// Covered lists a Plan's changes in one table.
type Covered struct {
	Table   string   `json:"table"` // such as "public.users"
	NoRows  bool     `json:"no_rows,omitempty"`
	Columns []string `json:"columns,omitempty"` // masked columns, quoted if SQL needs it
}

// Covers returns the changes in the tables whose TABLE DATA entries are wanted, in the
// order of the head.
func (p *Plan) Covers(head *archive.Head, wanted func(*archive.Entry) bool) []Covered {
	var all []Covered
	for e := range head.All() {
		t := p.Table(e)
		if t == nil || !wanted(e) {
			continue
		}
		c := Covered{Table: t.Name, NoRows: t.None}
		for _, column := range t.Columns {
			if !t.None && column.Method != nil {
				c.Columns = append(c.Columns, schema.Quote(column.Name))
			}
		}
		if c.NoRows || c.Columns != nil {
			all = append(all, c)
		}
	}
	return all
}

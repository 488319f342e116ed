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
	emptied bool // large objects become empty

	warnings []string
	doubts   []*Doubt
}

// NewPlan returns the plan with tables by the dump id of their TABLE DATA entries. hash
// is Rules.Hash.
func NewPlan(tables map[int]*rows.Table, hash string) *Plan {
	return &Plan{tables: tables, hash: hash}
}

// orEmpty returns a plan that changes nothing for a nil Plan.
func (p *Plan) orEmpty() *Plan {
	if p == nil {
		return &Plan{}
	}
	return p
}

// Table returns the plan for the rows of a TABLE DATA entry, nil to keep them. A nil
// Plan keeps all rows.
func (p *Plan) Table(e *archive.Entry) *rows.Table { return p.tableByID(e.ID) }

func (p *Plan) tableByID(id int) *rows.Table { return p.orEmpty().tables[id] }

// RulesHash returns Rules.Hash, "" if there are no rules.
func (p *Plan) RulesHash() string { return p.orEmpty().hash }

// Tables returns how many tables the plan changes or leaves out.
func (p *Plan) Tables() int { return len(p.orEmpty().tables) }

// EmptyLargeObjects makes large objects empty. Their oids are kept, because rows refer
// to them.
func (p *Plan) EmptyLargeObjects() { p.emptied = true }

// EmptiesLargeObjects reports whether large objects become empty.
func (p *Plan) EmptiesLargeObjects() bool { return p != nil && p.emptied }

// Masks reports whether the plan changes anything.
func (p *Plan) Masks() bool { return p != nil && (p.emptied || len(p.tables) > 0) }

// Warnings returns the warnings for the user: checks that may break and, unless they
// are refused, columns without a rule.
func (p *Plan) Warnings() []string { return p.orEmpty().warnings }

// Over returns a plan that masks the columns that p masks, and those that base masks
// and p keeps. It leaves out the rows that either plan leaves out. It has the hash
// of the plan with rules, and the warnings of both.
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

// over returns t, with the columns that it keeps as in base, which may be nil.
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

// Covered lists the changes of a Plan in one table.
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

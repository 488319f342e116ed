package mask

import (
	"cmp"
	"slices"

	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Plan is what happens to the rows of one archive.
type Plan struct {
	tables  map[int]*rows.Table
	hash    string
	emptied bool // large objects

	warnings []string
	doubts   []*Doubt
}

// NewPlan returns the plan that does what tables say, by the dump id of their
// TABLE DATA entries. hash tells plans with other rules apart.
func NewPlan(tables map[int]*rows.Table, hash string) *Plan {
	return &Plan{tables: tables, hash: hash}
}

// Table returns what happens to the rows of a TABLE DATA entry, nil for those
// that pass as they are. A nil Plan has all rows pass.
func (p *Plan) Table(e *archive.Entry) *rows.Table {
	if p == nil {
		return nil
	}
	return p.tables[e.ID]
}

func (p *Plan) tableByID(id int) *rows.Table {
	if p == nil {
		return nil
	}
	return p.tables[id]
}

// RulesHash is the SHA-256, in hexadecimal, of the rules and not of the seed: the
// same rules have the same hash. "" when there are none.
func (p *Plan) RulesHash() string {
	if p == nil {
		return ""
	}
	return p.hash
}

// Tables returns how many tables the plan changes, or leaves without rows.
func (p *Plan) Tables() int {
	if p == nil {
		return 0
	}
	return len(p.tables)
}

// EmptyLargeObjects has large objects keep their oids, to which rows refer, and
// lose what is in them.
func (p *Plan) EmptyLargeObjects() { p.emptied = true }

// EmptiesLargeObjects reports whether large objects lose what is in them.
func (p *Plan) EmptiesLargeObjects() bool { return p != nil && p.emptied }

// Masks reports whether the plan changes anything.
func (p *Plan) Masks() bool { return p != nil && (p.emptied || len(p.tables) > 0) }

// Warnings are what a person should look at: checks that may not hold, and, where
// they are not refused, columns without a rule.
func (p *Plan) Warnings() []string {
	if p == nil {
		return nil
	}
	return p.warnings
}

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

// Covered is what a Plan changes of one table.
type Covered struct {
	Table   string   `json:"table"` // such as "public.users"
	NoRows  bool     `json:"no_rows,omitempty"`
	Columns []string `json:"columns,omitempty"` // that are masked, quoted where SQL needs it
}

// Covers returns what the plan changes of the tables whose TABLE DATA entries are
// wanted, as they are in the head.
func (p *Plan) Covers(head *archive.Head, wanted func(*archive.Entry) bool) []Covered {
	var all []Covered
	for i := range head.Entries {
		t := p.Table(&head.Entries[i])
		if t == nil || !wanted(&head.Entries[i]) {
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

package mask

import (
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
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

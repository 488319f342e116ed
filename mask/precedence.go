package mask

import (
	"cmp"
	"slices"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// verdict is the rule for one column of one table.
type verdict struct {
	said    bool // a rule covers the column, including keep or a rule for the whole table
	spec    methods.Spec
	at      place
	builtIn bool
}

// masks reports whether the column's values change.
func (v verdict) masks() bool { return v.said && v.spec.Name != "keep" }

// subject is a table with its rules.
type subject struct {
	table *schema.Table
	// rules are the rules for the table, strongest first.
	rules []applied
	none  *applied // the rule that leaves its rows out; nil if it has rows
	// wrong has columns whose rule was already refused. Further problems with them are not
	// reported.
	wrong map[string]bool
}

// applied is a rule that applies to a table.
type applied struct {
	*tableRule
	of      *schema.Table // the table itself, or one from which it inherits
	builtIn bool
}

// applicable returns the rules for the first table of lineage, strongest first. The other
// tables of lineage are those from which it inherits, nearest first. For a partition,
// lineage begins with the partitioned table, whose rules apply.
//
// Rules in hectl.yml precede built-in rules. Within one file, a rule for the table precedes
// one for a table from which it inherits, a name precedes a pattern, and a later rule
// precedes an earlier one.
func (r *Rules) applicable(lineage []*schema.Table) []applied {
	var all []applied
	for _, layer := range []struct {
		rules   []tableRule
		builtIn bool
	}{{r.own, false}, {r.builtIn, true}} {
		for _, t := range lineage {
			var matching []applied
			for i := len(layer.rules) - 1; i >= 0; i-- {
				if layer.rules[i].pattern.Matches(t.Name) {
					matching = append(matching, applied{&layer.rules[i], t, layer.builtIn})
				}
			}
			slices.SortStableFunc(matching, func(a, b applied) int {
				return cmp.Compare(b.pattern.Exact(), a.pattern.Exact())
			})
			all = append(all, matching...)
		}
	}
	return all
}

// leftOut returns the rule that leaves the table's rows out, or nil if they are kept.
// {rows: none} has no effect after a stronger rule with an exact name, keep or {rows:
// all}.
func leftOut(rules []applied) *applied {
	for i := range rules {
		switch r := &rules[i]; {
		case r.rows == "none":
			return r
		case r.rows == "all" || r.keep || r.pattern.Exact() > 0:
			return nil
		}
	}
	return nil
}

// column returns the rule for a column.
func (s *subject) column(name string) verdict {
	if s.none != nil {
		return verdict{said: true, spec: methods.Spec{Name: "keep"}, at: s.none.at, builtIn: s.none.builtIn}
	}
	for _, r := range s.rules {
		if r.of != s.table && r.of.Column(name) == nil {
			continue
		}
		if c := r.column(name); c != nil {
			return verdict{said: true, spec: c.spec, at: c.at, builtIn: r.builtIn}
		}
		if r.keep || r.rest {
			return verdict{said: true, spec: methods.Spec{Name: "keep"}, at: r.at, builtIn: r.builtIn}
		}
	}
	return verdict{}
}

// asksForMasks reports whether any rule masks a column, even one that the table lacks.
func (s *subject) asksForMasks() bool {
	for _, r := range s.rules {
		for _, col := range r.columns {
			if col.spec.Name != "keep" {
				return true
			}
		}
		if r.keep || r.rest {
			return false
		}
	}
	return false
}

// place returns the place of the strongest rule that masks a column of the table.
func (s *subject) place() place {
	for _, r := range s.rules {
		if len(r.columns) > 0 {
			return r.at
		}
	}
	return place{}
}

package mask

import (
	"cmp"
	"slices"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// verdict is what the rules say of one column of one table.
type verdict struct {
	said    bool // by a rule, keep, or a word for the table
	spec    methods.Spec
	at      Place
	builtIn bool
}

// masks reports whether the column's values change.
func (v verdict) masks() bool { return v.said && v.spec.Name != "keep" }

// subject is a table with what the rules say of it.
type subject struct {
	table *schema.Table
	// rules are those that hold for it, the strongest first.
	rules []applied
	none  *applied // the rule because of which it has no rows; nil: it has
	// wrong are columns whose rule is refused already: what else would be wrong
	// with it is of no interest.
	wrong map[string]bool
}

// applied is a rule that holds for a table.
type applied struct {
	*tableRule
	of      *schema.Table // the table itself, or one that it inherits from
	builtIn bool
}

// applicable returns the rules for table t. lineage are t and the tables that it
// inherits from, nearest first; for a partition they begin with the whole, whose
// rules hold for it.
//
// What hectl.yml says goes before what is built in. In one file, what is said of
// the table itself goes before what is said of a table that it inherits from,
// and a name before a pattern, and what comes later before what comes earlier.
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

// leftOut returns the rule because of which the table has no rows, nil when it
// has. Rules of another kind outweigh it if they are for a name, or the word keep.
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

// column returns what the rules say of a column.
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

// asksForMasks reports whether a rule masks a column, of which the table may be
// known to have none.
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

// place returns where the strongest rule for the table that masks a column
// stands.
func (s *subject) place() Place {
	for _, r := range s.rules {
		if len(r.columns) > 0 {
			return r.at
		}
	}
	return Place{}
}

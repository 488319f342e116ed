package mask

import (
	"reflect"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// foreignKeys reports foreign keys whose two sides would no longer match.
func (c *compiler) foreignKeys(s *subject) {
	if s.none != nil || s.table.Unread != nil {
		return
	}
	for _, key := range s.table.ForeignKeys {
		there := c.byName[key.References]
		if there == nil {
			continue
		}
		other := c.subjects[there]
		nulled := false
		for _, name := range key.Columns {
			v := s.column(name)
			nulled = nulled || v.spec.Name == "null" && v.masks()
		}
		if nulled {
			continue // NULL references no row
		}
		if other.none != nil {
			c.referred(s, other, key)
			continue
		}
		for i, name := range key.Columns {
			c.sides(s, other, key, name, key.Foreign[i])
		}
	}
}

// referred refuses to leave out rows that a foreign key references.
func (c *compiler) referred(s, other *subject, key schema.ForeignKey) {
	if key.NotValid || other.none.rows == "" {
		return // left out on the command line; Postgres reports the foreign key
	}
	on := label(s.table.Name) + "." + schema.Quote(key.Columns[0])
	c.add(other.none.at, on, "also leave out the rows of "+label(s.table.Name)+", make the column null, or mask the columns of "+label(other.table.Name),
		"foreign key %s refers to %s, whose rows are left out", schema.Quote(key.Name), label(other.table.Name))
}

// joining returns the methods that keep equal values of type t equal.
func joining(t schema.Type) []string {
	return namesOf(func(f methods.Facts) bool { return f.Unique && !f.Null && !f.Passes && f.Fits(t) })
}

// sides checks one pair of columns of a foreign key.
func (c *compiler) sides(s, other *subject, key schema.ForeignKey, name, foreign string) {
	here, there := s.column(name), other.column(foreign)
	if !here.masks() && !there.masks() || s.wrong[name] || other.wrong[foreign] {
		return
	}
	a, b := s.table.Column(name), other.table.Column(foreign)
	if a == nil || b == nil {
		return
	}
	at := here.at
	if !here.masks() {
		at = there.at
	}
	on := label(s.table.Name) + "." + schema.Quote(name)
	to := label(other.table.Name) + "." + schema.Quote(foreign)
	for _, v := range []verdict{here, there} {
		if facts, _ := methods.FactsOf(v.spec.Name); v.masks() && facts.PerRow {
			c.add(at, on, "give both sides a method that keeps equal values equal, such as "+strings.Join(joining(a.Type), ", ")+", or keep both",
				"foreign key %s refers to %s, and %s makes a new value for each row, so the two columns would no longer match", schema.Quote(key.Name), to, v.spec.Name)
			return
		}
	}
	same := here.masks() == there.masks() && reflect.DeepEqual(here.spec, there.spec) &&
		methods.KindOf(a.Type) == methods.KindOf(b.Type) && a.Type.Root().Name == b.Type.Root().Name && a.Type.Length() == b.Type.Length()
	if same {
		return
	}
	c.add(at, on, "give both sides the same method, or keep both", "foreign key %s refers to %s, and the two columns would no longer match", schema.Quote(key.Name), to)
}

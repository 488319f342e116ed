package mask

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// column judges one method for one column, and makes it.
func (c *compiler) column(s *subject, col *schema.Column, v verdict) methods.Func {
	on := label(s.table.Name) + "." + schema.Quote(col.Name)
	facts, _ := methods.FactsOf(v.spec.Name)
	if col.Generated != schema.NotGenerated {
		inputs := s.table.Uses(col.Formula)
		c.add(v.at, on, "mask "+strings.Join(inputs, ", ")+" instead", "Postgres computes it, from %s", col.Formula)
		return nil
	}
	if !facts.Fits(col.Type) {
		c.add(v.at, on, "what fits: "+strings.Join(methodsFor(col.Type), ", "), "%s does not fit type %s", v.spec.Name, col.Type.SQL)
		return nil
	}
	if facts.Null && col.NotNull {
		c.add(v.at, on, "what fits: "+strings.Join(methodsFor(col.Type), ", "), "it is NOT NULL")
		return nil
	}
	if used := s.table.Uses(s.table.PartitionBy); s.table.PartitionBy != "" && slices.Contains(used, col.Name) {
		c.add(v.at, on, "keep it", "the table is partitioned by it (%s), so its rows would not fit their partitions", s.table.PartitionBy)
		return nil
	}
	if (v.spec.Name == "value" || v.spec.Name == "one_of") && !readable(col.Type) && !isNeutral(v.spec, col.Type) {
		c.warn("%s: hectl cannot tell whether %s is of type %s", on, v.spec, col.Type.SQL)
	}
	narrow := c.narrowed(s, col)
	room := c.roomUnder(s, col)
	if !c.indexable(s, col, v) {
		return nil
	}
	key := fmt.Sprint(v.spec, " ", narrow.Type.SQL, " ", room)
	if method, ok := c.made[key]; ok {
		return method
	}
	method, err := methods.New(v.spec, c.seed, methods.Column{Type: narrow.Type, Encoding: c.head.Encoding(), Room: room})
	if err != nil {
		c.add(v.at, on, "", "%v", err)
		return nil
	}
	c.made[key] = method
	return method
}

// readable reports whether NewMethod knows what text values of a type have.
func readable(t schema.Type) bool {
	kind := methods.KindOf(t)
	return kind != methods.Hstore && kind != methods.XML && kind != methods.TSVector && (kind != methods.Other || t.Root().Element().Root().Labels != nil)
}

// isNeutral reports whether the method makes a value that Postgres accepts in any
// column of type t.
func isNeutral(spec methods.Spec, t schema.Type) bool {
	text, ok := methods.Neutral(t)
	return ok && spec.Name == "value" && spec.Text == text
}

// methodsFor returns the names of the methods that fit a type.
func methodsFor(t schema.Type) []string {
	var names []string
	for _, f := range methods.All() {
		if f.Fits(t) && !f.Null && (t.Length() == 0 || f.Length <= t.Length()) {
			names = append(names, f.Name)
		}
	}
	return names
}

// narrowed returns the column as if its type had the limits that checks set, so
// that methods keep to them.
func (c *compiler) narrowed(s *subject, col *schema.Column) schema.Column {
	narrow := *col
	if methods.KindOf(col.Type) != methods.Text || col.Type.Array {
		return narrow
	}
	limit := col.Type.Length()
	for _, check := range c.checksOf(s, col) {
		conditions, _ := check.Conditions()
		for _, condition := range conditions {
			if condition.Max != nil && (condition.Column == col.Name || condition.Column == valueColumn) && (limit == 0 || *condition.Max < limit) {
				limit = *condition.Max
			}
		}
	}
	if limit > 0 && limit != col.Type.Length() {
		narrow.Type = schema.Type{
			SQL: fmt.Sprintf("%s with at most %d characters", col.Type.SQL, limit), Name: schema.Name{Name: "character varying"}, Modifiers: []int{limit},
		}
	}
	return narrow
}

// checksOf returns the valid checks that are about a column, those of its domain
// with its name for VALUE.
func (c *compiler) checksOf(s *subject, col *schema.Column) []schema.Check {
	var found []schema.Check
	for _, check := range s.table.Checks {
		if !check.NotValid && slices.Contains(s.table.Uses(check.SQL), col.Name) {
			found = append(found, check)
		}
	}
	return append(found, c.domainChecks(col)...)
}

// valueColumn is what a domain's check calls the value.
const valueColumn = "value"

// domainChecks returns the valid checks of a column's domain.
func (c *compiler) domainChecks(col *schema.Column) []schema.Check {
	var found []schema.Check
	for t := &col.Type; t != nil && !t.Array; t = t.Base {
		if d := c.schema.Domains[t.Name]; d != nil {
			for _, check := range d.Checks {
				if !check.NotValid {
					found = append(found, check)
				}
			}
		}
	}
	return found
}

// checks judges what the methods for a table do to its checks.
func (c *compiler) checks(s *subject) {
	for i := range s.table.Columns {
		col := &s.table.Columns[i]
		v := s.column(col.Name)
		if !v.masks() || s.wrong[col.Name] {
			continue
		}
		for _, check := range c.checksOf(s, col) {
			c.check(s, col, v, check)
		}
		if col.Type.Array && col.Type.Element().Base != nil {
			c.warn("%s.%s: hectl cannot tell whether the checks of domain %s still hold", label(s.table.Name), schema.Quote(col.Name), col.Type.Element().SQL)
		}
	}
}

func (c *compiler) warn(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(c.warnings, text) {
		c.warnings = append(c.warnings, text)
	}
}

// check judges what a column's method does to one check.
func (c *compiler) check(s *subject, col *schema.Column, v verdict, check schema.Check) {
	on := label(s.table.Name) + "." + schema.Quote(col.Name)
	name := "check " + schema.Quote(check.Name)
	facts, _ := methods.FactsOf(v.spec.Name)
	conditions, rest := check.Conditions()
	outputs := v.spec.Outputs()
	for _, condition := range conditions {
		if condition.Column != col.Name && condition.Column != valueColumn {
			continue
		}
		switch {
		case facts.Null:
			if condition.NotNull {
				c.add(v.at, on, "", "%s says IS NOT NULL", name)
			}
		case methods.KindOf(col.Type) == methods.Text && outputs != nil && !slices.ContainsFunc(outputs, func(o string) bool { return !condition.Holds(o) }):
		case methods.KindOf(col.Type) == methods.Text && outputs != nil:
			c.add(v.at, on, "", "%s, which says %s, does not allow what %s makes of it", name, check.SQL, v.spec.Name)
		case condition.OneOf != nil:
			c.add(v.at, on, "write {one_of: ["+strings.Join(condition.OneOf, ", ")+"]}, or keep", "%s allows nothing but %s", name, strings.Join(condition.OneOf, ", "))
		case condition.Min > 1 && v.spec.Name != "lorem" && v.spec.Name != "digits":
			c.warn("%s: hectl cannot tell whether %s, which says %s, still holds after %s", on, name, check.SQL, v.spec.Name)
		}
	}
	for _, sql := range rest {
		if facts.Null && !strings.Contains(strings.ToLower(sql), "null") {
			continue // what is unknown passes a check
		}
		if used := s.table.Uses(sql); slices.Contains(used, col.Name) || strings.Contains(sql, "VALUE") {
			c.warn("%s: hectl cannot tell whether %s, which says %s, still holds after %s", on, name, sql, v.spec.Name)
		}
	}
}

// foreignKeys judges whether both sides of each foreign key stay equal.
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
			continue // refers to nothing
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

// referred refuses to leave out rows that others refer to.
func (c *compiler) referred(s, other *subject, key schema.ForeignKey) {
	if key.NotValid || other.none.rows == "" {
		return // the command line's own choice, of which Postgres itself will tell
	}
	on := label(s.table.Name) + "." + schema.Quote(key.Columns[0])
	c.add(other.none.at, on, "leave the rows of "+label(s.table.Name)+" out as well, make the column null, or mask the columns of "+label(other.table.Name),
		"foreign key %s refers to %s, whose rows are left out", schema.Quote(key.Name), label(other.table.Name))
}

// joining returns the methods that keep equal values of a type equal.
func joining(t schema.Type) []string {
	var names []string
	for _, f := range methods.All() {
		if f.Unique && !f.Null && !f.Passes && f.Fits(t) {
			names = append(names, f.Name)
		}
	}
	return names
}

// sides judges one column of a foreign key.
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
				"foreign key %s refers to %s, and %s draws for each row, so that the two would no longer be equal", schema.Quote(key.Name), to, v.spec.Name)
			return
		}
	}
	same := here.masks() == there.masks() && reflect.DeepEqual(here.spec, there.spec) &&
		methods.KindOf(a.Type) == methods.KindOf(b.Type) && a.Type.Root().Name == b.Type.Root().Name && a.Type.Length() == b.Type.Length()
	if same {
		return
	}
	c.add(at, on, "give both sides the same method, or keep both", "foreign key %s refers to %s, and the two would no longer be equal", schema.Quote(key.Name), to)
}

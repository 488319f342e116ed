package mask

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// narrowed returns the column with its checks' length limits in its type, where methods
// respect them.
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

// limited returns the column called name as narrowed returns it, or nil if there is no such
// column.
func (c *compiler) limited(s *subject, name string) *schema.Column {
	col := s.table.Column(name)
	if col == nil {
		return nil
	}
	narrow := c.narrowed(s, col)
	return &narrow
}

// checksOf returns the valid checks on a column: those of its table, and those of its
// domain, in which the column is called VALUE.
func (c *compiler) checksOf(s *subject, col *schema.Column) []schema.Check {
	var found []schema.Check
	for _, check := range s.table.Checks {
		if !check.NotValid && slices.Contains(s.table.Uses(check.SQL), col.Name) {
			found = append(found, check)
		}
	}
	for t := &col.Type; t != nil && !t.Array; t = t.Base {
		if d := c.schema.Domains[t.Name]; d != nil {
			found = append(found, slices.DeleteFunc(slices.Clone(d.Checks), func(check schema.Check) bool { return check.NotValid })...)
		}
	}
	return found
}

// valueColumn is the name of the value in a domain's check.
const valueColumn = "value"

// checks reports the checks of a table that its methods may violate.
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

// check reports whether a column's method may violate one check.
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
				c.add(v.at, on, "", "%s requires IS NOT NULL", name)
			}
		case methods.KindOf(col.Type) == methods.Text && outputs != nil && !slices.ContainsFunc(outputs, func(o string) bool { return !condition.Holds(o) }):
		case methods.KindOf(col.Type) == methods.Text && outputs != nil:
			c.add(v.at, on, "", "%s (%s) does not allow the values that %s makes", name, check.SQL, v.spec.Name)
		case condition.OneOf != nil:
			c.add(v.at, on, "write {one_of: ["+strings.Join(condition.OneOf, ", ")+"]} or keep", "%s allows only %s", name, strings.Join(condition.OneOf, ", "))
		case condition.Min > 1 && v.spec.Name != "lorem" && v.spec.Name != "digits":
			c.warn("%s: hectl cannot tell whether %s (%s) still holds after %s", on, name, check.SQL, v.spec.Name)
		}
	}
	for _, sql := range rest {
		if facts.Null && !strings.Contains(strings.ToLower(sql), "null") {
			continue // a check with a NULL result passes
		}
		if used := s.table.Uses(sql); slices.Contains(used, col.Name) || strings.Contains(sql, "VALUE") {
			c.warn("%s: hectl cannot tell whether %s (%s) still holds after %s", on, name, sql, v.spec.Name)
		}
	}
}

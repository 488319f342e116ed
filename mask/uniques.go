package mask

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// uniques reports a table's unique indexes that its methods may violate.
func (c *compiler) uniques(s *subject) {
	for _, u := range s.table.Uniques {
		c.unique(s, u)
	}
}

func (c *compiler) unique(s *subject, u schema.Unique) {
	index := "unique index " + schema.Quote(u.Name)
	if u.Primary {
		index = "primary key " + schema.Quote(u.Name)
	}
	var bad []string // columns in which distinct values may become equal
	for _, name := range u.Columns {
		v := s.column(name)
		col := c.limited(s, name)
		switch {
		case col == nil || s.wrong[name]:
		case col.Generated != schema.NotGenerated:
			c.expression(s, index, col.Formula)
		case v.masks() && u.Exclude:
			c.complain(s, name, "keep it", "constraint %s compares it with other rows", schema.Quote(u.Name))
		case v.masks() && !keepsApart(v.spec, col, u):
			bad = append(bad, name)
		}
	}
	for _, expression := range u.Expressions {
		c.expression(s, index, expression)
	}
	if u.Where != "" {
		c.partial(s, index, u.Where)
	}
	if len(bad) == 0 || c.implied(s, u, bad) {
		return
	}
	for _, name := range bad {
		v := s.column(name)
		reason := "distinct values may become equal"
		if facts, _ := methods.FactsOf(v.spec.Name); facts.Same || facts.Null {
			reason = "all values become equal"
		} else if facts.Unique {
			reason = "there is too little room for distinct values"
		}
		c.complain(s, name, "use a method that keeps values distinct: "+strings.Join(apart(c.limited(s, name), u), ", "),
			"%s is on (%s), and with %s %s", index, strings.Join(u.Columns, ", "), v.spec.Name, reason)
	}
}

// keepsApart reports whether distinct values stay distinct under a unique index.
func keepsApart(spec methods.Spec, col *schema.Column, u schema.Unique) bool {
	facts, _ := methods.FactsOf(spec.Name)
	switch {
	case !facts.Unique:
		return false
	case facts.Null:
		return !u.NullsNotDistinct
	case spec.Name == "digits" && col.Type.Root().Name.Name == "citext":
		return false // digits keeps capitals, and citext ignores case
	}
	length := col.Type.Length()
	return length == 0 || length >= facts.UniqueLength
}

// apart returns the methods that keep the column's values distinct.
func apart(col *schema.Column, u schema.Unique) []string {
	return namesOf(func(f methods.Facts) bool {
		return f.Fits(col.Type) && (!f.Null || !col.NotNull) && keepsApart(methods.Spec{Name: f.Name}, col, u)
	})
}

// implied reports whether another unique index, on columns of u that are not in bad,
// already keeps the rows distinct.
func (c *compiler) implied(s *subject, u schema.Unique, bad []string) bool {
	return slices.ContainsFunc(s.table.Uniques, func(other schema.Unique) bool {
		if other.Where != "" || len(other.Expressions) > 0 || other.Exclude || len(other.Columns) == 0 {
			return false
		}
		return !slices.ContainsFunc(other.Columns, func(name string) bool {
			col := c.limited(s, name)
			v := s.column(name)
			return col == nil || !slices.Contains(u.Columns, name) || slices.Contains(bad, name) ||
				!col.NotNull || v.masks() && !keepsApart(v.spec, col, other)
		})
	})
}

// expression checks an expression in a unique index.
func (c *compiler) expression(s *subject, index, sql string) {
	for _, name := range s.table.Uses(sql) {
		v := s.column(name)
		col := c.limited(s, name)
		if !v.masks() || s.wrong[name] || foldsCase(sql, name) && slices.Contains([]string{"email", "uuid", "hash"}, v.spec.Name) && keepsApart(v.spec, col, schema.Unique{}) {
			continue
		}
		c.complain(s, name, "keep it", "%s is on %s, and hectl cannot tell whether that stays unique", index, sql)
	}
}

// foldsCase reports whether an expression is a column in lower or upper case. Values of
// email, uuid and hash never differ only in case.
func foldsCase(sql, column string) bool {
	name := schema.Quote(column)
	return slices.ContainsFunc([]string{"lower", "upper"}, func(function string) bool {
		return sql == function+"("+name+")" || sql == function+"(("+name+")::text)"
	})
}

// partial checks the condition of a partial unique index: masking may add rows to the
// index.
func (c *compiler) partial(s *subject, index, where string) {
	conditions, rest := schema.Check{SQL: where}.Conditions()
	for _, name := range s.table.Uses(where) {
		v := s.column(name)
		if !v.masks() || s.wrong[name] {
			continue
		}
		onlyNotNull := !slices.ContainsFunc(conditions, func(one schema.Condition) bool { return one.Column == name && !one.NotNull }) &&
			!slices.ContainsFunc(rest, func(sql string) bool { return slices.Contains(s.table.Uses(sql), name) })
		if !onlyNotNull {
			c.complain(s, name, "keep it", "%s is for rows WHERE %s, and masking could add rows to it", index, where)
		}
	}
}

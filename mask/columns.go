package mask

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// column checks the method for one column and returns its Func.
func (c *compiler) column(s *subject, col *schema.Column, v verdict) methods.Func {
	on := label(s.table.Name) + "." + schema.Quote(col.Name)
	facts, _ := methods.FactsOf(v.spec.Name)
	if col.Generated != schema.NotGenerated {
		inputs := s.table.Uses(col.Formula)
		c.add(v.at, on, "mask "+strings.Join(inputs, ", ")+" instead", "Postgres computes it from %s", col.Formula)
		return nil
	}
	if !facts.Fits(col.Type) {
		c.add(v.at, on, "use a method that fits: "+strings.Join(methodsFor(col.Type), ", "), "%s does not fit type %s", v.spec.Name, col.Type.SQL)
		return nil
	}
	if facts.Null && col.NotNull {
		c.add(v.at, on, "use a method that fits: "+strings.Join(methodsFor(col.Type), ", "), "it is NOT NULL")
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

// readable reports whether methods.New recognizes values of type t.
func readable(t schema.Type) bool {
	kind := methods.KindOf(t)
	return kind != methods.Hstore && kind != methods.XML && kind != methods.TSVector && (kind != methods.Other || t.Root().Element().Root().Labels != nil)
}

// isNeutral reports whether the method returns a value that Postgres accepts in any column
// of type t.
func isNeutral(spec methods.Spec, t schema.Type) bool {
	text, ok := methods.Neutral(t)
	return ok && spec.Name == "value" && spec.Text == text
}

func methodsFor(t schema.Type) []string {
	return namesOf(func(f methods.Facts) bool {
		return f.Fits(t) && !f.Null && (t.Length() == 0 || f.Length <= t.Length())
	})
}

// namesOf returns the names of the methods for which suits returns true.
func namesOf(suits func(methods.Facts) bool) []string {
	var names []string
	for _, f := range methods.All() {
		if suits(f) {
			names = append(names, f.Name)
		}
	}
	return names
}

func (c *compiler) warn(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(c.warnings, text) {
		c.warnings = append(c.warnings, text)
	}
}

// complain reports a problem with the rule for a column.
func (c *compiler) complain(s *subject, name, do, format string, args ...any) {
	c.add(s.column(name).at, label(s.table.Name)+"."+schema.Quote(name), do, format, args...)
}

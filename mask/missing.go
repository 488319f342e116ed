package mask

import (
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// names reports tables and columns in hectl.yml that are not in the archive. Built-in rules
// are exempt, because they cover several versions of the application.
func (c *compiler) names() {
	for i := range c.rules.own {
		r := &c.rules.own[i]
		var matching []*schema.Table
		for _, t := range c.schema.Tables {
			if r.pattern.Matches(t.Name) {
				matching = append(matching, t)
			}
		}
		if len(matching) == 0 {
			c.noTable(r)
			continue
		}
		for _, t := range matching {
			c.partition(r, t)
			if t.Kind == schema.Foreign && r.pattern.Exact() > 0 {
				c.add(r.at, label(t.Name), "remove the rule", "it is a foreign table, whose rows are on another server and never in a dump")
			}
		}
		for _, col := range r.columns {
			c.noColumn(r, &col, matching)
		}
	}
}

func (c *compiler) noTable(r *tableRule) {
	for n, kind := range c.schema.Others {
		if r.pattern.Matches(n) && r.pattern.Exact() > 0 {
			do := "mask the tables that it reads"
			if kind == "sequence" {
				do = "remove the rule"
			}
			c.add(r.at, r.pattern.String(), do, "it is a %s, which has no rows of its own in a dump", kind)
			return
		}
	}
	var names []string
	for _, t := range c.schema.Tables {
		names = append(names, schema.Quote(t.Name.Name))
		if r.pattern.Exact() == 2 {
			names = append(names, t.String())
		}
	}
	c.add(r.at, r.pattern.String(), "", "the dump has no such table%s", nearest(r.pattern.String(), names))
}

func (c *compiler) noColumn(r *tableRule, col *columnRule, matching []*schema.Table) {
	var names []string
	for _, t := range matching {
		if t.Column(col.name) != nil || t.Unread != nil {
			return
		}
		for _, column := range t.Columns {
			names = append(names, column.Name)
		}
	}
	do := ""
	if near := nearest(col.name, names); near == "" && len(matching) == 1 && len(names) <= 12 {
		do = "it has " + strings.Join(names, ", ")
	}
	c.add(col.at, r.pattern.String()+"."+col.name, do, "there is no such column%s", nearest(col.name, names))
}

// partition refuses rules for a single partition, because rows move between partitions and
// a query of the partitioned table returns the rows of all partitions.
func (c *compiler) partition(r *tableRule, t *schema.Table) {
	of := whole(c.byName, t)
	if of == t || r.pattern.Matches(of.Name) || r.rows == "none" {
		return
	}
	c.add(r.at, label(t.Name), "write the rule for "+label(of.Name), "it is a partition of %s, whose rules apply to all its partitions", label(of.Name))
}

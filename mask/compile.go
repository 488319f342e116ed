package mask

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// compiler holds rules against the tables of one archive.
type compiler struct {
	problems
	rules    *Rules
	seed     methods.Seed
	head     *archive.Head
	schema   *schema.Schema
	takes    func(*archive.Entry) bool
	keep     []schema.Pattern
	byName   map[schema.Name]*schema.Table
	subjects map[*schema.Table]*subject
	masks    map[*schema.Table]*rows.Table
	made     map[string]methods.Func // by method and type: to make one takes a millisecond
	warnings []string
}

// Options are what else decides a plan.
type Options struct {
	// Takes tells whether the rows of a TABLE DATA entry are wanted at all; nil:
	// all are. Columns of others need no rule.
	Takes func(*archive.Entry) bool
	// Keep is as for Credentials: columns of these tables need a rule.
	Keep []schema.Pattern
}

// Plan returns what happens to the rows of an archive. An error, of code
// fault.Usage, names all that is wrong at once, each with its place in the file;
// and with UnlistedFail each column that could hold personal data and has no
// rule.
func (r *Rules) Plan(head *archive.Head, seed methods.Seed, opt Options) (*Plan, error) {
	c := r.compile(head, seed, opt)
	if err := c.err(r.title(head)); err != nil {
		return nil, err
	}
	report := c.report()
	if err := report.Unlisted(r); err != nil {
		return nil, err
	}
	plan := c.plan()
	plan.warnings = c.warnings
	if open := report.open(); len(open) > 0 && r.Unlisted == UnlistedWarn {
		plan.warnings = append(plan.warnings, fmt.Sprintf("no rule covers %s; \"hectl mask check --suggest\" prints some", listed(open)))
	}
	if open := report.openDefinitions(); len(open) > 0 && r.Unlisted == UnlistedWarn {
		plan.warnings = append(plan.warnings, fmt.Sprintf("nobody has reviewed %s: %s; \"hectl mask check\" lists all", open[0].Name, open[0].Why))
	}
	if r.largeObjects == "none" {
		plan.EmptyLargeObjects()
	}
	return plan, nil
}

// plan returns what the rules do to the rows.
func (c *compiler) plan() *Plan {
	tables := map[int]*rows.Table{}
	for t, m := range c.masks {
		if t.DataID != 0 {
			tables[t.DataID] = m
		}
	}
	return NewPlan(tables, c.rules.Hash())
}

// Check returns what the rules say of each column of an archive. The error is as
// for Plan, but for columns without a rule, which are the report's, and with what
// keeps Credentials from being replaced.
func (r *Rules) Check(head *archive.Head) (*Report, error) {
	c := r.compile(head, methods.RandomSeed(), Options{})
	if err := c.err(r.title(head)); err != nil {
		return nil, err
	}
	_, err := Credentials(c.schema, CredentialOptions{Password: methods.DefaultPassword, Seed: c.seed, Over: c.plan()})
	return c.report(), err
}

func (r *Rules) title(head *archive.Head) string {
	if r.path == "" {
		return "the built-in rules for masking do not fit database " + head.Database
	}
	return "the rules for masking in " + r.path + " do not fit database " + head.Database
}

func (r *Rules) compile(head *archive.Head, seed methods.Seed, opt Options) *compiler {
	c := &compiler{
		rules: r, seed: seed, head: head, schema: schema.Read(head), takes: opt.Takes, keep: opt.Keep,
		byName: map[schema.Name]*schema.Table{}, subjects: map[*schema.Table]*subject{}, masks: map[*schema.Table]*rows.Table{}, made: map[string]methods.Func{},
	}
	for _, t := range c.schema.Tables {
		c.byName[t.Name] = t
	}
	entries := head.ByID()
	for _, t := range c.schema.Tables {
		s := &subject{table: t, rules: r.applicable(ancestors(c.byName, t))}
		s.none = leftOut(s.rules)
		if s.none == nil && t.PartitionOf != nil {
			s.none = leftOut(r.applicable([]*schema.Table{t}))
		}
		if e := entries[t.DataID]; e != nil && c.takes != nil && !c.takes(e) {
			s.none = &applied{tableRule: &tableRule{}, of: t}
		}
		c.subjects[t] = s
	}
	c.names()
	for _, t := range c.schema.Tables {
		c.table(c.subjects[t])
	}
	for _, t := range c.schema.Tables {
		c.foreignKeys(c.subjects[t])
	}
	return c
}

// table judges the rules for one table, and notes what happens to its rows.
func (c *compiler) table(s *subject) {
	t := s.table
	if s.none != nil {
		if t.DataID != 0 {
			c.masks[t] = &rows.Table{Name: t.String(), None: true}
		}
		return
	}
	if t.Kind == schema.Foreign {
		return // names says that
	}
	methods := map[string]methods.Func{}
	s.wrong = map[string]bool{}
	for i := range t.Columns {
		col := &t.Columns[i]
		if v := s.column(col.Name); v.masks() {
			before := len(c.list)
			methods[col.Name] = c.column(s, col, v)
			s.wrong[col.Name] = len(c.list) > before
		}
	}
	if len(methods) == 0 && (t.Unread == nil || !s.asksForMasks()) {
		return
	}
	if t.Unread != nil {
		c.add(s.place(), label(t.Name), "keep the whole table, or leave its rows out: {rows: none}", "what the dump says of it cannot be read (%v)", t.Unread)
		return
	}
	c.uniques(s)
	c.checks(s)
	c.computed(s)
	if t.DataID == 0 {
		return
	}
	if t.Copy == nil {
		c.add(s.place(), label(whole(c.byName, t).Name), "make the dump without --inserts, keep the whole table, or leave its rows out: {rows: none}", "its rows are INSERT statements, which are not masked")
		return
	}
	masked := &rows.Table{Name: t.String()}
	for _, name := range t.Copy {
		masked.Columns = append(masked.Columns, newColumn(name, s.column(name).spec, methods[name], t))
	}
	c.tellRowsApart(t, masked)
	c.masks[t] = masked
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

// names looks for tables and columns that hectl.yml names and that are not
// there. The built-in rules are for versions of the application that come and
// went as well.
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
				c.add(r.at, label(t.Name), "leave it out", "it is a foreign table: its rows are on another server, and in no dump")
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
				do = "leave it out"
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

// partition refuses rules for one partition: rows move between them, and who asks
// the whole sees the rows of all.
func (c *compiler) partition(r *tableRule, t *schema.Table) {
	of := whole(c.byName, t)
	if of == t || r.pattern.Matches(of.Name) || r.rows == "none" {
		return
	}
	c.add(r.at, label(t.Name), "say it of "+label(of.Name), "it is a partition of %s, whose rules hold for all its partitions", label(of.Name))
}

// listed names the first few of some columns.
func listed(findings []Finding) string {
	var names []string
	for _, f := range findings {
		names = append(names, f.On())
	}
	if len(names) > 5 {
		names = append(names[:5:5], fmt.Sprintf("%d more", len(names)-5))
	}
	return strings.Join(slices.Clip(names), ", ")
}

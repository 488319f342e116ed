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

// A compiler applies rules to the tables of one archive.
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
	made     map[string]methods.Func // by method and type; creating one takes a millisecond
	warnings []string
}

// Options limit and extend a plan.
type Options struct {
	// Takes reports whether the rows of a TABLE DATA entry are restored; nil means all are.
	// The columns of other tables need no rule.
	Takes func(*archive.Entry) bool
	// Keep is CredentialOptions.Keep: the columns of these tables need a rule.
	Keep []schema.Pattern
	// RowsOnly means that the schema is not restored, so its definitions need no review.
	RowsOnly bool
}

// Plan returns the plan for an archive. An error has code fault.Usage and lists every
// problem with its place in the file. With UnlistedFail, it also lists every column that
// could contain personal data and has no rule.
func (r *Rules) Plan(head *archive.Head, seed methods.Seed, opt Options) (*Plan, error) {
	c := r.compile(head, seed, opt)
	if err := c.err(r.title(head)); err != nil {
		return nil, err
	}
	report := c.report()
	if opt.RowsOnly {
		report.Definitions = nil
	}
	if err := report.unlisted(r); err != nil {
		return nil, err
	}
	plan := c.plan()
	plan.warnings = c.warnings
	if open := report.open(); len(open) > 0 && r.Unlisted == UnlistedWarn {
		plan.warnings = append(plan.warnings, fmt.Sprintf("no rule covers %s; \"hectl mask check --suggest\" prints rules", listed(open)))
	}
	if open := report.openDefinitions(); len(open) > 0 && r.Unlisted == UnlistedWarn {
		plan.warnings = append(plan.warnings, fmt.Sprintf("review %s: %s; \"hectl mask check\" lists all", open[0].Name, open[0].Why))
	}
	if r.largeObjects == "none" {
		plan.EmptyLargeObjects()
	}
	return plan, nil
}

// plan returns the rules' plan, without credentials.
func (c *compiler) plan() *Plan {
	tables := map[int]*rows.Table{}
	for t, m := range c.masks {
		if t.DataID != 0 {
			tables[t.DataID] = m
		}
	}
	return NewPlan(tables, c.rules.Hash())
}

// Check reports the rule for each column of an archive. It returns the errors of Plan,
// except for columns without a rule, which are in the report, and the errors of
// Credentials.
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
		return "the built-in masking rules do not fit database " + head.Database
	}
	return "the masking rules in " + r.path + " do not fit database " + head.Database
}

func (r *Rules) compile(head *archive.Head, seed methods.Seed, opt Options) *compiler {
	return r.compileSchema(schema.Read(head), head, seed, opt)
}

// compileSchema is like compile, for a head whose schema has been read.
func (r *Rules) compileSchema(s *schema.Schema, head *archive.Head, seed methods.Seed, opt Options) *compiler {
	c := &compiler{
		rules: r, seed: seed, head: head, schema: s, takes: opt.Takes, keep: opt.Keep,
		byName: s.ByName(), subjects: map[*schema.Table]*subject{}, masks: map[*schema.Table]*rows.Table{}, made: map[string]methods.Func{},
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

// table checks the rules for one table and adds it to the plan.
func (c *compiler) table(s *subject) {
	t := s.table
	if s.none != nil {
		if t.DataID != 0 {
			c.masks[t] = &rows.Table{Name: t.String(), None: true}
		}
		return
	}
	if t.Kind == schema.Foreign {
		return // names has reported the problem
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
		c.add(s.place(), label(t.Name), "keep the whole table, or leave its rows out: {rows: none}", "its definition in the dump cannot be read (%v)", t.Unread)
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

// newColumn returns the column of table t that f masks. A nil f keeps the values.
func newColumn(name string, spec methods.Spec, f methods.Func, t *schema.Table) rows.Column {
	c := rows.Column{Name: name, Method: f}
	if f != nil {
		facts, _ := methods.FactsOf(spec.Name)
		c.PerRow, c.Blind = facts.PerRow, facts.IgnoresValue(t.Column(name).Type)
	}
	return c
}

// tellRowsApart determines how methods that are PerRow identify the rows of t: by the
// primary key if its columns come first, and by the row's number otherwise. With the key, a
// row has the same fake data in tomorrow's dump with the same seed. Neither depends on how
// the rows are split into pieces.
func (c *compiler) tellRowsApart(t *schema.Table, masked *rows.Table) {
	first := slices.IndexFunc(masked.Columns, func(c rows.Column) bool { return c.PerRow })
	if first < 0 {
		return
	}
	name := t.Name
	if masked.Key = keyBefore(t, first); masked.Key != nil {
		name = whole(c.byName, t).Name // a row may move between partitions
	}
	for i := range masked.Columns {
		if col := &masked.Columns[i]; col.PerRow {
			col.Scope = []byte(name.String() + "\x00" + col.Name + "\x00")
		}
	}
}

// keyBefore returns the positions of the primary key's columns, or nil if t has no primary
// key or one of them is not before first.
func keyBefore(t *schema.Table, first int) []int {
	for _, u := range t.Uniques {
		if !u.Primary {
			continue
		}
		var places []int
		for _, name := range u.Columns {
			places = append(places, slices.Index(t.Copy, name))
		}
		if len(places) > 0 && slices.Min(places) >= 0 && slices.Max(places) < first {
			return places
		}
	}
	return nil
}

// listed returns the names of the first few findings, for a message.
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

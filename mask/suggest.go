package mask

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Suggestion returns the lines to add to hectl.yml for everything that is open.
func (r *Report) Suggestion() string {
	text := "mask:\n"
	if r.Open() > 0 {
		text = r.suggestRules()
	}
	open := r.openDefinitions()
	if len(open) > 0 {
		text += "  definitions:\n"
	}
	for _, d := range open {
		text += fmt.Sprintf("    %s: %s # %s\n", methods.YAML(d.Name), methods.YAML(d.Hash), d.Why)
	}
	return text
}

// suggestRules returns rules for everything that is open, in the format of hectl.yml. They
// are only a start, and need a review.
func (r *Report) suggestRules() string {
	var b strings.Builder
	b.WriteString("mask:\n")
	tables := r.suggestions()
	for _, f := range r.open() {
		if f.Table == "" {
			b.WriteString("  large_objects: none\n")
		}
	}
	if len(tables) > 0 {
		b.WriteString("  tables:\n")
	}
	for _, t := range tables {
		name := r.compiler.tablePattern(t.table.Name)
		switch {
		case t.rows:
			b.WriteString("    " + name + ": {rows: none}\n")
		case t.keep:
			b.WriteString("    " + name + ": keep # nothing else fits; review it\n")
		default:
			b.WriteString("    " + name + ":\n")
			for _, c := range t.columns {
				b.WriteString("      " + methods.YAML(c.name) + ": " + c.text + "\n")
			}
		}
	}
	return b.String()
}

// A suggestedTable is the suggestion for one table.
type suggestedTable struct {
	table      *schema.Table
	findings   []Finding
	rows, keep bool // suggests {rows: none}, or keep for the whole table
	columns    []suggestedColumn
}

type suggestedColumn struct {
	name, text string // in the format of hectl.yml
	spec       methods.Spec
}

// nothingFits returns the suggestion if no method fits a column.
func nothingFits() (methods.Spec, string) {
	return methods.Spec{Name: "keep"}, "keep # no method fits; review it"
}

// suggestions returns suggestions that are valid together. A suggestion that is valid alone
// may conflict with those for other columns, tables and partitions.
func (r *Report) suggestions() []*suggestedTable {
	var tables []*suggestedTable
	byTable := map[*schema.Table]*suggestedTable{}
	for _, f := range r.open() {
		if f.Table == "" {
			continue
		}
		t := byTable[f.subject.table]
		if t == nil {
			t = &suggestedTable{table: f.subject.table, rows: f.Column == "" || f.subject.discardable()}
			byTable[t.table] = t
			tables = append(tables, t)
		}
		t.findings = append(t.findings, f)
	}
	for _, t := range tables {
		if !t.rows {
			r.suggestColumns(t)
		}
	}
	for r.mend(tables) {
	}
	return tables
}

func (r *Report) suggestColumns(t *suggestedTable) {
	var rule tableRule
	for _, f := range t.findings {
		spec, text := r.suggestion(f, rule.columns)
		if f.Column == "*" { // no rule can name it
			spec, text = methods.Spec{Name: "keep"}, "keep"
		}
		rule.columns = append(rule.columns, columnRule{name: f.Column, spec: spec})
		t.columns = append(t.columns, suggestedColumn{f.Column, text, spec})
	}
}

// suggestedFile is the File of a suggestion's Place. Its line is the index of the suggested
// table. Its column is the index of the column plus 1, or 0 for the whole table.
const suggestedFile = "\x00suggested"

// mend weakens suggestions that are refused, and reports whether there were any.
func (r *Report) mend(tables []*suggestedTable) bool {
	rules := *r.compiler.rules
	rules.own = slices.Clone(rules.own)
	for i, t := range tables {
		rule := tableRule{at: place{suggestedFile, i, 0}, keep: t.keep}
		pattern, err := schema.ParsePattern(t.table.String())
		if err != nil {
			continue
		}
		rule.pattern = pattern
		if t.rows {
			rule.rows = "none"
		}
		for j, c := range t.columns {
			rule.columns = append(rule.columns, columnRule{c.name, c.spec, place{suggestedFile, i, j + 1}})
		}
		rules.own = append(rules.own, rule)
	}
	mended := false
	whole := map[int]bool{} // tables that mend has weakened as a whole
	for _, problem := range rules.compile(r.compiler.head, r.compiler.seed, Options{Takes: r.compiler.takes, Keep: r.compiler.keep}).list {
		at := problem.Place
		if at.File != suggestedFile || whole[at.Line] {
			continue
		}
		whole[at.Line] = at.Column == 0
		mended = r.takeBack(tables[at.Line], at.Column-1) || mended
	}
	return mended
}

// takeBack suggests less for a column of t, or for all of t if column is negative. It
// returns false if there is nothing less to suggest.
func (r *Report) takeBack(t *suggestedTable, column int) bool {
	switch {
	case column >= 0:
		c := &t.columns[column]
		if c.spec.Name == "keep" {
			return false
		}
		c.spec, c.text = nothingFits()
	case t.keep:
		return false
	case t.rows && t.findings[0].Column != "":
		t.rows = false
		r.suggestColumns(t)
	default:
		t.rows, t.keep, t.columns = false, true, nil
	}
	return true
}

// tablePattern returns the pattern that matches exactly one table, as a YAML key.
func (c *compiler) tablePattern(n schema.Name) string {
	pattern := label(n)
	if slices.ContainsFunc(c.schema.Tables, func(t *schema.Table) bool { return t.Name != n && t.Name.Name == n.Name }) {
		pattern = n.String()
	}
	switch {
	case strings.ContainsFunc(pattern, unicode.IsControl):
		return strconv.Quote(pattern)
	case strings.ContainsAny(pattern, `"`):
		return "'" + strings.ReplaceAll(pattern, "'", "''") + "'"
	}
	return methods.YAML(pattern)
}

// discardable reports whether the rows of a table are useless to developers.
func (s *subject) discardable() bool {
	return slices.Contains([]string{"versions", "audits", "sessions", "delayed_jobs", "solid_cache_entries", "ahoy_events", "ahoy_visits", "good_jobs", "que_jobs"}, s.table.Name.Name)
}

// suggestion returns a method for an open column. The method is valid together with others,
// which are the suggestions for the table's other columns.
func (r *Report) suggestion(f Finding, others []columnRule) (methods.Spec, string) {
	few := fewValues(r.compiler, f.subject.table, f.column)
	if word := lastWord(f.Column); methods.KindOf(f.column.Type) == methods.Text && few == nil && slices.Contains([]string{
		"type", "state", "status", "kind", "locale", "zone", "event", "provider", "environment", "version", "category", "role", "currency", "unit", "size", "queue", "language", "country",
	}, word) {
		return methods.Spec{Name: "keep"}, "keep"
	}
	var candidates []methods.Spec
	if few != nil {
		candidates = append(candidates, methods.Spec{Name: "one_of", Texts: few})
	}
	if about, named := topicOf(f.Column); named {
		candidates = append(candidates, about.suggested...)
	}
	switch methods.KindOf(f.column.Type) {
	case methods.Date, methods.Timestamp:
		candidates = append(candidates, specs("shift_days")...)
	case methods.Inet:
		candidates = append(candidates, specs("ip")...)
	}
	candidates = append(candidates, specs("json", "lorem", "hash", "uuid", "digits", "noise", "empty", "null")...)
	if text, ok := methods.Neutral(f.column.Type); ok {
		candidates = append(candidates, methods.Spec{Name: "value", Text: text})
	}
	for _, note := range []string{"", " # its check may not hold"} {
		for _, spec := range candidates {
			if spec.Name == "json" && methods.KindOf(f.column.Type) != methods.JSON {
				continue // text that is not JSON would fail a fetch
			}
			if r.compiler.fits(f, others, spec, note != "") {
				return spec, spec.String() + note
			}
		}
	}
	return nothingFits()
}

// fewValues returns the values of a column if its type or a check lists them, or nil.
func fewValues(c *compiler, t *schema.Table, col *schema.Column) []string {
	element := col.Type.Root().Element().Root()
	switch {
	case len(element.Labels) > 0:
		return element.Labels
	case methods.KindOf(col.Type) == methods.Boolean:
		return []string{"f", "t"}
	}
	return listOfCheck(c, t, col)
}

func lastWord(name string) string {
	words := nameWords(name)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// fits reports whether a method is valid for a column, in its table with the rules in
// others and in all tables that inherit them. If warned is true, warnings are allowed.
func (c *compiler) fits(f Finding, others []columnRule, spec methods.Spec, warned bool) bool {
	rule := tableRule{columns: append(slices.Clone(others), columnRule{name: f.column.Name, spec: spec})}
	trial := *c
	trial.problems, trial.warnings = problems{}, nil
	for _, t := range c.schema.Tables {
		of := f.subject.table
		if t != of && !slices.Contains(ancestors(c.byName, t), of) {
			continue
		}
		has, col := c.subjects[t], t.Column(f.column.Name)
		if col == nil || has.none != nil || t != of && t.PartitionOf == nil && has.column(col.Name).said {
			continue
		}
		s := &subject{table: t, rules: append([]applied{{tableRule: &rule, of: of}}, has.rules...), wrong: map[string]bool{}}
		trial.column(s, col, s.column(col.Name))
		trial.uniques(s)
		trial.checks(s)
		trial.computed(s)
		trial.foreignKeys(s)
	}
	return len(trial.list) == 0 && (warned || len(trial.warnings) == 0)
}

package mask

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A Finding is a column, or another part of a dump, that could contain personal data.
type Finding struct {
	Schema string `json:"schema,omitempty"`
	Table  string `json:"table,omitempty"`  // "" means large objects
	Column string `json:"column,omitempty"` // "" means the whole table
	Type   string `json:"type,omitempty"`
	Why    string `json:"why"`
	Rule   string `json:"rule,omitempty"` // in the format of hectl.yml; "" if none
	Place  string `json:"place,omitempty"`
	Open   bool   `json:"open"`

	subject *subject
	column  *schema.Column
}

// On returns the name of the finding for messages.
func (f Finding) On() string {
	switch {
	case f.Table == "":
		return "large objects"
	case f.Column == "":
		return label(schema.Name{Schema: f.Schema, Name: f.Table})
	}
	return label(schema.Name{Schema: f.Schema, Name: f.Table}) + "." + schema.Quote(f.Column)
}

// label returns the name of a table for messages. It omits the schema public.
func label(n schema.Name) string {
	if n.Schema == "public" {
		return schema.Quote(n.Name)
	}
	return n.String()
}

// A Report contains the rule for each suspicious column of an archive.
type Report struct {
	Findings []Finding `json:"columns"`
	Masked   int       `json:"masked"` // number of columns
	Kept     int       `json:"kept"`
	LeftOut  []string  `json:"rows_left_out,omitempty"` // tables
	Warnings []string  `json:"warnings,omitempty"`

	Definitions []Definition `json:"definitions,omitempty"`

	compiler *compiler
}

// report returns the columns that could contain personal data. It reports partitions as
// part of the partitioned table.
func (c *compiler) report() *Report {
	r := &Report{Findings: []Finding{}, Warnings: c.warnings, compiler: c}
	names, lists := lineage(c.schema), newCredentialLists()
	for _, t := range c.withRows() {
		s := c.subjects[t]
		always := lists.replaced(t, names(t), asksFor(c.keep, c.byName, t))
		if s.none != nil || always != nil && always.None {
			r.LeftOut = append(r.LeftOut, label(t.Name))
			continue
		}
		if t.Unread != nil {
			r.unread(s)
			continue
		}
		for i := range t.Columns {
			r.column(s, &t.Columns[i], always.Masks(t.Columns[i].Name))
		}
	}
	r.rest(c.head, c.rules.largeObjects)
	r.Definitions = definitions(c.head, c.schema, c.rules.reviewed)
	return r
}

// withRows returns the tables whose rows are in the archive. Partitions are represented by
// the partitioned table.
func (c *compiler) withRows() []*schema.Table {
	rows := map[*schema.Table]bool{}
	for _, t := range c.schema.Tables {
		if t.DataID != 0 && t.Kind != schema.Foreign {
			rows[t] = true
			if of := whole(c.byName, t); of != t {
				delete(rows, t)
				rows[of] = true
			}
			if t.PartitionOf != nil && c.subjects[t].none != nil && c.subjects[whole(c.byName, t)].none == nil {
				rows[t] = true // only this partition leaves out its rows, not the whole table
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(c.schema.Tables), func(t *schema.Table) bool { return !rows[t] })
}

// column adds a column. always reports whether the column is replaced even without a rule.
func (r *Report) column(s *subject, col *schema.Column, always bool) {
	v := s.column(col.Name)
	why := suspicious(r.compiler, s.table, col)
	switch {
	case v.masks() || always:
		r.Masked++
	case why == "":
		return
	case v.said:
		r.Kept++
	}
	f := Finding{Schema: s.table.Schema, Table: s.table.Name.Name, Column: col.Name, Type: col.Type.SQL, Why: why, Open: !v.said && !always, subject: s, column: col}
	switch {
	case always && !v.masks():
		f.Rule = "always replaced"
	case v.said:
		f.Rule, f.Place = v.spec.String(), v.at.String()
	}
	r.Findings = append(r.Findings, f)
}

// unread adds a table whose columns are unknown.
func (r *Report) unread(s *subject) {
	f := Finding{Schema: s.table.Schema, Table: s.table.Name.Name, Why: "it cannot be read: " + s.table.Unread.Error(), Open: true, subject: s}
	for _, rule := range s.rules {
		if rule.keep {
			f.Open, f.Rule, f.Place = false, "keep", rule.at.String()
			break
		}
	}
	r.Findings = append(r.Findings, f)
}

// rest adds the large objects.
func (r *Report) rest(head *archive.Head, largeObjects string) {
	for e := range head.All() {
		if e.Desc == "BLOBS" {
			f := Finding{Why: "files can hold anything", Open: largeObjects == ""}
			if !f.Open {
				f.Rule = largeObjects
			}
			r.Findings = append(r.Findings, f)
			return
		}
	}
}

// open returns the findings without a rule.
func (r *Report) open() []Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return !f.Open })
}

// Open returns the number of findings without a rule.
func (r *Report) Open() int { return len(r.open()) }

// unlisted returns an error with code fault.Usage for open columns and definitions under
// UnlistedFail, or nil. Its hint has the lines to add.
func (r *Report) unlisted(rules *Rules) error {
	open, unseen := r.open(), r.openDefinitions()
	if rules.Unlisted != UnlistedFail || len(open)+len(unseen) == 0 {
		return nil
	}
	var b strings.Builder
	for _, f := range open {
		fmt.Fprintf(&b, "\n  %s: %s", f.On(), f.Why)
	}
	things := "columns"
	if len(open) == 1 {
		things = "column"
	}
	place := cmp.Or(rules.path, "hectl.yml")
	text := fmt.Sprintf("the dump has %d %s that could hold personal data and have no rule:%s", len(open), things, b.String())
	if len(unseen) > 0 {
		if b.Reset(); len(open) > 0 {
			b.WriteString(text + "\n")
		}
		b.WriteString("the dump has definitions that need a review, because rules do not mask them:")
		for _, d := range unseen {
			fmt.Fprintf(&b, "\n  %s: %s", d.Name, d.Why)
		}
		text = b.String()
	}
	return fault.New(fault.Usage, "review them and add rules to "+place+", with \"keep\" for columns without personal data:\n"+r.Suggestion(), "%s", text)
}

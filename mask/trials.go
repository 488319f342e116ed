package mask

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A Doubt is a credential's column with checks that hectl cannot evaluate for the new
// values. The server can; see Trials.
type Doubt struct {
	Column string // such as public.users.api_key
	Checks string // SQL conditions

	dataID  int // dump id of the TABLE DATA entry
	name    string
	table   *schema.Table
	col     *schema.Column
	checks  []schema.Check // the table's checks; the domain's are in the type
	options []replacement
}

func (j *credentialJudge) doubt(t *schema.Table, col *schema.Column, options []replacement) *Doubt {
	d := &Doubt{Column: label(t.Name) + "." + schema.Quote(col.Name), dataID: t.DataID, name: col.Name, table: t, col: col, options: options}
	var texts []string
	for _, check := range j.checksOf(&subject{table: t}, col) {
		texts = append(texts, check.SQL)
	}
	for _, check := range t.Checks {
		if !check.NotValid && slices.Contains(t.Uses(check.SQL), col.Name) {
			d.checks = append(d.checks, check)
		}
	}
	d.Checks = strings.Join(texts, "; ")
	return d
}

// Doubts returns the plan's doubts, in the order of the tables' rows in the dump.
func (p *Plan) Doubts() []*Doubt {
	all := slices.DeleteFunc(slices.Clone(p.orEmpty().doubts), func(d *Doubt) bool {
		t := p.tables[d.dataID]
		return t == nil || t.None
	})
	slices.SortStableFunc(all, func(a, b *Doubt) int { return cmp.Compare(a.dataID, b.dataID) })
	return all
}

// DataID returns the dump id of the TABLE DATA entry of the column's table.
func (d *Doubt) DataID() int { return d.dataID }

// Table returns the name of the table, as in SQL.
func (d *Doubt) Table() string { return label(d.table.Name) }

// Trials returns queries for each way to replace the column. In a database with the dump's
// schema, each query returns a number: 0 if the new value violates a check, 1 if that
// depends on other columns, 2 if the value passes. A check_violation, from the check of a
// domain, means 0.
func (d *Doubt) Trials() (options [][]string) {
	for _, o := range d.options {
		var queries []string
		for _, sample := range []string{"a", "b", "c"} {
			value := "NULL"
			if o.draw == nil {
				continue
			}
			text, null, err := o.draw(nil, []byte(sample), nil)
			if err != nil {
				continue
			}
			if !null {
				value = literal(string(text))
			}
			queries = append(queries, d.trial(value+"::"+d.col.Type.SQL))
		}
		options = append(options, slices.Compact(queries))
	}
	return options
}

func (d *Doubt) trial(value string) string {
	var verdicts, columns []string
	used := map[string]bool{}
	for _, check := range d.checks {
		verdicts = append(verdicts, "CASE WHEN ("+check.SQL+") THEN 2 WHEN ("+check.SQL+") IS NULL THEN 1 ELSE 0 END")
		for _, name := range d.table.Uses(check.SQL) {
			used[name] = true
		}
	}
	columns = append(columns, value+" AS "+schema.Quote(d.name))
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if c := d.table.Column(name); c != nil && name != d.name { // a domain may forbid NULL, but its base type does not
			columns = append(columns, "NULL::"+c.Type.Root().SQL+" AS "+schema.Quote(name))
		}
	}
	from := " FROM (SELECT " + strings.Join(columns, ", ") + ") AS " + schema.Quote(d.table.Name.Name)
	if len(verdicts) == 0 {
		return "SELECT CASE WHEN " + schema.Quote(d.name) + " IS NULL THEN 2 ELSE 2 END" + from // the type has the checks of the domain
	}
	return "SELECT LEAST(" + strings.Join(verdicts, ", ") + ")" + from
}

// Use resolves the doubt: it replaces the column as the option with this index in Trials
// does.
func (p *Plan) Use(d *Doubt, option int) {
	o := d.options[option]
	for i, c := range p.tables[d.dataID].Columns {
		if c.Name == d.name {
			p.tables[d.dataID].Columns[i] = newColumn(c.Name, o.spec, o.draw, d.table)
		}
	}
	p.doubts = slices.DeleteFunc(slices.Clone(p.doubts), func(other *Doubt) bool { return other == d })
}

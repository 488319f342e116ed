package mask

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A Doubt is a credential's column for which hectl cannot tell whether the checks on it
// hold for what replaces its values. The server can: see Trials.
type Doubt struct {
	Column string // such as public.users.api_key
	Checks string // their conditions

	dataID  int // of the table's rows
	name    string
	table   *schema.Table
	col     *schema.Column
	checks  []schema.Check // of the table; the domain's are in the type
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

// Doubts returns the plan's doubts in the order of their tables' rows.
func (p *Plan) Doubts() []*Doubt {
	all := slices.DeleteFunc(slices.Clone(p.doubtsOf()), func(d *Doubt) bool {
		t := p.tables[d.dataID]
		return t == nil || t.None
	})
	slices.SortStableFunc(all, func(a, b *Doubt) int { return cmp.Compare(a.dataID, b.dataID) })
	return all
}

func (p *Plan) doubtsOf() []*Doubt {
	if p == nil {
		return nil
	}
	return p.doubts
}

// DataID is the dump id of the entry of the table's rows.
func (d *Doubt) DataID() int { return d.dataID }

// Trials returns, for each way to replace the column, queries in a database with the
// dump's schema that tell how a replaced value fares: 0 it breaks a check, 1 that
// depends on other columns, 2 it passes. A query that the server refuses with
// check_violation counts as 0: the check is that of a domain.
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
		if c := d.table.Column(name); c != nil && name != d.name {
			columns = append(columns, "NULL::"+base(c.Type)+" AS "+schema.Quote(name))
		}
	}
	from := " FROM (SELECT " + strings.Join(columns, ", ") + ") AS " + schema.Quote(d.table.Name.Name)
	if len(verdicts) == 0 {
		return "SELECT CASE WHEN " + schema.Quote(d.name) + " IS NULL THEN 2 ELSE 2 END" + from // a domain's checks are in the type
	}
	return "SELECT LEAST(" + strings.Join(verdicts, ", ") + ")" + from
}

// base returns a type that takes NULL: a domain may not.
func base(t schema.Type) string { return t.Root().SQL }

// Use replaces the doubt's column in one of the ways of Trials, which settles it.
func (p *Plan) Use(d *Doubt, option int) {
	o := d.options[option]
	for i, c := range p.tables[d.dataID].Columns {
		if c.Name == d.name {
			p.tables[d.dataID].Columns[i] = newColumn(c.Name, o.spec, o.draw, d.table)
		}
	}
	p.doubts = slices.DeleteFunc(slices.Clone(p.doubts), func(other *Doubt) bool { return other == d })
}

// An orphan is a foreign key to a table whose rows never leave production, from rows
// that would be restored.
type orphan struct{ table, column, key, references string }

// clearKeys has columns that refer to rows which are never restored be NULL, as if those
// had been deleted with ON DELETE SET NULL, and notes the keys for which that cannot be.
// It reports whether there are any such keys.
func (j *credentialJudge) clearKeys(t *schema.Table, r *replacements) bool {
	for _, of := range parts(j.byName, t) {
		if of != t && of.PartitionBy == "" {
			continue // who inherits, inherits no keys
		}
		for _, key := range of.ForeignKeys {
			there := j.byName[key.References]
			if there == nil || there == of || key.NotValid || !j.leavesOut(there) {
				continue
			}
			if !j.clearKey(t, key, r) {
				r.orphans = append(r.orphans, orphan{label(t.Name), strings.Join(key.Columns, ", "), key.Name, label(there.Name)})
			}
		}
	}
	return len(r.orphans) > 0
}

// leavesOut reports whether a table has no rows because of the list.
func (j *credentialJudge) leavesOut(t *schema.Table) bool {
	return j.lists.skips(t, j.names(t)) && !asksFor(j.keep, j.byName, t)
}

func (j *credentialJudge) clearKey(t *schema.Table, key schema.ForeignKey, r *replacements) bool {
	for _, name := range key.Columns {
		if r.columns[name].spec.Name == "null" {
			return true
		}
	}
	for _, name := range key.Columns {
		col := t.Column(name)
		if col == nil || t.Unread != nil || r.columns[name].becomes != "" {
			continue
		}
		one, problem, doubt := j.try(t, col, methods.Spec{Name: "null"})
		if problem != "" || doubt != "" || one.draw == nil {
			continue
		}
		one.becomes = BecomesNull
		one.warning = fmt.Sprintf("%s.%s becomes NULL: foreign key %s refers to rows of %s, which are left out (--keep-rows keeps them)",
			label(t.Name), schema.Quote(name), schema.Quote(key.Name), label(key.References))
		r.columns[name] = one
		return true
	}
	return false
}

// orphansErr is the refusal of rows that would refer to what is not there.
func orphansErr(orphans []orphan) error {
	if len(orphans) == 0 {
		return nil
	}
	var lines, flags, kept []string
	for _, o := range orphans {
		lines = append(lines, fmt.Sprintf("%s.%s: foreign key %s refers to %s", o.table, o.column, schema.Quote(o.key), o.references))
		flags = append(flags, "--exclude-table-data '"+strings.ReplaceAll(o.table, "'", `'\''`)+"'")
	}
	for _, o := range orphans {
		kept = append(kept, "--keep-rows '"+strings.ReplaceAll(o.references, "'", `'\''`)+"'")
	}
	slices.Sort(flags)
	slices.Sort(kept)
	return fault.New(fault.Usage, "leave those rows out as well: "+strings.Join(slices.Compact(flags), " ")+"; or keep what they refer to: "+strings.Join(slices.Compact(kept), " "),
		"the dump has rows that refer to rows which are left out:\n  %s", strings.Join(lines, "\n  "))
}

// Table is the name of the table, as SQL has it.
func (d *Doubt) Table() string { return label(d.table.Name) }

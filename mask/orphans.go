package mask

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// An orphan is a foreign key from restored rows to rows that never leave production.
type orphan struct{ table, column, key, references string }

// clearKeys sets columns that refer to never-restored rows to NULL, as ON DELETE SET NULL
// would. It records foreign keys for which that is impossible, and reports whether
// there are any.
func (j *credentialJudge) clearKeys(t *schema.Table, r *replacements) bool {
	for _, of := range parts(j.byName, t) {
		if of != t && of.PartitionBy == "" {
			continue // tables do not inherit foreign keys
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

// leavesOut reports whether the rows of a table are left out because the table is on the
// list.
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
		one.becomes = becomesNull
		one.warning = fmt.Sprintf("%s.%s becomes NULL: foreign key %s refers to rows of %s, which are left out (--keep-rows keeps them)",
			label(t.Name), schema.Quote(name), schema.Quote(key.Name), label(key.References))
		r.columns[name] = one
		return true
	}
	return false
}

// foreignKeys refuses replacements after which rows would refer to missing rows.
func (j *credentialJudge) foreignKeys(s *schema.Schema, o CredentialOptions) {
	spec := func(t *schema.Table, column string) methods.Spec {
		if r := j.table(t); r != nil {
			return r.columns[column].spec
		}
		return methods.Spec{}
	}
	empty := func(t *schema.Table) bool {
		r := j.table(t)
		return r != nil && r.none || !o.takes(t)
	}
	over := func(t *schema.Table, column string) bool { return o.Over.tableByID(t.DataID).Masks(column) }
	for _, t := range s.Tables {
		for _, key := range t.ForeignKeys {
			there := j.byName[key.References]
			if there == nil || key.NotValid || empty(t) || empty(there) || slices.ContainsFunc(key.Columns, func(c string) bool { return spec(t, c).Name == "null" }) {
				continue
			}
			for i, name := range key.Columns {
				a, b := spec(t, name), spec(there, key.Foreign[i])
				same := a.String() == b.String() && sameType(t.Column(name), there.Column(key.Foreign[i]))
				if a.Name == "" && b.Name == "" || same || over(t, name) || over(there, key.Foreign[i]) {
					continue
				}
				j.refused = append(j.refused, fmt.Sprintf("%s.%s: foreign key %s refers to %s.%s, and the two columns would no longer match",
					label(t.Name), schema.Quote(name), schema.Quote(key.Name), label(there.Name), schema.Quote(key.Foreign[i])))
			}
		}
	}
}

func sameType(a, b *schema.Column) bool {
	return a != nil && b != nil && methods.KindOf(a.Type) == methods.KindOf(b.Type) && a.Type.Length() == b.Type.Length()
}

// orphansErr returns the error for rows that would refer to missing rows.
func orphansErr(orphans []orphan) error {
	if len(orphans) == 0 {
		return nil
	}
	var lines, flags, kept []string
	for _, o := range orphans {
		lines = append(lines, fmt.Sprintf("%s.%s: foreign key %s refers to %s", o.table, o.column, schema.Quote(o.key), o.references))
		flags = append(flags, "--exclude-table-data "+fault.ShellQuote(o.table))
		kept = append(kept, "--keep-rows "+fault.ShellQuote(o.references))
	}
	slices.Sort(flags)
	slices.Sort(kept)
	return fault.New(fault.Usage, "leave out those rows as well: "+strings.Join(slices.Compact(flags), " ")+"; or keep the rows that they refer to: "+strings.Join(slices.Compact(kept), " "),
		"the dump has rows that refer to rows that are left out:\n  %s", strings.Join(lines, "\n  "))
}

package mask

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// CredentialOptions are options of Credentials.
type CredentialOptions struct {
	Password string // every user's new password
	Seed     methods.Seed
	// Over is the plan that is applied first; it may be nil. Columns that it masks need no
	// replacement.
	Over *Plan
	// Takes reports whether the rows of a TABLE DATA entry are restored; nil means all are.
	Takes func(*archive.Entry) bool
	// Keep matches tables whose rows are restored although the tables are on the list.
	Keep []schema.Pattern
	// Empty reports whether a TABLE DATA entry, by its dump id, has no rows; nil means
	// unknown.
	Empty func(dataID int) bool
}

func (o CredentialOptions) takes(t *schema.Table) bool {
	return o.Takes == nil || o.Takes(&archive.Entry{ID: t.DataID, Namespace: t.Schema, Tag: t.Name.Name})
}

// Credentials returns the plan for everything that must never leave production, with or
// without rules: the columns and tables on the lists, and the environment.
//
// Columns alone identify a table of users, in any schema and with any name: an application
// may have several kinds of users, or a schema for each tenant. Credentials replaces each
// column with a value that Postgres accepts, as far as types, keys and checks show. An
// error, with code fault.Usage, lists all columns without such a value.
//
// The plan does not cover rows that are INSERT statements; see InDatabase.
func Credentials(s *schema.Schema, o CredentialOptions) (*Plan, error) {
	j, err := newCredentialJudge(s, o)
	if err != nil {
		return nil, err
	}
	tables := map[int]*rows.Table{}
	for _, t := range s.Tables {
		if t.DataID == 0 || !o.takes(t) {
			continue
		}
		if over := o.Over.tableByID(t.DataID); over != nil && over.None {
			continue
		}
		decided := j.table(t)
		if decided == nil {
			continue
		}
		j.note(t, decided, o.Over.tableByID(t.DataID))
		if o.Empty == nil || !o.Empty(t.DataID) {
			j.orphans = append(j.orphans, decided.orphans...)
		}
		if decided.none || t.Copy != nil {
			tables[t.DataID] = decided.plan(t)
		}
	}
	j.foreignKeys(s, o)
	if err := j.err(); err != nil {
		return nil, err
	}
	plan := NewPlan(tables, "")
	plan.warnings, plan.doubts = j.warnings, j.doubts
	return plan, nil
}

// A credentialJudge decides how to replace the credentials of tables.
type credentialJudge struct {
	compiler
	lists    credentialLists
	keep     []schema.Pattern
	password string
	names    func(*schema.Table) []string
	decided  map[*schema.Table]*replacements
	refused  []string
	orphans  []orphan
	doubts   []*Doubt
}

func newCredentialJudge(s *schema.Schema, o CredentialOptions) (*credentialJudge, error) {
	if err := methods.CheckPassword(o.Password); err != nil {
		return nil, fmt.Errorf("the password %w", err)
	}
	j := &credentialJudge{
		compiler: compiler{
			rules: &Rules{}, seed: o.Seed, head: &archive.Head{}, schema: s, byName: s.ByName(), made: map[string]methods.Func{},
		},
		lists: newCredentialLists(), keep: o.Keep, password: o.Password, names: lineage(s), decided: map[*schema.Table]*replacements{},
	}
	return j, nil
}

// replacements has the replacements for the credentials of one table.
type replacements struct {
	none        bool // the table's rows are left out
	columns     map[string]replacement
	key, value  string // columns of ar_internal_metadata; "" in other tables
	environment string // new content of column value; "" if none fits
	orphans     []orphan
}

// A replacement describes how to replace one column.
type replacement struct {
	becomes substitute
	spec    methods.Spec
	draw    methods.Func
	refused string // reason why nothing can replace the column
	warning string
	doubted []replacement // candidates that may violate a check, starting with this one
}

// table returns the replacements for one table, or nil if it has no credentials.
func (j *credentialJudge) table(t *schema.Table) *replacements {
	return j.named(t, j.names(t))
}

// named is like table, for a table whose lineage is names.
func (j *credentialJudge) named(t *schema.Table, names []string) *replacements {
	if r, ok := j.decided[t]; ok {
		return r
	}
	j.decided[t] = j.decide(t, names)
	return j.decided[t]
}

func (j *credentialJudge) decide(t *schema.Table, names []string) *replacements {
	kept := asksFor(j.keep, j.byName, t)
	if j.lists.skips(t, names) && !kept {
		return &replacements{none: true}
	}
	r := &replacements{columns: map[string]replacement{}}
	for _, name := range columnsOf(t) {
		becomes := j.lists.becomes(name, names)
		if becomes == "" && kept && j.lists.secret(t, names, name) {
			becomes = becomesToken
		}
		if becomes != "" {
			if one := j.column(t, name, becomes); one.spec.Name != "keep" {
				r.columns[name] = one
			}
		}
	}
	orphaned := j.clearKeys(t, r)
	if slices.ContainsFunc(names, NotesEnvironment) {
		has := columnsOf(t)
		r.key, r.value = spelled(has, "key"), spelled(has, "value")
		if r.key != "" && r.value != "" {
			r.environment = development(t.Column(r.value))
		}
	}
	if len(r.columns) == 0 && r.environment == "" && !orphaned {
		return nil
	}
	return r
}

// columnsOf returns the names of a table's columns, from its definition or, if that could
// not be parsed, from its COPY statement.
func columnsOf(t *schema.Table) []string {
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	for _, name := range t.Copy {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// development returns the new value of the environment in a column, or "" if the column's
// type does not allow it.
func development(col *schema.Column) string {
	const word = "development"
	if col == nil { // only its name is known
		return word
	}
	switch base := col.Type.Root(); {
	case base.Array:
		return "{" + word + "}"
	case methods.KindOf(col.Type) == methods.Bytea:
		return `\x646576656c6f706d656e74`
	case methods.KindOf(col.Type) == methods.JSON:
		return `"` + word + `"`
	case methods.KindOf(col.Type) == methods.Text && (col.Type.Length() == 0 || col.Type.Length() >= len(word)):
		return word
	case slices.Contains(base.Labels, word):
		return word
	}
	return ""
}

// spelled returns the first of names that equals word, ignoring case, or "" if there is
// none.
func spelled(names []string, word string) string {
	if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, word) }); i >= 0 {
		return names[i]
	}
	return ""
}

// plan returns the rows.Table for rows in COPY format.
func (r *replacements) plan(t *schema.Table) *rows.Table {
	masked := &rows.Table{Name: t.String(), None: r.none}
	if r.none {
		return masked
	}
	for _, name := range t.Copy {
		one := r.columns[name]
		c := rows.Column{Name: name, Method: one.draw}
		if t.Column(name) != nil {
			c = newColumn(name, one.spec, one.draw, t)
		}
		if key := slices.Index(t.Copy, r.key); r.environment != "" && name == r.value && key >= 0 {
			c.Method = methods.Constant(r.environment)
			c.Where = &rows.Where{Column: key, Value: "environment"}
		}
		masked.Columns = append(masked.Columns, c)
	}
	return masked
}

// note collects errors, warnings and doubts about columns that over does not mask.
func (j *credentialJudge) note(t *schema.Table, r *replacements, over *rows.Table) {
	for _, name := range columnsOf(t) {
		one := r.columns[name]
		switch {
		case over.Masks(name):
		case one.refused != "":
			inputs := t.Column(name)
			if inputs != nil && inputs.Generated != schema.NotGenerated && masksAll(over, t.Uses(inputs.Formula), name) {
				continue
			}
			j.refused = append(j.refused, one.refused)
		case one.warning != "":
			j.warn("%s", one.warning)
		}
		if one.doubted != nil && !over.Masks(name) && t.Copy != nil {
			j.doubts = append(j.doubts, j.doubt(t, t.Column(name), one.doubted))
		}
	}
}

// masksAll reports whether the table masks all of columns except but.
func masksAll(t *rows.Table, columns []string, but string) bool {
	return t != nil && !slices.ContainsFunc(columns, func(c string) bool { return c != but && !t.Masks(c) })
}

// err returns the error for credentials that cannot be replaced.
func (j *credentialJudge) err() error {
	if len(j.refused) == 0 {
		return orphansErr(j.orphans)
	}
	slices.Sort(j.refused)
	return fault.New(fault.Usage, "leave out the rows of these tables: with --exclude-table-data TABLE, or with TABLE: {rows: none} in hectl.yml; if the fetch masks, a rule for the column is enough",
		"the dump has passwords or tokens that hectl cannot replace:\n  %s", strings.Join(slices.Compact(j.refused), "\n  "))
}

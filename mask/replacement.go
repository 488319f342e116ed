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

// CredentialOptions are what else decides how credentials are replaced.
type CredentialOptions struct {
	Password string // that every user gets
	Seed     methods.Seed
	// Over is the plan that goes before, nil for none: what it masks is replaced
	// already.
	Over *Plan
	// Takes tells whether the rows of a TABLE DATA entry are wanted at all; nil: all
	// are.
	Takes func(*archive.Entry) bool
	// Keep names tables whose rows come although they are on the list of those
	// without.
	Keep []schema.Pattern
	// Empty tells of a TABLE DATA entry, by its dump id, that it has no rows; nil:
	// nothing is known.
	Empty func(dataID int) bool
}

func (o CredentialOptions) empty(t *schema.Table) bool { return o.Empty != nil && o.Empty(t.DataID) }

func (o CredentialOptions) takes(t *schema.Table) bool {
	return o.Takes == nil || o.Takes(&archive.Entry{ID: t.DataID, Namespace: t.Schema, Tag: t.Name.Name})
}

// Credentials is the plan for what of an application must never leave production,
// whatever else is masked: the columns and the tables of the two lists, and the
// environment.
//
// A table counts whatever its name and schema are when it has such a column: an
// application may have several kinds of users, or a schema a tenant. Each column
// gets what Postgres accepts there, as far as types, keys and checks tell. An
// error, of code fault.Usage, names all for which there is nothing.
//
// Rows that are INSERT statements are not in the plan: see InDatabase.
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
		if !o.empty(t) {
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

func (p *Plan) tableByID(id int) *rows.Table {
	if p == nil {
		return nil
	}
	return p.tables[id]
}

// credentialJudge decides what replaces the credentials of tables.
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
			rules: &Rules{}, seed: o.Seed, head: &archive.Head{}, schema: s, byName: map[schema.Name]*schema.Table{}, made: map[string]methods.Func{},
		},
		lists: newCredentialLists(), keep: o.Keep, password: o.Password, names: lineage(s), decided: map[*schema.Table]*replacements{},
	}
	for _, t := range s.Tables {
		j.byName[t.Name] = t
	}
	return j, nil
}

// replacements are what replaces the credentials of one table.
type replacements struct {
	none        bool // it has no rows at all
	columns     map[string]replacement
	key, value  string // columns of ar_internal_metadata; "" where it is another table
	environment string // what value becomes; "" for nothing that fits
	orphans     []orphan
}

// replacement is what replaces one column.
type replacement struct {
	becomes Becomes
	spec    methods.Spec
	draw    methods.Func
	refused string // why nothing can replace it
	warning string
	doubted []replacement // all of which may break a check, this one among them
}

// table decides for one table, and returns nil when it has no credentials.
func (j *credentialJudge) table(t *schema.Table) *replacements {
	return j.named(t, j.names(t))
}

// named is table for one whose lineage is known.
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
			becomes = BecomesToken
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

// columnsOf returns the names of a table's columns: those of its definition and,
// for that may not be known, those of its rows.
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

// column chooses the first that fits of what could replace a column: better one
// of which hectl knows that the checks hold. What it cannot know is a warning.
func (j *credentialJudge) column(t *schema.Table, name string, becomes Becomes) replacement {
	col := t.Column(name)
	if col == nil || t.Unread != nil { // nothing is known of it
		return j.blind(becomes)
	}
	on := label(whole(j.byName, t).Name) + "." + schema.Quote(name)
	if col.Generated != schema.NotGenerated {
		return j.computed(t, col, on, becomes)
	}
	var doubted []replacement
	var reasons []string
	for _, spec := range candidates(col, becomes, j.password) {
		one, problem, doubt := j.try(t, col, spec)
		one.becomes = becomes
		if becomes == BecomesPassword && spec.Name != "bcrypt" {
			one.warning = fmt.Sprintf("%s: a hash of the users' password does not fit (%s), so nobody can sign in by it", on, strings.Join(reasons, "; "))
		}
		switch {
		case problem != "":
			if !slices.Contains(reasons, problem) {
				reasons = append(reasons, problem)
			}
		case doubt == "":
			return one
		default:
			one.warning = doubt
			doubted = append(doubted, one)
			reasons = append(reasons, "whether its checks hold is not known")
		}
	}
	if doubted != nil {
		first := doubted[0]
		first.doubted = doubted
		return first
	}
	if len(reasons) == 0 {
		reasons = []string{"type " + col.Type.SQL + ", not null"}
	}
	return replacement{becomes: becomes, refused: fmt.Sprintf("%s (%s): nothing can replace it: %s", on, col.Type.SQL, strings.Join(reasons, "; "))}
}

// blind replaces a column of which nothing is known but its name.
func (j *credentialJudge) blind(becomes Becomes) replacement {
	spec := methods.Spec{Name: "hash"}
	switch becomes {
	case BecomesPassword:
		spec = methods.Spec{Name: "bcrypt", Text: j.password}
	case BecomesFalse:
		spec = methods.Spec{Name: "value", Text: "false"}
	}
	typ := schema.Type{SQL: "text", Name: schema.Name{Name: "text"}}
	if becomes == BecomesFalse {
		typ = schema.Type{SQL: "boolean", Name: schema.Name{Name: "boolean"}}
	}
	draw, err := methods.New(spec, j.seed, methods.Column{Type: typ})
	if err != nil {
		return replacement{becomes: becomes, refused: err.Error()}
	}
	return replacement{becomes: becomes, spec: spec, draw: draw}
}

// computed judges a column that Postgres computes: it is replaced when all that it
// is computed from is.
func (j *credentialJudge) computed(t *schema.Table, col *schema.Column, on string, becomes Becomes) replacement {
	names := j.names(t)
	var kept []string
	for _, input := range t.Uses(col.Formula) {
		if input != col.Name && j.lists.becomes(input, names) == "" {
			kept = append(kept, input)
		}
	}
	if kept == nil {
		return replacement{spec: methods.Spec{Name: "keep"}}
	}
	return replacement{becomes: becomes, refused: fmt.Sprintf("%s: Postgres computes it, from %s: mask %s", on, col.Formula, strings.Join(kept, ", "))}
}

// candidates are what could replace a column, the best first.
func candidates(col *schema.Column, becomes Becomes, password string) []methods.Spec {
	value := func(text string) methods.Spec { return methods.Spec{Name: "value", Text: text} }
	var list []methods.Spec
	switch {
	case becomes == BecomesFalse && !col.Type.Array:
		switch methods.KindOf(col.Type) {
		case methods.Boolean:
			return append(list, value("false"))
		case methods.Text:
			list = append(list, value("false"))
		case methods.Integer, methods.Decimal, methods.Float:
			list = append(list, value("0"))
		}
	case becomes == BecomesPassword && !col.Type.Array:
		list = append(list, methods.Spec{Name: "bcrypt", Text: password})
	}
	list = append(list, methods.Spec{Name: "null"})
	if col.Type.Root().Array {
		return append(list, value("{}"))
	}
	switch base := col.Type.Root(); methods.KindOf(col.Type) {
	case methods.Text, methods.Bytea:
		list = append(list, methods.Spec{Name: "hash"})
	case methods.UUID:
		list = append(list, methods.Spec{Name: "uuid"})
	case methods.JSON, methods.Hstore, methods.XML, methods.TSVector:
		list = append(list, methods.Spec{Name: "empty"})
	case methods.Boolean:
		list = append(list, value("false"))
	case methods.Integer, methods.Decimal, methods.Float:
		list = append(list, value("0"))
	case methods.Date, methods.Timestamp:
		list = append(list, value("1970-01-01"))
	case methods.Inet:
		list = append(list, value("0.0.0.0"))
	case methods.Other:
		if len(base.Labels) > 0 {
			list = append(list, value(base.Labels[0]))
		}
	}
	return list
}

// try judges one of them as if it were a rule.
func (j *credentialJudge) try(t *schema.Table, col *schema.Column, spec methods.Spec) (one replacement, problem, doubt string) {
	trial := j.compiler
	trial.problems, trial.warnings = problems{}, nil
	s := &subject{
		table: t, wrong: map[string]bool{},
		rules: []applied{{tableRule: &tableRule{columns: []columnRule{{name: col.Name, spec: spec}}}, of: t}},
	}
	one = replacement{spec: spec}
	one.draw = trial.column(s, col, s.column(col.Name))
	for _, whole := range parts(j.byName, t) {
		if whole != t && whole.PartitionBy != "" && slices.Contains(whole.Uses(whole.PartitionBy), col.Name) {
			trial.add(Place{}, "", "", "%s is partitioned by it (%s)", label(whole.Name), whole.PartitionBy)
		}
	}
	if len(trial.list) == 0 {
		trial.uniques(s)
		trial.checks(s)
	}
	if len(trial.list) > 0 {
		return one, trial.list[0].What, ""
	}
	if len(trial.warnings) > 0 {
		return one, "", trial.warnings[0]
	}
	return one, "", ""
}

// plan returns what happens to rows of COPY.
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

// note keeps what is to be said of a table's replacements, but of columns that
// over replaces.
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

// masksAll reports whether the table has a method for each column but one.
func masksAll(t *rows.Table, columns []string, but string) bool {
	return t != nil && !slices.ContainsFunc(columns, func(c string) bool { return c != but && !t.Masks(c) })
}

// foreignKeys refuses what would leave rows that refer to what is not there.
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
				j.refused = append(j.refused, fmt.Sprintf("%s.%s: foreign key %s refers to %s.%s, and the two would no longer be equal",
					label(t.Name), schema.Quote(name), schema.Quote(key.Name), label(there.Name), schema.Quote(key.Foreign[i])))
			}
		}
	}
}

func sameType(a, b *schema.Column) bool {
	return a != nil && b != nil && methods.KindOf(a.Type) == methods.KindOf(b.Type) && a.Type.Length() == b.Type.Length()
}

// err is the refusal of what cannot be replaced.
func (j *credentialJudge) err() error {
	if len(j.refused) == 0 {
		return orphansErr(j.orphans)
	}
	slices.Sort(j.refused)
	return fault.New(fault.Usage, "leave the rows of such a table out: with --exclude-table-data TABLE, or with TABLE: {rows: none} in hectl.yml; where the fetch masks, a rule for the column will do as well",
		"the dump has passwords or tokens that hectl cannot replace:\n  %s", strings.Join(slices.Compact(j.refused), "\n  "))
}

// replaced returns what Credentials does to the columns of t, nil when nothing. kept
// says that its rows are asked for.
func (l credentialLists) replaced(t *schema.Table, names []string, kept bool) *rows.Table {
	masked := &rows.Table{Name: t.String(), None: l.skips(t, names) && !kept}
	some := masked.None
	for _, name := range columnsOf(t) {
		c := rows.Column{Name: name}
		if l.becomes(name, names) != "" || kept && l.secret(t, names, name) {
			c.Method, some = methods.Constant(""), true
		}
		masked.Columns = append(masked.Columns, c)
	}
	if !some {
		return nil
	}
	return masked
}

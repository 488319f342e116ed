package mask

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// column returns the first candidate that fits a column and certainly satisfies its checks.
// If there is none, it returns the first that fits, with a warning.
func (j *credentialJudge) column(t *schema.Table, name string, becomes substitute) replacement {
	col := t.Column(name)
	if col == nil || t.Unread != nil { // only its name is known
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
		if becomes == becomesPassword && spec.Name != "bcrypt" {
			one.warning = fmt.Sprintf("%s: a hash of the users' password does not fit (%s), so users cannot sign in with it", on, strings.Join(reasons, "; "))
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
			reasons = append(reasons, "hectl cannot evaluate its checks")
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

// blind replaces a column whose type is unknown.
func (j *credentialJudge) blind(becomes substitute) replacement {
	spec := methods.Spec{Name: "hash"}
	switch becomes {
	case becomesPassword:
		spec = methods.Spec{Name: "bcrypt", Text: j.password}
	case becomesFalse:
		spec = methods.Spec{Name: "value", Text: "false"}
	}
	typ := schema.Type{SQL: "text", Name: schema.Name{Name: "text"}}
	if becomes == becomesFalse {
		typ = schema.Type{SQL: "boolean", Name: schema.Name{Name: "boolean"}}
	}
	draw, err := methods.New(spec, j.seed, methods.Column{Type: typ})
	if err != nil {
		return replacement{becomes: becomes, refused: err.Error()}
	}
	return replacement{becomes: becomes, spec: spec, draw: draw}
}

// computed handles a column that Postgres computes. It is replaced if all columns from
// which it is computed are.
func (j *credentialJudge) computed(t *schema.Table, col *schema.Column, on string, becomes substitute) replacement {
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
	return replacement{becomes: becomes, refused: fmt.Sprintf("%s: Postgres computes it from %s: mask %s", on, col.Formula, strings.Join(kept, ", "))}
}

// candidates returns the methods that could replace a column, best first.
func candidates(col *schema.Column, becomes substitute, password string) []methods.Spec {
	value := func(text string) methods.Spec { return methods.Spec{Name: "value", Text: text} }
	var list []methods.Spec
	switch {
	case becomes == becomesFalse && !col.Type.Array:
		switch methods.KindOf(col.Type) {
		case methods.Boolean:
			return append(list, value("false"))
		case methods.Text:
			list = append(list, value("false"))
		case methods.Integer, methods.Decimal, methods.Float:
			list = append(list, value("0"))
		}
	case becomes == becomesPassword && !col.Type.Array:
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

// try checks one candidate as if it were a rule.
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
			trial.add(place{}, "", "", "%s is partitioned by it (%s)", label(whole.Name), whole.PartitionBy)
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

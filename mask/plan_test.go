package mask

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

func masked(name string, none bool, columns ...string) *rows.Table {
	t := &rows.Table{Name: "public." + name, None: none}
	for _, c := range []string{"id", "email", "name"} {
		column := rows.Column{Name: c}
		if slices.Contains(columns, c) {
			column.Method = methods.Constant(name)
		}
		t.Columns = append(t.Columns, column)
	}
	return t
}

func TestOverAndCovers(t *testing.T) {
	rules := NewPlan(map[int]*rows.Table{1: masked("rules", false, "email"), 2: masked("rules", true), 3: masked("rules", false, "name")}, "hash")
	base := NewPlan(map[int]*rows.Table{1: masked("base", false, "email", "name"), 2: masked("base", false, "email"), 3: masked("base", true), 4: masked("base", false, "email")}, "")
	base.EmptyLargeObjects()
	rules.warnings, base.warnings = []string{"a"}, []string{"b"}
	both := rules.Over(base)
	head := &archive.Head{Entries: []archive.Entry{{ID: 4}, {ID: 1}, {ID: 2}, {ID: 3}, {ID: 5}}}
	want := []Covered{{Table: "public.base", Columns: []string{"email"}}, {Table: "public.rules", Columns: []string{"email", "name"}}, {Table: "public.rules", NoRows: true}, {Table: "public.rules", NoRows: true}}
	if diff := cmp.Diff(want, both.Covers(head, func(*archive.Entry) bool { return true })); diff != "" {
		t.Error(diff)
	}
	got, _, _ := both.Table(&archive.Entry{ID: 1}).Columns[1].Method(nil, nil, nil)
	if string(got) != "rules" {
		t.Errorf("%s masks what both mask", got)
	}
	if both.RulesHash() != "hash" || !both.EmptiesLargeObjects() || len(both.Warnings()) != 2 || both.Tables() != 4 {
		t.Errorf("%+v", both)
	}
	if len(both.Covers(head, func(e *archive.Entry) bool { return e.ID == 2 })) != 1 {
		t.Error("covers tables that are not wanted")
	}
}

// Without a plan, rows do not change.
func TestNoPlan(t *testing.T) {
	var p *Plan
	if p.Table(&archive.Entry{ID: 1}) != nil || p.Masks() || p.EmptiesLargeObjects() || p.RulesHash() != "" || p.Tables() != 0 || p.Warnings() != nil || len(p.Doubts()) != 0 {
		t.Error("no plan masks")
	}
	if both := p.Over(NewPlan(map[int]*rows.Table{1: masked("base", true)}, "hash")); both.Tables() != 1 || both.RulesHash() != "hash" {
		t.Error("no plan hides another one")
	}
}

func TestOver(t *testing.T) {
	as := func(name, value string) rows.Column {
		if value == "" {
			return rows.Column{Name: name}
		}
		return rows.Column{Name: name, Method: methods.Constant(value)}
	}
	rules := NewPlan(map[int]*rows.Table{
		1: {Name: "users", Columns: []rows.Column{as("id", ""), as("name", "rule"), as("password", "rule"), as("token", "")}},
		2: {Name: "versions", None: true},
		3: {Name: "jobs", Columns: []rows.Column{as("handler", "rule")}},
	}, "hash")
	base := NewPlan(map[int]*rows.Table{
		1: {Name: "users", Columns: []rows.Column{as("id", ""), as("name", ""), as("password", "base"), as("token", "base")}},
		3: {Name: "jobs", None: true},
		4: {Name: "admins", Columns: []rows.Column{as("password", "base")}},
	}, "")
	both := rules.Over(base)
	if both.RulesHash() != "hash" || base.Over(rules).RulesHash() != "hash" {
		t.Errorf("the hashes are %q and %q", both.RulesHash(), base.Over(rules).RulesHash())
	}
	for _, tt := range []struct {
		id         int
		rows, want string
	}{
		{1, "a\tb\tc\td\n", "a\trule\trule\tbase\n"},
		{2, "a\n", ""},
		{3, "a\n", ""},
		{4, "a\n", "base\n"},
	} {
		got, err := io.ReadAll(both.Table(&archive.Entry{ID: tt.id}).Reader(strings.NewReader(tt.rows)))
		if err != nil || string(got) != tt.want {
			t.Errorf("table %d: %q, %v", tt.id, got, err)
		}
	}
	var none *Plan
	if none.Masks() || !none.Over(base).Masks() || none.Over(nil).Masks() || !rules.Over(nil).Masks() {
		t.Error("a plan that is nil does something, or keeps another from it")
	}
}

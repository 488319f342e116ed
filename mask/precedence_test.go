package mask

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestWhichRuleApplies(t *testing.T) {
	parent := table("beings", "id", "bigint", "name", "text", "email", "text")
	child := table("people", "id", "bigint", "name", "text", "email", "text", "own", "text")
	child.Inherits = []schema.Name{parent.Name}
	for _, tt := range []struct{ rules, column, want string }{ // "" means no rule
		{"people: {name: city}", "name", "city"},
		{"people: {name: city}", "email", ""},
		{`"peo*": {name: city}, people: {name: street}`, "name", "street"},
		{`people: {name: street}, "peo*": {name: city}`, "name", "street"},
		{`"peo*": {name: street}, "p*": {name: city}`, "name", "city"},
		{`public.people: {name: street}, people: {name: city}`, "name", "street"},
		{`"*": {name: city}, people: {email: email}`, "name", "city"},
		{`people: {name: city, "*": keep}`, "email", "keep"},
		{"people: keep", "name", "keep"},
		{"beings: {name: city}", "name", "city"},
		{"beings: {name: city}, people: {name: street}", "name", "street"},
		{"beings: keep", "own", ""},
		{"people: {rows: none}", "name", "keep"},
	} {
		c := compiled(t, tt.rules, parent, child)
		v := c.subjects[child].column(tt.column)
		if v.spec.Name != tt.want || v.said != (tt.want != "") {
			t.Errorf("%s: %s has %q (%t), want %q", tt.rules, tt.column, v.spec.Name, v.said, tt.want)
		}
	}
}

func TestWhetherRowsAreLeftOut(t *testing.T) {
	for rules, want := range map[string]bool{
		"people: {rows: none}":                       true,
		`"peo*": {rows: none}`:                       true,
		`"peo*": {rows: none}, people: {name: city}`: false,
		`"peo*": {rows: none}, people: keep`:         false,
		`"peo*": {rows: none}, people: {rows: all}`:  false,
		`"peo*": {rows: none}, "p*": {name: city}`:   true,
		`"peo*": {rows: none}, "p*": keep`:           false,
	} {
		people := table("people", "name", "text")
		if got := compiled(t, rules, people).subjects[people].none != nil; got != want {
			t.Errorf("%s: %t", rules, got)
		}
	}
}

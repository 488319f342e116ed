package mask

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func withCheck(sql string) func(*schema.Table) {
	return func(t *schema.Table) { t.Checks = append(t.Checks, schema.Check{Name: "c", SQL: sql}) }
}

func TestChecks(t *testing.T) {
	judge(t, []judged{
		{"people: {name: {value: x}}", "check c ((name <> 'x'::text)) does not allow", withCheck("(name <> 'x'::text)")},
		{"people: {name: {value: y}}", "", withCheck("(name <> 'x'::text)")},
		{"people: {name: full_name}", "check c allows only a, b", withCheck("(name = ANY (ARRAY['a'::text, 'b'::text]))")},
		{"people: {name: {one_of: [a, b]}}", "", withCheck("(name = ANY (ARRAY['a'::text, 'b'::text]))")},
		{"people: {name: null}", "check c requires IS NOT NULL", withCheck("(name IS NOT NULL)")},
		{"people: {name: null}", "", withCheck("(name <> 'x'::text)")},
		{"people: {name: full_name}", "hectl cannot tell whether check c (name ~ 'x'::text) still holds after full_name", withCheck("name ~ 'x'::text")},
		{"people: {email: email}", "", withCheck("name ~ 'x'::text")},
		{"people: {name: full_name}", "", func(t *schema.Table) {
			t.Checks = []schema.Check{{Name: "c", SQL: "(name = 'x'::text)", NotValid: true}}
		}},
	})
}

// Methods respect a length limit in a check.
func TestNarrowed(t *testing.T) {
	people := table("people", "name", "text", "email", "character varying(40)")
	people.Checks = []schema.Check{{SQL: "(char_length(name) <= 9)"}, {SQL: "(char_length((email)::text) <= 60)"}}
	c := compiled(t, "people: {name: full_name}", people)
	for column, want := range map[string]int{"name": 9, "email": 40} {
		if got := c.limited(c.subjects[people], column).Type.Length(); got != want {
			t.Errorf("%s: %d characters, want %d", column, got, want)
		}
	}
	if c.limited(c.subjects[people], "age") != nil {
		t.Error("a column that is not there")
	}
}

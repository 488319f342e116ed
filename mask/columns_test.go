package mask

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestColumnRules(t *testing.T) {
	judge(t, []judged{
		{"people: {name: full_name, email: email, born: {shift_days: 5}, note: json}", "", nil},
		{"people: {born: email}", "people.born: email does not fit type date", nil},
		{"people: {born: null}", "people.born: it is NOT NULL", nil},
		{"people: {name: null}", "", nil},
		{"people: {id: {value: x}}", `people.id: value: "x" is not a value of type bigint`, nil},
		{"people: {name: full_name}", "people.name: Postgres computes it from upper(email)", func(t *schema.Table) {
			t.Columns[1].Generated, t.Columns[1].Formula = schema.Stored, "upper(email)"
		}},
		{"people: {born: {shift_days: 5}}", "the table is partitioned by it", func(t *schema.Table) { t.Kind, t.PartitionBy = schema.Partitioned, "RANGE (born)" }},
		{"people: {name: full_name}", "its rows are INSERT statements", func(t *schema.Table) { t.Copy = nil }},
		{"people: keep", "", func(t *schema.Table) { t.Copy = nil }},
	})
}

func TestMethodsFor(t *testing.T) {
	people := table("people", "born", "date", "code", "character varying(5)")
	for column, want := range map[string]string{"born": "keep value shift_days year_only one_of", "code": "keep value empty first_name last_name full_name company phone street city zip lorem hash digits json one_of"} {
		got := methodsFor(people.Column(column).Type)
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s: %s", column, text)
		}
	}
}

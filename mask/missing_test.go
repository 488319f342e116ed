package mask

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestNamesOfRules(t *testing.T) {
	part := table("people_1", "id", "bigint!", "name", "text")
	whole := schema.Name{Schema: "public", Name: "people"}
	part.PartitionOf = &whole
	judge(t, []judged{
		{"persons: {name: full_name}, peoples: {name: full_name}", "peoples: the dump has no such table (did you mean people?)", nil},
		{"people: {names: full_name}", "people.names: there is no such column (did you mean name?)", nil},
		{`"*": {name: full_name}`, "", nil},
		{"people_1: {name: full_name}", "people_1: it is a partition of people, whose rules apply to all its partitions", nil},
		{"people_1: {rows: none}", "", nil},
		{"people: {name: full_name}", "people: it is a foreign table", func(t *schema.Table) { t.Kind = schema.Foreign }},
		{`"peo*": {name: full_name}`, "", func(t *schema.Table) { t.Kind = schema.Foreign }},
	}, part)
}

func TestViewsHaveNoRules(t *testing.T) {
	r := rulesOf(t, "base: none\ntables: {report: {name: full_name}}")
	s := schemaOf(table("people", "name", "text"))
	s.Others[schema.Name{Schema: "public", Name: "report"}] = "view"
	c := &compiler{rules: r, schema: s, byName: map[schema.Name]*schema.Table{}}
	c.names()
	if said := c.said(); len(said) != 1 || said[0] != "report: it is a view, which has no rows of its own in a dump" {
		t.Errorf("%q", said)
	}
}

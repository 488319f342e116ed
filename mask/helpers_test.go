package mask

import (
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/parser"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
	"github.com/rubyforgood/hectl/test/masktest"
)

// table returns a table in the schema public. columns alternates between names and types; a
// type may end with "!" for NOT NULL.
func table(name string, columns ...string) *schema.Table {
	t := &schema.Table{Name: schema.Name{Schema: "public", Name: name}}
	for i := 0; i < len(columns); i += 2 {
		typ := columns[i+1]
		c := schema.Column{Name: columns[i], NotNull: typ[len(typ)-1] == '!'}
		if c.NotNull {
			typ = typ[:len(typ)-1]
		}
		c.Type = masktest.Type(typ)
		t.Columns = append(t.Columns, c)
		t.Copy = append(t.Copy, c.Name)
	}
	return t
}

// schemaOf returns a schema of tables that have rows.
func schemaOf(tables ...*schema.Table) *schema.Schema {
	for i, t := range tables {
		t.DataID = i + 1
	}
	return &schema.Schema{Tables: tables, Domains: map[schema.Name]*schema.Domain{}, Others: map[schema.Name]string{}}
}

// rulesOf parses the value of the key mask in hectl.yml.
func rulesOf(t *testing.T, text string) *Rules {
	t.Helper()
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Parse(file.Docs[0].Body, "/app/hectl.yml")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// compiled applies rules, without the built-in ones, to tables.
func compiled(t *testing.T, rules string, tables ...*schema.Table) *compiler {
	t.Helper()
	return rulesOf(t, "base: none\ntables: {"+rules+"}").compileSchema(schemaOf(tables...), &archive.Head{}, methods.RandomSeed(), Options{})
}

// said returns a compiler's problems and warnings.
func (c *compiler) said() []string {
	all := []string{}
	for _, p := range c.list {
		all = append(all, p.On+": "+p.What)
	}
	return append(all, c.warnings...)
}

// judged has a rule and a part of the expected report; "" means an empty report.
type judged struct {
	rule, want string
	with       func(t *schema.Table)
}

func judge(t *testing.T, cases []judged, others ...*schema.Table) {
	t.Helper()
	for _, tt := range cases {
		people := table("people", "id", "bigint!", "name", "text", "email", "character varying(40)", "born", "date!", "note", "jsonb", "tags", "text[]")
		if tt.with != nil {
			tt.with(people)
		}
		said := compiled(t, tt.rule, append([]*schema.Table{people}, others...)...).said()
		if tt.want == "" && len(said) > 0 || tt.want != "" && !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, tt.want) }) {
			t.Errorf("%s: %q, want %q", tt.rule, said, tt.want)
		}
	}
}

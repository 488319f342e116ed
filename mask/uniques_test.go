package mask

import (
	"testing"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

func withUnique(u schema.Unique) func(*schema.Table) {
	return func(t *schema.Table) { u.Name = "u"; t.Uniques = append(t.Uniques, u) }
}

func TestUniqueIndexes(t *testing.T) {
	onName := withUnique(schema.Unique{Columns: []string{"name"}})
	judge(t, []judged{
		{"people: {name: hash}", "", onName},
		{"people: {name: full_name}", "unique index u is on (name), and with full_name distinct values may become equal", onName},
		{"people: {name: {value: x}}", "all values become equal", onName},
		{"people: {name: null}", "", onName},
		{"people: {name: null}", "all values become equal", withUnique(schema.Unique{Columns: []string{"name"}, NullsNotDistinct: true})},
		{"people: {name: full_name}", "constraint u compares it", withUnique(schema.Unique{Columns: []string{"name"}, Exclude: true})},
		{"people: {name: full_name}", "and hectl cannot tell whether that stays unique", withUnique(schema.Unique{Expressions: []string{"lower(name)"}})},
		{"people: {name: hash}", "", withUnique(schema.Unique{Expressions: []string{"lower(name)"}})},
		{"people: {name: hash}", "hectl cannot tell", withUnique(schema.Unique{Expressions: []string{"\"left\"(name, 3)"}})},
		{"people: {note: null}", "masking could add rows", withUnique(schema.Unique{Columns: []string{"id"}, Where: "(note IS NULL) AND (name = 'x'::text)"})},
		{"people: {name: full_name}", "", func(t *schema.Table) {
			t.Uniques = []schema.Unique{{Name: "pk", Primary: true, Columns: []string{"id"}}, {Name: "u", Columns: []string{"id", "name"}}}
		}},
	})
}

func TestKeepsApart(t *testing.T) {
	people := table("people", "name", "text", "code", "character varying(10)", "handle", "citext")
	for _, tt := range []struct {
		method, column string
		want           bool
	}{
		{"hash", "name", true}, {"hash", "code", false}, {"digits", "code", true}, {"digits", "handle", false}, {"full_name", "name", false}, {"null", "name", true}, {"keep", "code", true},
	} {
		if got := keepsApart(methods.Spec{Name: tt.method}, people.Column(tt.column), schema.Unique{}); got != tt.want {
			t.Errorf("%s of %s: %t", tt.method, tt.column, got)
		}
	}
}

func TestFoldsCase(t *testing.T) {
	for sql, want := range map[string]bool{"lower(name)": true, "upper((name)::text)": true, "lower(email)": false, "lower((name || 'x'::text))": false} {
		if got := foldsCase(sql, "name"); got != want {
			t.Errorf("%s: %t", sql, got)
		}
	}
}

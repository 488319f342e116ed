package mask

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestForeignKeys(t *testing.T) {
	teams := table("teams", "name", "text!")
	key := func(notValid bool) func(*schema.Table) {
		return func(t *schema.Table) {
			t.ForeignKeys = []schema.ForeignKey{{Name: "k", Columns: []string{"name"}, References: teams.Name, Foreign: []string{"name"}, NotValid: notValid}}
		}
	}
	const broken = "people.name: foreign key k refers to teams.name, and the two columns would no longer match"
	judge(t, []judged{
		{"people: {name: hash}, teams: {name: hash}", "", key(false)},
		{"people: {name: hash}", broken, key(false)},
		{"teams: {name: hash}", broken, key(false)},
		{"people: {name: hash}, teams: {name: {hash: 16}}", broken, key(false)},
		{"people: {name: null}, teams: {name: hash}", "", key(false)},
		{"people: {name: lorem}, teams: {name: lorem}", "lorem makes a new value for each row", key(false)},
		{"teams: {rows: none}", "foreign key k refers to teams, whose rows are left out", key(false)},
		{"teams: {rows: none}", "", key(true)},
		{"teams: {rows: none}, people: {name: null}", "", key(false)},
		{"teams: {rows: none}, people: {rows: none}", "", key(false)},
	}, teams)
}

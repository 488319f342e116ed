package restore

import (
	"testing"

	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/swap"
)

// A snapshot already contains the result of the SQL, but the commands run again.
func TestAfterKey(t *testing.T) {
	t.Parallel()
	scripts := func(texts ...string) (a afterRestore) {
		for _, sql := range texts {
			a.sql.Files = append(a.sql.Files, load.Script{Path: sql + ".sql", SQL: sql})
		}
		return a
	}
	one := scripts("a", "b")
	renamed, commands := scripts("a", "b"), scripts("a", "b")
	renamed.sql.Files[0].Path, commands.commands = "other.sql", swap.Commands{Words: [][]string{{"bin/rails", "db:migrate"}}}
	if one.key() != renamed.key() || one.key() != commands.key() {
		t.Error("what the SQL does is the same, but the key is not")
	}
	for _, other := range []afterRestore{scripts("b", "a"), scripts("a"), scripts("ab"), {}} {
		if one.key() == other.key() {
			t.Errorf("the key of %v is the same", other)
		}
	}
	if (afterRestore{commands: commands.commands}).key() != "" {
		t.Error("commands alone have a key")
	}
}

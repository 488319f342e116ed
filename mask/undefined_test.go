package mask_test

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// Rows of tables without a definition in the dump are reported, because their contents are
// unknown.
func TestRowsWithoutDefinition(t *testing.T) {
	h := rulesHead(t, pgtest.New(t), "--data-only")
	plan := func(text string) error {
		rules, err := parse(t, text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = rules.Plan(h, methods.RandomSeed(), mask.Options{})
		return err
	}
	err := plan("mask: {base: none}")
	if err == nil || !strings.Contains(err.Error(), "people: it cannot be read: its definition is not in the dump") {
		t.Errorf("not listed: %v", err)
	}
	err = plan("mask:\n  base: none\n  unlisted: keep\n  tables:\n    people: {email: email}")
	if err == nil || !strings.Contains(err.Error(), "hectl.yml:5:5: people: its definition in the dump cannot be read (its definition is not in the dump)") {
		t.Errorf("with a rule: %v", err)
	}
	if err := plan("mask: {base: none, tables: {'*': keep, people: {rows: none}}}"); err != nil {
		t.Error(err)
	}
}

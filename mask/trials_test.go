package mask

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

func TestDoubts(t *testing.T) {
	apps := table("apps", "kind", "integer!", "api_key", "text")
	apps.Checks = []schema.Check{{Name: "c", SQL: "(kind = 1) OR (api_key IS NOT NULL)"}}
	plan, err := Credentials(schemaOf(apps), CredentialOptions{Password: "password", Seed: methods.RandomSeed()})
	if err != nil {
		t.Fatal(err)
	}
	doubts := plan.Doubts()
	if len(doubts) != 1 || doubts[0].Column != "apps.api_key" || doubts[0].Table() != "apps" || doubts[0].DataID() != apps.DataID || !strings.Contains(doubts[0].Checks, "kind = 1") {
		t.Fatalf("%+v", doubts)
	}
	trials := doubts[0].Trials()
	if len(trials) != 2 || len(trials[0]) != 1 || len(trials[1]) != 3 {
		t.Fatalf("%q", trials)
	}
	for _, part := range []string{"NULL::text AS api_key", "NULL::integer AS kind", "CASE WHEN ((kind = 1) OR (api_key IS NOT NULL)) THEN 2", `AS apps`} {
		if !strings.Contains(trials[0][0], part) {
			t.Errorf("no %s in %s", part, trials[0][0])
		}
	}
	head := &archive.Entry{ID: apps.DataID}
	for option, want := range []bool{true, false} { // true if the value becomes NULL
		plan.Use(doubts[0], option)
		_, null, err := plan.Table(head).Columns[1].Method(nil, []byte("secret"), nil)
		if err != nil || null != want {
			t.Errorf("option %d: NULL %t, %v", option, null, err)
		}
	}
	if len(plan.Doubts()) != 0 {
		t.Error("a settled doubt is still there")
	}
}

// Columns that rules mask and checks that hectl can evaluate raise no doubts.
func TestNoDoubts(t *testing.T) {
	apps := table("apps", "api_key", "text")
	for _, check := range []string{"(api_key <> ''::text)", "(char_length(api_key) <= 64)"} {
		apps.Checks = []schema.Check{{Name: "c", SQL: check}}
		plan, err := Credentials(schemaOf(apps), CredentialOptions{Password: "password", Seed: methods.RandomSeed()})
		if err != nil || len(plan.Doubts()) != 0 {
			t.Errorf("%s: %v, %v", check, plan.Doubts(), err)
		}
	}
	apps.Checks = []schema.Check{{Name: "c", SQL: "api_key ~ '^key_'::text"}}
	rules := compiled(t, "apps: {api_key: {value: key_1}}", apps).plan()
	plan, err := Credentials(schemaOf(apps), CredentialOptions{Password: "password", Seed: methods.RandomSeed(), Over: rules})
	if err != nil || len(plan.Doubts()) != 0 {
		t.Errorf("masked: %v, %v", plan.Doubts(), err)
	}
}

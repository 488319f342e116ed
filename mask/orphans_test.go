package mask

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// References to jobs become NULL where possible. Elsewhere, hectl refuses the dump.
func TestKeysToRowsThatAreLeftOut(t *testing.T) {
	jobs := table("delayed_jobs", "id", "bigint!")
	for _, tt := range []struct {
		typ      string
		notValid bool
		keep     bool
		empty    bool
		warns    bool
		refuses  bool
	}{
		{typ: "bigint", warns: true},
		{typ: "bigint!", refuses: true},
		{typ: "bigint!", notValid: true},
		{typ: "bigint!", keep: true},
		{typ: "bigint!", empty: true},
	} {
		mails := table("mails", "id", "bigint!", "job", tt.typ)
		mails.ForeignKeys = []schema.ForeignKey{{Name: "k", Columns: []string{"job"}, References: jobs.Name, Foreign: []string{"id"}, NotValid: tt.notValid}}
		o := CredentialOptions{Password: "password", Seed: methods.RandomSeed(), Empty: func(int) bool { return tt.empty }}
		if tt.keep {
			pattern, err := schema.ParsePattern("delayed_jobs")
			if err != nil {
				t.Fatal(err)
			}
			o.Keep = []schema.Pattern{pattern}
		}
		plan, err := Credentials(schemaOf(jobs, mails), o)
		if (err != nil) != tt.refuses {
			t.Errorf("%+v: %v", tt, err)
		}
		if err != nil {
			hints := strings.Join(fault.Hints(err), "")
			if !strings.Contains(err.Error(), "mails.job: foreign key k refers to delayed_jobs") || !strings.Contains(hints, "--exclude-table-data mails") || !strings.Contains(hints, "--keep-rows delayed_jobs") {
				t.Errorf("%v; %s", err, hints)
			}
			continue
		}
		if warned := len(plan.Warnings()) > 0; warned != tt.warns {
			t.Errorf("%+v: %v", tt, plan.Warnings())
		}
	}
}

// Two credentials that refer to each other must stay equal.
func TestKeysBetweenCredentials(t *testing.T) {
	apps := table("apps", "api_key", "text!")
	for _, tt := range []struct {
		column  string
		refuses bool
	}{{"api_key", false}, {"app", true}} {
		calls := table("calls", tt.column, "text!")
		calls.ForeignKeys = []schema.ForeignKey{{Name: "k", Columns: []string{tt.column}, References: apps.Name, Foreign: []string{"api_key"}}}
		_, err := Credentials(schemaOf(apps, calls), CredentialOptions{Password: "password", Seed: methods.RandomSeed()})
		if (err != nil) != tt.refuses || err != nil && !strings.Contains(err.Error(), "the two columns would no longer match") {
			t.Errorf("%s: %v", tt.column, err)
		}
	}
}

package lifecycle

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/backup/retention"
	"github.com/rubyforgood/hectl/internal/s3store"
)

func TestWarnings(t *testing.T) {
	now := time.Date(2026, 11, 28, 5, 0, 0, 0, time.UTC)
	monthly, last, forever := retention.Policy{Monthly: 12}, retention.Policy{Last: 6, Min: 3}, retention.Policy{Yearly: retention.Unlimited}
	type rule = s3store.LifecycleRule
	moves := func(days int, class string) []s3store.Move { return []s3store.Move{{Days: days, Class: class}} }
	const deletes = `lifecycle rule "r" deletes dumps and manifests after 7 days, but keep promises 365 days (monthly 12)`
	for name, tt := range map[string]struct {
		rule  rule
		dumps Dumps
		want  string // "" for none
	}{
		"all objects":                   {rule{Enabled: true, ExpireDays: 7}, Dumps{Keep: monthly}, deletes},
		"disabled":                      {rule{ExpireDays: 7}, Dumps{Keep: monthly}, ""},
		"tagged":                        {rule{Enabled: true, Tagged: true, ExpireDays: 7}, Dumps{Keep: monthly}, ""},
		"late enough":                   {rule{Enabled: true, ExpireDays: 365}, Dumps{Keep: monthly}, ""},
		"a day too early":               {rule{Enabled: true, ExpireDays: 364}, Dumps{Keep: monthly}, `lifecycle rule "r" deletes dumps and manifests after 364 days, but keep promises 365 days (monthly 12)`},
		"nothing is promised":           {rule{Enabled: true, ExpireDays: 1}, Dumps{Keep: last}, ""},
		"forever":                       {rule{Enabled: true, ExpireDays: 4000, Prefix: "backups/"}, Dumps{Keep: forever}, `lifecycle rule "r" deletes dumps after 4000 days, but keep promises to keep them forever (yearly unlimited)`},
		"a date":                        {rule{Enabled: true, ExpireDate: now.AddDate(-1, 0, 0), Prefix: "backups/"}, Dumps{Keep: monthly}, `lifecycle rule "r" deletes dumps from 2025-11-28 on, but keep promises 365 days (monthly 12)`},
		"manifests only":                {rule{Enabled: true, ExpireDays: 1, Prefix: "manifests/"}, Dumps{Keep: monthly}, `lifecycle rule "r" deletes manifests after 1 day, but keep promises 365 days (monthly 12)`},
		"another folder":                {rule{Enabled: true, ExpireDays: 7, Prefix: "logs/"}, Dumps{Keep: monthly}, ""},
		"the folder of others":          {rule{Enabled: true, ExpireDays: 7, Prefix: "backups/"}, Dumps{Keep: monthly, Base: "app"}, ""},
		"this folder":                   {rule{Enabled: true, ExpireDays: 7, Prefix: "app/"}, Dumps{Keep: monthly, Base: "app"}, deletes},
		"a part of the name":            {rule{Enabled: true, ExpireDays: 7, Prefix: "ba"}, Dumps{Keep: monthly, Label: "production"}, `lifecycle rule "r" deletes dumps after 7 days, but keep promises 365 days (monthly 12)`},
		"another label":                 {rule{Enabled: true, ExpireDays: 7, Prefix: "backups/staging-"}, Dumps{Keep: monthly, Label: "production"}, ""},
		"any label":                     {rule{Enabled: true, ExpireDays: 7, Prefix: "backups/staging-"}, Dumps{Keep: monthly}, `lifecycle rule "r" deletes dumps after 7 days, but keep promises 365 days (monthly 12)`},
		"noncurrent versions":           {rule{Enabled: true, NoncurrentDays: 1}, Dumps{Keep: monthly}, ""},
		"larger objects":                {rule{Enabled: true, ExpireDays: 7, LargerThan: 1000}, Dumps{Keep: monthly, Sizes: []int64{10, 1001}}, `lifecycle rule "r" deletes dumps after 7 days, but keep promises 365 days (monthly 12)`},
		"larger than every dump":        {rule{Enabled: true, ExpireDays: 7, LargerThan: 1000}, Dumps{Keep: monthly, Sizes: []int64{10, 1000}}, ""},
		"smaller objects":               {rule{Enabled: true, ExpireDays: 7, SmallerThan: 1000, Prefix: "backups/"}, Dumps{Keep: monthly, Sizes: []int64{1000}}, ""},
		"to Glacier":                    {rule{Enabled: true, Moves: moves(7, "GLACIER"), Prefix: "backups/"}, Dumps{Keep: last}, `lifecycle rule "r" moves dumps to GLACIER after 7 days, where hectl cannot read them; dumps must stay readable for 30 days`},
		"to Deep Archive at once":       {rule{Enabled: true, Moves: moves(0, "DEEP_ARCHIVE"), Prefix: "backups/"}, Dumps{Keep: monthly}, `lifecycle rule "r" moves dumps to DEEP_ARCHIVE at once, where hectl cannot read them; dumps must stay readable for 30 days`},
		"to Glacier late":               {rule{Enabled: true, Moves: moves(30, "GLACIER")}, Dumps{Keep: last}, ""},
		"to Glacier after all are gone": {rule{Enabled: true, Moves: moves(14, "GLACIER")}, Dumps{Keep: retention.Policy{Daily: 14}}, ""},
		"to an instant class":           {rule{Enabled: true, Moves: moves(1, "GLACIER_IR")}, Dumps{Keep: last}, ""},
		"manifests to Glacier":          {rule{Enabled: true, Moves: moves(1, "GLACIER"), Prefix: "manifests/"}, Dumps{Keep: last}, `lifecycle rule "r" moves manifests to GLACIER after 1 day, where hectl cannot read them; dumps must stay readable for 30 days`},
	} {
		tt.rule.ID, tt.dumps.Now = "r", now
		var want []string
		if tt.want != "" {
			want = []string{tt.want}
		}
		if diff := cmp.Diff(want, Warnings([]s3store.LifecycleRule{tt.rule}, tt.dumps)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

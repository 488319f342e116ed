package mask_test

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/demodata"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/pgtest"
)

// What is suggested can be pasted as it is: nothing is open then, and nothing is
// wrong.
func TestSuggestionsFit(t *testing.T) {
	c := pgtest.New(t)
	for name, sql := range map[string]string{"app": demodata.Schema(), "zoo": demodata.Zoo(), "rules": ""} {
		t.Run(name, func(t *testing.T) {
			h := rulesHead(t, c)
			if sql != "" {
				h = head(t, c, sql)
			}
			rules, err := parse(t, "mask: {base: none}")
			if err != nil {
				t.Fatal(err)
			}
			report, err := rules.Check(h)
			if err != nil {
				t.Fatal(err)
			}
			suggestion := report.Suggest()
			if report.Open() < 7 || !strings.HasPrefix(suggestion, "mask:\n") {
				t.Fatalf("%d open:\n%s", report.Open(), suggestion)
			}
			pasted := strings.Replace(suggestion, "mask:\n", "mask:\n  base: none\n", 1)
			rules, err = parse(t, pasted)
			if err != nil {
				t.Fatalf("%v\n%s", err, pasted)
			}
			if _, err := rules.Plan(h, mask.RandomSeed(), mask.Options{}); err != nil {
				t.Errorf("%v\n%s", err, pasted)
			}
			if report, _ := rules.Check(h); report.Open() != 0 || (len(report.Warnings) > 0) != strings.Contains(pasted, "# its check") {
				t.Errorf("%d open, %v\n%s", report.Open(), report.Warnings, pasted)
			}
		})
	}
}

package mask_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// With the suggestions in hectl.yml, nothing is open, and there are no errors.
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
			suggestion := report.Suggestion()
			if report.Open() < 7 || !strings.HasPrefix(suggestion, "mask:\n") {
				t.Fatalf("%d open:\n%s", report.Open(), suggestion)
			}
			pasted := strings.Replace(suggestion, "mask:\n", "mask:\n  base: none\n", 1)
			rules, err = parse(t, pasted)
			if err != nil {
				t.Fatalf("%v\n%s", err, pasted)
			}
			if _, err := rules.Plan(h, methods.RandomSeed(), mask.Options{}); err != nil {
				t.Errorf("%v\n%s", err, pasted)
			}
			if report, _ := rules.Check(h); report.Open() != 0 || (len(report.Warnings) > 0) != strings.Contains(pasted, "# its check") {
				t.Errorf("%d open, %v\n%s", report.Open(), report.Warnings, pasted)
			}
		})
	}
}

// For any schema, suggestions are valid, leave nothing open, and produce rows that Postgres
// accepts.
func TestSuggestionsLoad(t *testing.T) {
	c := pgtest.New(t)
	sql, err := os.ReadFile("testdata/suggested.sql")
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{"copy": nil, "inserts": {"--inserts"}, "rows": {"--data-only"}} {
		whole := dumpOf(t, c, "suggested_"+name, string(sql), args...)
		h, err := archive.ReadHead(bytes.NewReader(whole))
		if err != nil {
			t.Fatal(err)
		}
		rules, err := parse(t, "mask: {base: none}")
		if err != nil {
			t.Fatal(err)
		}
		report, err := rules.Check(h)
		if err != nil {
			t.Fatal(err)
		}
		pasted := strings.Replace(report.Suggestion(), "mask:\n", "mask:\n  base: none\n", 1)
		if rules, err = parse(t, pasted); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, pasted)
		}
		if report, err := rules.Check(h); err != nil || report.Open() != 0 {
			t.Errorf("%s: %d open, %v\n%s", name, report.Open(), err, pasted)
			continue
		}
		if name != "copy" {
			continue
		}
		for _, want := range []string{"public.t:", "a.t:", "gender: {one_of: [f, m, d]}", `ethnicity: {one_of: [a, b]}`, "military: {one_of: [f, t]}", `salary: {value: "0"}`, "phone_number: digits", "born_at: shift_days"} {
			if want = strings.Replace(want, "shift_days", "{shift_days: 180}", 1); !strings.Contains(pasted, want) {
				t.Errorf("%q is not in\n%s", want, pasted)
			}
		}
		var masked bytes.Buffer
		plan := func(h *archive.Head) (*mask.Plan, error) { return rules.Plan(h, methods.RandomSeed(), mask.Options{}) }
		if _, err := mask.Archive(&masked, bytes.NewReader(whole), plan, 1); err != nil {
			t.Fatalf("%v\n%s", err, pasted)
		}
		load(t, c, "masked_"+name, pasted, masked.Bytes())
	}
}

package mask_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/test/demodata"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// head returns the head of a dump of a new database that sql creates.
func head(t *testing.T, c *pgtest.Cluster, sql string, args ...string) *archive.Head {
	t.Helper()
	const name = "app"
	if err := c.Exec(t.Context(), "postgres", `DROP DATABASE IF EXISTS app WITH (FORCE)`); err != nil {
		t.Fatal(err)
	}
	out := dumpOf(t, c, name, sql, args...)
	h, err := archive.ReadHead(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// The built-in rules cover the whole schema of the app and break nothing in it.
func TestBuiltInRules(t *testing.T) {
	h := head(t, pgtest.New(t), demodata.Schema())
	rules := mask.Default()
	report, err := rules.Check(h)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		if f.Open {
			t.Errorf("open: %s (%s): %s", f.On(), f.Type, f.Why)
		}
		if f.Why == "" && f.Rule == "" {
			t.Errorf("%s needs no rule", f.On())
		}
	}
	if len(report.Warnings) > 0 {
		t.Error(report.Warnings)
	}
	plan, err := rules.Plan(h, methods.RandomSeed(), mask.Options{})
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for i := range h.Entries {
		if table := plan.Table(&h.Entries[i]); table != nil && !table.None {
			changed++
		}
	}
	t.Logf("%d columns masked, %d kept, %d tables without rows, %d tables changed", report.Masked, report.Kept, len(report.LeftOut), changed)
	if report.Masked < 90 || len(report.LeftOut) != 4 || changed < 25 {
		t.Errorf("%d columns are masked, rows of %v left out, %d tables changed", report.Masked, report.LeftOut, changed)
	}
}

// A full database masked by the built-in rules restores with all keys and unique indexes.
// With the same seed, the result is always the same.
func TestBuiltInRulesLoad(t *testing.T) {
	c := pgtest.New(t)
	whole := dumpOf(t, c, "full", demodata.Schema()+demodata.Rows(1))
	var masked [2]bytes.Buffer
	for i := range masked {
		_, err := mask.Archive(&masked[i], bytes.NewReader(whole), func(h *archive.Head) (*mask.Plan, error) {
			return mask.Default().Plan(h, methods.NewSeed([]byte("one seed for both")), mask.Options{})
		}, 1)
		if err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(masked[0].Bytes(), masked[1].Bytes()) {
		t.Error("one seed makes two databases")
	}
	load(t, c, "masked", "the built-in rules", masked[0].Bytes())
}

// The printed built-in rules are a valid hectl.yml.
func TestBuiltInRulesCanBeCopied(t *testing.T) {
	h := head(t, pgtest.New(t), demodata.Schema()+"CREATE TABLE sessions (id bigint, data text);")
	rules, err := parse(t, strings.Replace(mask.BuiltIn(), "mask:\n", "mask:\n  base: none\n", 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rules.Plan(h, methods.RandomSeed(), mask.Options{}); err != nil {
		t.Error(err)
	}
}

// Rules of hectl.yml precede built-in ones, names precede patterns, and later rules
// precede earlier ones.
func TestWhichRuleHolds(t *testing.T) {
	h := head(t, pgtest.New(t), demodata.Schema()+`
		CREATE TABLE animals (name text, note text);
		CREATE TABLE dogs (breed text) INHERITS (animals);
		CREATE TABLE seen (day date, who text) PARTITION BY RANGE (day);
		CREATE TABLE seen_1 PARTITION OF seen FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
		CREATE TABLE seen_2 PARTITION OF seen DEFAULT;`)
	rules, err := parse(t, `
mask:
  large_objects: keep
  tables:
    children: {comments: keep, first_name: lorem}
    "*": {comments: null, notes: "empty"}
    "v*": {email: hash}
    versions: {object: json}
    vendors: {"*": keep}
    public.vendors: {phone: digits}
    "deprecated_*": keep
    partner_forms: {rows: none}
    tags: {rows: all}
    animals: {name: first_name, note: lorem}
    dogs: {note: keep, breed: lorem}
    seen: {who: full_name, day: keep}
    seen_2: {rows: none}
`)
	if err != nil {
		t.Fatal(err)
	}
	report, err := rules.Check(h)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range report.Findings {
		got[f.On()] = f.Rule
		if f.Open {
			got[f.On()] = "OPEN"
		}
	}
	for on, want := range map[string]string{
		"children.comments":                    "keep",
		"children.first_name":                  "lorem",
		"children.last_name":                   "last_name", // built-in
		"families.comments":                    "null",      // a pattern in hectl.yml precedes a built-in rule
		"partners.notes":                       "empty",
		"versions.object":                      "json", // {rows: none} has lower precedence
		"versions.object_changes":              "OPEN",
		"vendors.phone":                        "digits",
		"vendors.email":                        "keep", // a name precedes a pattern
		"deprecated_feedback_messages.message": "keep",
		"tags.name":                            "keep",
		"animals.note":                         "lorem",
		"dogs.name":                            "first_name", // inherited from a parent table
		"dogs.note":                            "keep",
		"dogs.breed":                           "lorem",
		"seen.who":                             "full_name",
	} {
		if got[on] != want {
			t.Errorf("%s: %q, want %q", on, got[on], want)
		}
	}
	if want := []string{"delayed_jobs", "partner_forms", "seen_2", "solid_cache_entries"}; !slices.Equal(slices.Sorted(slices.Values(report.LeftOut)), want) {
		t.Errorf("left out %v, want %v", report.LeftOut, want)
	}
	without, err := rules.Plan(h, methods.RandomSeed(), mask.Options{Takes: func(e *archive.Entry) bool { return e.Tag != "versions" }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range h.Entries {
		e := &h.Entries[i]
		switch table := without.Table(e); {
		case e.Desc != "TABLE DATA":
		case e.Tag == "seen_1" && (table == nil || table.None || table.Columns[1].Method == nil):
			t.Error("a partition is not masked as the whole is")
		case e.Tag == "seen_2" && (table == nil || !table.None):
			t.Error("a partition's rows are not left out")
		case e.Tag == "dogs" && (table == nil || table.Columns[0].Method == nil || table.Columns[1].Method != nil):
			t.Error("a table does not inherit rules")
		}
	}
}

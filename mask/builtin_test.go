package mask_test

import (
	"bytes"
	"testing"

	"github.com/rubyforgood/hectl/internal/demodata"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/pgtest"
)

// head returns the head of an archive of a new database that sql makes.
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

// The app's whole schema is covered, and nothing of it is broken.
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
	plan, err := rules.Plan(h, mask.RandomSeed(), mask.Options{})
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

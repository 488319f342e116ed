package commands

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/mask"
)

// The text marks an open column and an open definition; the reason for a rule may be
// unknown.
func TestMaskCheckedText(t *testing.T) {
	t.Parallel()
	report := &mask.Report{
		Findings: []mask.Finding{
			{Schema: "public", Table: "users", Column: "email", Type: "text", Why: "name", Rule: "email"},
			{Schema: "public", Table: "users", Column: "notes", Type: "text", Why: "free text", Open: true},
			{Schema: "shop", Table: "orders", Column: "id", Type: "bigint", Rule: "keep"},
		},
		Masked: 1, Kept: 1, LeftOut: []string{"sessions"}, Warnings: []string{"a check"},
	}
	got := maskChecked{Dump: "x.dump", Report: report}.Text()
	for _, want := range []string{
		"users.email", "users.notes", "shop.orders.id", "OPEN", "-", "not sure: a check\n", "rows left out: sessions\n", "x.dump: 1 masked, 1 kept, 1 open\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "OPEN"); n != 1 {
		t.Errorf("%d lines are open:\n%s", n, got)
	}
	if got := (maskChecked{Report: report, Suggestion: "mask:\n", suggest: true}).Text(); got != "mask:\n" {
		t.Errorf("--suggest: %q", got)
	}
	if got := (maskChecked{Dump: "x.dump", Report: &mask.Report{}}).Text(); strings.Contains(got, "COLUMN") {
		t.Errorf("without findings: %q", got)
	}
}

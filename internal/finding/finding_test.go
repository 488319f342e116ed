package finding_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
)

// levels returns a list with one finding of each level.
func levels(levels ...finding.Level) *finding.List {
	var f finding.List
	for _, level := range levels {
		f = append(f, finding.Finding{About: "area", Level: level})
	}
	return &f
}

func TestErrSetsTheExitCode(t *testing.T) {
	for _, c := range []struct {
		name   string
		levels []finding.Level
		code   fault.Code
		text   string
	}{
		{"empty", nil, 0, ""},
		{"advice only", []finding.Level{finding.OK, finding.Advice}, 0, ""},
		{"a warning", []finding.Level{finding.Warning, finding.OK}, fault.Warnings, "1 warning above"},
		{"an error", []finding.Level{finding.Error}, fault.Failed, "1 error and 0 warnings above"},
		{"both", []finding.Level{finding.Warning, finding.Error, finding.Error}, fault.Failed, "2 errors and 1 warning above"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := levels(c.levels...).Err()
			if c.code == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || fault.CodeOf(err) != c.code || err.Error() != c.text {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestFailTurnsHintsIntoFixes(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want finding.Finding
	}{
		{"a command to paste", fault.New(fault.Denied, `run "aws sso login --profile he"`, "no\n session"),
			finding.Finding{About: "AWS", Level: finding.Error, Text: "no session", Fixes: []string{"aws sso login --profile he"}}},
		{"a sentence", fault.New(fault.Denied, "ask your administrator", "denied"),
			finding.Finding{About: "AWS", Level: finding.Error, Text: "denied", Fixes: []string{"ask your administrator"}}},
		{"no hint", errors.New("plain"), finding.Finding{About: "AWS", Level: finding.Error, Text: "plain"}},
		{"a password", errors.New("postgres://u:secret@h/d: refused"),
			finding.Finding{About: "AWS", Level: finding.Error, Text: "postgres://u:***@h/d: refused"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f finding.List
			f.Fail("AWS", c.err)
			if diff := cmp.Diff(finding.List{c.want}, f); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLeadWithErrors(t *testing.T) {
	var f finding.List
	f.OK("a", "first")
	f.Error("b", "", "other area")
	f.Advise("c", "", "stays last")
	f.Fail("a", errors.New("found late"))
	f.LeadWithErrors("a")
	f.LeadWithErrors("no such area")
	var order []string
	for _, x := range f {
		order = append(order, x.Text)
	}
	if want := []string{"found late", "first", "other area", "stays last"}; !slices.Equal(order, want) {
		t.Errorf("got %q", order)
	}
}

func TestTextWrapsFindingsButNotFixes(t *testing.T) {
	var f finding.List
	f.OK("a", "%s", strings.Repeat("word ", 30))
	f.Warn("a", strings.Repeat("x ", 60), "careful")
	f.Error("b", "", strings.Repeat("y", 100))
	want := "a\n" +
		"  ok       " + strings.TrimSpace(strings.Repeat("word ", 14)) + "\n" +
		"           " + strings.TrimSpace(strings.Repeat("word ", 14)) + "\n" +
		"           " + strings.TrimSpace(strings.Repeat("word ", 2)) + "\n" +
		"  warning  careful\n" +
		"           > " + strings.Repeat("x ", 60) + "\n" +
		"b\n" +
		"  error    " + strings.Repeat("y", 100) + "\n"
	if diff := cmp.Diff(want, f.Text()); diff != "" {
		t.Error(diff)
	}
}

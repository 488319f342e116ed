package checkup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/checkup"
	"github.com/rubyforgood/hectl/internal/fault"
)

func TestFindings(t *testing.T) {
	var f checkup.Findings
	f.OK("a", "%s", strings.Repeat("word ", 30))
	if f.Err() != nil {
		t.Error(f.Err())
	}
	f.Advise("a", "do --this", "faster")
	f.Warn("b", "", "careful")
	if fault.CodeOf(f.Err()) != fault.Warnings {
		t.Error(f.Err())
	}
	f.Fail("b", fault.New(fault.Denied, `run "aws sso login --profile he"`, "no\n session"))
	f.Fail("c", errors.New("plain"))
	if err := f.Err(); fault.CodeOf(err) != fault.Failed || err.Error() != "2 errors and 1 warning above" {
		t.Error(err)
	}
	if !slices.Equal(f[3].Fixes, []string{"aws sso login --profile he"}) || f[3].Text != "no session" {
		t.Errorf("%+v", f[3])
	}
	f.Fail("a", errors.New("found late"))
	f.Lead("a")
	f.Lead("nothing")
	if f[0].Text != "found late" || f[2].Level != checkup.Advice || f[5].About != "c" || len(f) != 6 {
		t.Errorf("%+v", f)
	}
	text := f.Text()
	for line := range strings.Lines(text) {
		if len(line) > 81 {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
	for _, want := range []string{"a\n  error    found late\n  ok       word word", "\n           > do --this\n", "\nb\n  warning  careful\n  error    no session\n           > aws sso login --profile he\n", "\nc\n  error    plain\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

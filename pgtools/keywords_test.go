package pgtools

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestUnknownKeywordHints(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"pasword=x":  "did you mean password?",
		"sslmod=x":   "did you mean sslmode?",
		"database=x": "did you mean dbname?",
		"username=x": "did you mean user?",
		"prt=5432":   "did you mean port?",
	} {
		_, err := ParseParams(in)
		if diff := cmp.Diff([]string{want}, fault.Hints(err)); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
	_, err := ParseParams("pool=5")
	if hints := strings.Join(fault.Hints(err), ""); strings.Contains(hints, "did you mean") {
		t.Errorf("pool: %s", hints)
	}
}

package setup

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestNext(t *testing.T) {
	plain := errors.New("broken")
	for _, tt := range []struct {
		name string
		look firstLook
		want string
	}{
		{"everything works", firstLook{}, "hectl fetch-latest-db"},
		{"a source", firstLook{Source: "db"}, "hectl backup"},
		{"settings", firstLook{settings: plain, tools: plain}, "hectl doctor"},
		{"settings with a command", firstLook{settings: fault.New(fault.Usage, `run "hectl allow"`, "not approved")}, "hectl allow"},
		{"tools before credentials", firstLook{tools: plain, credentials: plain}, "hectl doctor"},
		{"the server", firstLook{server: plain}, "hectl doctor"},
		{"an expired session", firstLook{credentials: fault.New(fault.Denied, `run "aws sso login --profile he"`, "expired")}, "aws sso login --profile he"},
		{"no credentials", firstLook{credentials: plain}, "aws configure sso"},
	} {
		if got := tt.look.next(); got != tt.want {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
}

func TestFirstClause(t *testing.T) {
	long := strings.Repeat("word ", 20)
	for _, tt := range []struct{ text, want string }{
		{"short: it failed", "short: it failed"},
		{"first line\nsecond line", "first line"},
		{long + ": connection refused", "connection refused"},
		{"no pg_dump (" + long + ")", "no pg_dump"},
		{"this clause makes sense without the rest of it, " + long, "this clause makes sense without the rest of it"},
	} {
		if got := firstClause(errors.New(tt.text)); got != tt.want {
			t.Errorf("%q: got %q", tt.text, got)
		}
	}
	if got := firstClause(errors.New(long)); utf8.RuneCountInString(got) > 66 || !strings.HasSuffix(got, "…") {
		t.Errorf("got %q", got)
	}
}

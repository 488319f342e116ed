package fault

import (
	"strings"
	"testing"
)

func TestQuoteRepeatsNoPassword(t *testing.T) {
	for _, word := range []string{"extra", "", "a/b", "s3://bucket", "it's\n"} {
		if got := Quote(word); !strings.HasPrefix(got, `"`) {
			t.Errorf("%q: %s", word, got)
		}
	}
	for _, word := range []string{
		"https://hooks.slack.com/services/hush", "failure+https://example.com/hush", "postgres://me:hush@host/db",
		"host=db password=hush", "host=db PASSWORD = hush",
	} {
		if got := Quote(word); strings.Contains(got, "hush") {
			t.Errorf("%q: %s", word, got)
		}
	}
}

func TestShellQuote(t *testing.T) {
	for word, want := range map[string]string{
		"plain":           "plain",
		"s3://b/a_b@c%+=": "s3://b/a_b@c%+=",
		"":                "''",
		"two words":       "'two words'",
		"it's":            `'it'\''s'`,
		"$(id)":           "'$(id)'",
		"~/file":          "'~/file'",
		"a*":              "'a*'",
	} {
		if got := ShellQuote(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
}

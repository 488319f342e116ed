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

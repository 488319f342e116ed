package attachments

import (
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestParseSince(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 3600))
	for text, want := range map[string]string{
		"2026-01-31":                "2026-01-30T23:00:00Z",
		"2026-01-31 10:30":          "2026-01-31T09:30:00Z",
		"2026-01-31T10:00:00+02:00": "2026-01-31T08:00:00Z",
		"90d":                       "2026-08-25T11:00:00Z",
		"1y6m":                      "2025-05-23T11:00:00Z",
		"36h":                       "2026-11-21T23:00:00Z",
		"90min":                     "2026-11-23T09:30:00Z",
	} {
		got, err := parseSince(text, now)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("parseSince(%q) = %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"yesterday", "d", "5", "1w", "2026-13-01", "d90", "-1d", "90m"} {
		if got, err := parseSince(text, now); fault.CodeOf(err) != fault.Usage {
			t.Errorf("parseSince(%q) = %s, %v", text, got, err)
		}
	}
}

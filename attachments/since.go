package attachments

import (
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/when"
)

// parseSince reads a date, a time or an age, and returns it as a time. A date means
// midnight UTC.
func parseSince(text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	age, err := when.ParseSpan(text)
	if err != nil {
		return time.Time{}, fault.New(fault.Usage, "for example: --since 2026-01-31, or --since 90d",
			"--since %q is neither a date such as 2026-01-31 nor an age such as 90d or 1y6m", text)
	}
	return age.Before(now.UTC()), nil
}

package attachments

import (
	"regexp"
	"strconv"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// ageForm matches an age as in --keep-within: years, months, days, hours.
var ageForm = regexp.MustCompile(`^(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?$`)

// parseSince reads a date, a time or an age, and returns it as a time. A date means
// midnight UTC.
func parseSince(text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	parts := ageForm.FindStringSubmatch(text)
	if parts == nil {
		return time.Time{}, fault.New(fault.Usage, "for example: --since 2026-01-31, or --since 90d",
			"--since %q is neither a date such as 2026-01-31 nor an age such as 90d or 1y6m", text)
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(parts[i]) // digits, or "", which gives 0
		return n
	}
	return now.UTC().AddDate(-number(1), -number(2), -number(3)).Add(-time.Duration(number(4)) * time.Hour), nil
}

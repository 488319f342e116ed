package attachments

import (
	"errors"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/when"
)

// parseSince returns the first moment of a date, a time or an age.
func parseSince(text string, now time.Time) (time.Time, error) {
	t, err := when.ParseEarliest(text, now)
	if errors.Is(err, when.ErrAmbiguous) {
		return t, fault.New(fault.Usage, "for example: --since 90d, --since 3h or --since 90min", "--since %s %w", fault.Quote(text), err)
	}
	if err != nil {
		return t, fault.New(fault.Usage, `for example: --since 2026-01-31, --since "2026-01-31 14:30" or --since 90d`,
			"--since %s is neither a time such as 2026-01-31 or 2026-01-31T14:30 nor an age such as 3h, 90d or 1y6m", fault.Quote(text))
	}
	return t, nil
}

package retention

import (
	"fmt"
	"math"
	"time"

	"github.com/rubyforgood/hectl/internal/when"
)

// Forever is the promise of an unlimited rule.
const Forever = math.MaxInt

// Promise returns the number of days for which the policy keeps its oldest dump, and the
// rule that keeps it. It is 0 for a policy whose rules count dumps and not time. now is
// the current time.
func (p Policy) Promise(now time.Time) (days int, rule string) {
	since := func(t time.Time) int { return int(math.Ceil(now.Sub(t).Hours() / 24)) }
	longest := func(n int, name string) {
		if n > days {
			days, rule = n, name
		}
	}
	if p.Last == Unlimited {
		longest(Forever, "last "+p.Last.String())
	}
	for _, r := range []struct {
		name  string
		count Count
		span  when.Span // span of one period
	}{
		{"hourly", p.Hourly, when.Span{Hours: 1}}, {"daily", p.Daily, when.Span{Days: 1}}, {"weekly", p.Weekly, when.Span{Days: 7}},
		{"monthly", p.Monthly, when.Span{Months: 1}}, {"yearly", p.Yearly, when.Span{Years: 1}},
	} {
		name, n := fmt.Sprintf("%s %s", r.name, r.count), int(r.count)
		switch {
		case r.count == Unlimited:
			longest(Forever, name)
		case n > 0:
			n = min(n, 10_000)
			longest(since(when.Span{Years: n * r.span.Years, Months: n * r.span.Months, Days: n * r.span.Days, Hours: n * r.span.Hours}.Before(now)), name)
		}
	}
	if p.Within != (when.Span{}) {
		longest(since(p.Within.Before(now)), "within "+p.Within.String())
	}
	return days, rule
}

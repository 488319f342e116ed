package when

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Span is a calendar duration, whose months have 28 to 31 days.
type Span struct {
	Years, Months, Days, Hours int
}

var spanForm = regexp.MustCompile(`^(?:(\d{1,6})y)?(?:(\d{1,6})m)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?$`)

// ParseSpan parses years, months, days and hours, in that order, each of them optional,
// such as "1y6m" or "30d". "0" is an empty span.
func ParseSpan(text string) (Span, error) {
	if text == "0" {
		return Span{}, nil
	}
	parts := spanForm.FindStringSubmatch(text)
	if parts == nil || text == "" {
		return Span{}, fmt.Errorf("%q is not a time such as 2y5m7d3h (years, months, days, hours)", text)
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(parts[i]) // the pattern matches digits or "", which is 0
		return n
	}
	return Span{number(1), number(2), number(3), number(4)}, nil
}

// String returns the form that ParseSpan parses.
func (s Span) String() string {
	var b strings.Builder
	for _, part := range []struct {
		n    int
		unit string
	}{{s.Years, "y"}, {s.Months, "m"}, {s.Days, "d"}, {s.Hours, "h"}} {
		if part.n != 0 {
			fmt.Fprintf(&b, "%d%s", part.n, part.unit)
		}
	}
	if b.Len() == 0 {
		return "0"
	}
	return b.String()
}

// MarshalText implements encoding.TextMarshaler.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Before returns the time one span before t.
func (s Span) Before(t time.Time) time.Time {
	return t.AddDate(-s.Years, -s.Months, -s.Days).Add(-time.Duration(s.Hours) * time.Hour)
}

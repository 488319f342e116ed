package retention

import (
	"fmt"
	"strconv"
)

// Count is the number of dumps that a rule keeps.
type Count int

// Unlimited keeps one dump of every period.
const Unlimited Count = -1

const unlimited = "unlimited"

// ParseCount parses a number of at least 0, "unlimited", or "-1", which also means
// unlimited.
func ParseCount(text string) (Count, error) {
	if text == unlimited || text == "-1" {
		return Unlimited, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, fmt.Errorf(`%q is neither a number nor "unlimited"`, text)
	}
	return Count(n), nil
}

// String returns the form that ParseCount parses.
func (c Count) String() string {
	if c == Unlimited {
		return unlimited
	}
	return strconv.Itoa(int(c))
}

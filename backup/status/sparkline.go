package status

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/text"
)

// Sparkline is the size of the smallest dump of each of the last 30 days, the oldest
// first. It shows the smallest dump because a dump that is too small is a sign of
// trouble. Days are in UTC.
type Sparkline []int64

const sparkDays = 30

// noDump marks a day without a dump.
const noDump = -1

// NewSparkline returns the sparkline of dumps for the 30 days that end on the day of now.
func NewSparkline(dumps []catalog.Dump, now time.Time) Sparkline {
	const day = 24 * time.Hour
	sizes := slices.Repeat(Sparkline{noDump}, sparkDays)
	for _, d := range dumps {
		i := sparkDays - 1 - int(now.UTC().Truncate(day).Sub(d.Time.UTC().Truncate(day))/day)
		if i >= 0 && i < sparkDays && (sizes[i] == noDump || d.Size < sizes[i]) {
			sizes[i] = d.Size
		}
	}
	return sizes
}

// Days returns how many of the days have a dump.
func (s Sparkline) Days() int {
	n := 0
	for _, size := range s {
		if size != noDump {
			n++
		}
	}
	return n
}

// String draws the sizes as bars between zero and the largest. A day without a dump is
// a dot, because a space at the end would be invisible.
func (s Sparkline) String() string {
	const heights = "▁▂▃▄▅▆▇█"
	bars, top := []rune(heights), max(1, slices.Max(s))
	var b strings.Builder
	for _, size := range s {
		if size == noDump {
			b.WriteRune('·')
			continue
		}
		b.WriteRune(bars[(size*int64(len(bars)-1)+top/2)/top])
	}
	return b.String()
}

// Caption explains the sparkline. It names the largest bar, which may be smaller than
// a dump in the list.
func (s Sparkline) Caption() string {
	return fmt.Sprintf("smallest of each day, up to %s", text.Size(max(0, slices.Max(s))))
}

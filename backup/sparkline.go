package backup

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/dump/catalog"
)

// sparkDays is how many days a sparkline shows, the last of which is today.
const sparkDays = 30

// noDump is the size of a day without a dump.
const noDump = -1

// smallestByDay returns the size of each day's smallest dump: it is the odd one
// that somebody looks for. Days are UTC's.
func smallestByDay(dumps []catalog.Dump, now time.Time) []int64 {
	const day = 24 * time.Hour
	sizes := slices.Repeat([]int64{noDump}, sparkDays)
	for _, d := range dumps {
		i := sparkDays - 1 - int(now.UTC().Truncate(day).Sub(d.Time.UTC().Truncate(day))/day)
		if i >= 0 && i < sparkDays && (sizes[i] == noDump || d.Size < sizes[i]) {
			sizes[i] = d.Size
		}
	}
	return sizes
}

// sparkline draws sizes as heights from nothing to the largest of them. A day
// without a dump is a dot: a space at the end would not be seen.
func sparkline(sizes []int64) string {
	const heights = "▁▂▃▄▅▆▇█"
	blocks, top := []rune(heights), max(1, slices.Max(sizes))
	var b strings.Builder
	for _, size := range sizes {
		if size == noDump {
			b.WriteRune('·')
			continue
		}
		b.WriteRune(blocks[(size*int64(len(blocks)-1)+top/2)/top])
	}
	return b.String()
}

// sparkCaption says what a sparkline shows: of each day the smallest dump, so that
// larger ones may be listed beside it.
func sparkCaption(sizes []int64) string {
	return fmt.Sprintf("smallest of each day, up to %s", humanize.Bytes(uint64(max(0, slices.Max(sizes)))))
}

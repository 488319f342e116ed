// Package text renders times, sizes, numbers and lists for people. JSON results have
// the plain values.
package text

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
)

// Minute renders a time in UTC, to the minute.
func Minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// Seconds renders a duration, which is given in seconds, to a tenth of a second.
func Seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(100 * time.Millisecond)
}

// Size renders a number of bytes; one below 0 is not known.
func Size(bytes int64) string {
	if bytes < 0 {
		return "size unknown"
	}
	return humanize.Bytes(uint64(bytes))
}

// Count renders a number of things: "1 table", "2 tables".
func Count(n int, noun string) string { return english.Plural(n, noun, "") }

// List joins the first few names with commas: at most most of them, and how many more
// there are.
func List(names []string, most int) string {
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}

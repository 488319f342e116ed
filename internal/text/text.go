// Package text renders times, sizes, numbers and lists for people. JSON results have
// the plain values.
package text

import (
	"fmt"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
)

// Minute renders a time in UTC, to the minute.
func Minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// Seconds returns s seconds as a duration, rounded to a tenth of a second.
func Seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(100 * time.Millisecond)
}

// Size renders a number of bytes. A negative number means that the size is unknown.
func Size(bytes int64) string {
	if bytes < 0 {
		return "size unknown"
	}
	return humanize.Bytes(uint64(bytes))
}

// Count renders a number of things: "1 table", "2 tables".
func Count(n int, noun string) string { return english.Plural(n, noun, "") }

// List joins up to most names with commas, and adds the number of the remaining ones.
func List(names []string, most int) string {
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}

// Duration renders a duration without trailing zero units: "4h", "1h30m".
func Duration(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return s
}

// Age renders how long ago something was, in the largest unit: "5 min", "3 days".
func Age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// Table aligns the columns of rows. The last column is not padded.
func Table(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush() // writes to a strings.Builder do not fail
	return trailingSpace.ReplaceAllString(b.String(), "")
}

var trailingSpace = regexp.MustCompile(`(?m) +$`)

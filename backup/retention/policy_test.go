package retention

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/when"
)

// update rewrites the golden files.
var update = os.Getenv("HECTL_UPDATE_TESTDATA") != ""

func at(text string) time.Time {
	t, err := time.Parse(time.DateTime, text)
	if err != nil {
		panic(err)
	}
	return t
}

// every returns the times from first to last, a step apart.
func every(first, last string, step time.Duration) []time.Time {
	var times []time.Time
	for t := at(first); !t.After(at(last)); t = t.Add(step) {
		times = append(times, t)
	}
	return times
}

func these(texts ...string) []time.Time {
	var times []time.Time
	for _, text := range texts {
		times = append(times, at(text))
	}
	return times
}

const day = 24 * time.Hour

func TestGolden(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy Policy
		times  []time.Time
		now    string // "" for the newest of the times
	}{
		{name: "last", policy: Policy{Last: 3}, times: every("2026-11-20 00:30:00", "2026-11-23 20:30:00", 4*time.Hour)},
		{name: "last-of-few", policy: Policy{Last: 10}, times: every("2026-11-20 00:30:00", "2026-11-22 00:30:00", day)},
		{name: "hourly", policy: Policy{Hourly: 3}, times: every("2026-11-22 22:05:00", "2026-11-23 01:55:00", 10*time.Minute)},
		{name: "daily", policy: Policy{Daily: 3}, times: every("2026-11-18 00:30:00", "2026-11-23 20:30:00", 4*time.Hour)},
		{name: "daily-with-days-missing", policy: Policy{Daily: 3}, times: these("2026-10-01 08:00:00", "2026-10-01 12:00:00", "2026-11-01 08:00:00", "2026-11-01 12:00:00", "2026-11-20 08:00:00", "2026-11-23 08:00:00")},
		{name: "daily-of-few", policy: Policy{Daily: 30}, times: every("2026-11-21 00:30:00", "2026-11-23 20:30:00", 8*time.Hour)},
		{name: "weekly-over-new-year", policy: Policy{Weekly: 3}, times: every("2026-12-14 06:00:00", "2027-01-05 06:00:00", day)},
		{name: "monthly-over-a-leap-day", policy: Policy{Monthly: 3}, times: every("2027-11-20 06:00:00", "2028-03-02 06:00:00", day)},
		{name: "yearly", policy: Policy{Yearly: 2}, times: every("2023-12-25 06:00:00", "2026-01-03 06:00:00", 5*day)},
		{name: "yearly-unlimited", policy: Policy{Yearly: Unlimited}, times: every("2019-06-01 06:00:00", "2026-01-03 06:00:00", 30*day)},
		{name: "within-days", policy: Policy{Within: when.Span{Days: 2, Hours: 4}}, times: every("2026-11-18 00:30:00", "2026-11-23 20:30:00", 4*time.Hour)},
		{name: "within-a-month-before-the-31st", policy: Policy{Within: when.Span{Months: 1}}, times: every("2026-02-25 06:00:00", "2026-03-31 06:00:00", day)},
		{name: "within-a-year-before-a-leap-day", policy: Policy{Within: when.Span{Years: 1}}, times: these("2027-02-28 06:00:00", "2027-02-28 18:00:00", "2027-03-01 06:00:00", "2027-03-01 06:00:01", "2027-12-31 06:00:00", "2028-02-29 06:00:00")},
		{name: "all-rules", policy: Policy{Last: 6, Hourly: 8, Daily: 14, Weekly: 8, Monthly: 12, Yearly: 3, Within: when.Span{Days: 2}}, times: every("2023-05-17 00:30:00", "2026-11-23 08:30:00", 4*time.Hour)},
		{name: "minimum", policy: Policy{Monthly: 2, Min: 3}, times: every("2026-09-01 06:00:00", "2026-11-23 06:00:00", day)},
		{name: "in-the-future", policy: Policy{Last: 1, Within: when.Span{Days: 3}}, times: append(every("2026-11-15 06:00:00", "2026-11-23 06:00:00", day), these("2036-11-23 06:00:00", "9999-12-31 23:59:59")...),
			now: "2026-11-23 06:00:00"},
		{name: "same-second", policy: Policy{Last: 2}, times: these("2026-11-21 06:00:00", "2026-11-22 06:00:00", "2026-11-22 06:00:00", "2026-11-23 06:00:00", "2026-11-23 06:00:00")},
		{name: "one", policy: Policy{Yearly: 1}, times: these("0001-01-01 00:00:00")},
		{name: "none", policy: Policy{Last: 1}, times: nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var now time.Time
			switch {
			case tt.now != "":
				now = at(tt.now)
			case len(tt.times) > 0:
				now = tt.times[len(tt.times)-1]
			}
			got := render(tt.policy, tt.times, tt.policy.Decide(tt.times, now))
			path := filepath.Join("testdata", tt.name+".golden")
			if update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// render writes one line for each dump that is kept, and one line for each run of dumps
// that are removed.
func render(p Policy, times []time.Time, decisions []Decision) string {
	var b strings.Builder
	fmt.Fprintf(&b, "policy: %s\n\n", p)
	removed := 0
	flush := func() {
		if removed > 0 {
			fmt.Fprintf(&b, "%-27s remove %d\n", "", removed)
		}
		removed = 0
	}
	for i, d := range decisions {
		if !d.Keep {
			removed++
			continue
		}
		flush()
		fmt.Fprintf(&b, "%s keep   %s\n", times[i].Format("Mon 2006-01-02 15:04:05 UTC"), strings.Join(d.Reasons, ", "))
	}
	flush()
	return b.String()
}

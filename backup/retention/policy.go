package retention

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/when"
)

// Policy is the set of rules that select the dumps to keep. A dump is kept if any rule
// selects it. A rule with the value zero selects none.
type Policy struct {
	Last    Count     `json:"last,omitempty"`
	Hourly  Count     `json:"hourly,omitempty"`
	Daily   Count     `json:"daily,omitempty"`
	Weekly  Count     `json:"weekly,omitempty"`
	Monthly Count     `json:"monthly,omitempty"`
	Yearly  Count     `json:"yearly,omitempty"`
	Within  when.Span `json:"within,omitzero"`
	Min     int       `json:"min"` // number of newest dumps that are always kept; at least one
}

// Empty reports whether there is no rule. Min is not a rule: it protects against bad
// policies.
func (p Policy) Empty() bool { return p == Policy{Min: p.Min} }

// String returns the rules in words: "last 6, daily 14, within 2d, minimum 3".
func (p Policy) String() string {
	var rules []string
	for _, r := range p.rules() {
		if r.left != 0 {
			rules = append(rules, r.name+" "+r.left.String())
		}
	}
	if p.Within != (when.Span{}) {
		rules = append(rules, "within "+p.Within.String())
	}
	rules = append(rules, fmt.Sprintf("%s %d", reasonMin, max(p.Min, 1)))
	return strings.Join(rules, ", ")
}

// Decision reports whether to keep a dump.
type Decision struct {
	Keep    bool
	Reasons []string // reasons for keeping it; empty but not nil if there are none
}

// Reasons other than rules.
const (
	reasonMin    = "minimum"
	reasonFuture = "in the future"
)

// Decide returns a decision for the dump of each time, in the order of times. The times
// need not be sorted. now is the current time.
func (p Policy) Decide(times []time.Time, now time.Time) []Decision {
	var past []time.Time
	for _, t := range times {
		if !t.After(now) {
			past = append(past, t.UTC())
		}
	}
	newestFirst := func(a, b time.Time) int { return b.Compare(a) }
	slices.SortFunc(past, newestFirst)
	past = slices.CompactFunc(past, time.Time.Equal)
	decided := p.decide(past)

	decisions := make([]Decision, len(times))
	for i, t := range times {
		if n, ok := slices.BinarySearchFunc(past, t, newestFirst); ok {
			decisions[i] = decided[n]
		} else {
			decisions[i] = Decision{Keep: true, Reasons: []string{reasonFuture}}
		}
	}
	return decisions
}

// decide is like Decide, for distinct times in UTC, sorted from newest to oldest.
func (p Policy) decide(times []time.Time) []Decision {
	decisions := make([]Decision, len(times))
	rules := p.rules()
	for n, t := range times {
		reasons := []string{}
		for i := range rules {
			if reason := rules[i].selects(t, n, n == len(times)-1); reason != "" {
				reasons = append(reasons, reason)
			}
		}
		if p.Within != (when.Span{}) && t.After(p.Within.Before(times[0])) {
			reasons = append(reasons, "within "+p.Within.String())
		}
		if len(reasons) == 0 && n < max(p.Min, 1) {
			reasons = append(reasons, reasonMin)
		}
		decisions[n] = Decision{Keep: len(reasons) > 0, Reasons: reasons}
	}
	return decisions
}

// rule keeps the newest dump of each of a number of periods.
type rule struct {
	name   string
	left   Count
	period func(t time.Time, n int) string // period of the nth newest dump
	last   string                          // the period of the last dump that was kept
}

func (p Policy) rules() []rule {
	calendar := func(layout string) func(time.Time, int) string {
		return func(t time.Time, _ int) string { return t.Format(layout) }
	}
	return []rule{
		{name: "last", left: p.Last, period: func(_ time.Time, n int) string { return strconv.Itoa(n) }},
		{name: "hourly", left: p.Hourly, period: calendar("2006-01-02 15")},
		{name: "daily", left: p.Daily, period: calendar("2006-01-02")},
		{name: "weekly", left: p.Weekly, period: func(t time.Time, _ int) string { return fmt.Sprint(t.ISOWeek()) }},
		{name: "monthly", left: p.Monthly, period: calendar("2006-01")},
		{name: "yearly", left: p.Yearly, period: calendar("2006")},
	}
}

// selects returns why the rule keeps the nth newest dump, or "" if it does not. It must
// be called for every dump, from the newest to the oldest.
func (r *rule) selects(t time.Time, n int, oldest bool) string {
	if r.left == 0 {
		return ""
	}
	period := r.period(t, n)
	reason := r.name
	if period == r.last {
		if !oldest {
			return ""
		}
		reason = "oldest " + r.name
	}
	r.last = period
	if r.left != Unlimited {
		r.left--
	}
	return reason
}

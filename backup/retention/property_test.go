package retention

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/when"
)

// forMany checks a property on random histories. A failure prints the seed, which is
// enough to reproduce the history.
func forMany(t *testing.T, check func(r *rand.Rand)) {
	t.Helper()
	for seed := range uint64(500) {
		check(rand.New(rand.NewPCG(seed, 0)))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// history returns times in random order: regular, irregular or in bunches, some of them
// twice, around the ends of years and months and around leap days, some after now.
func history(r *rand.Rand) (times []time.Time, now time.Time) {
	ends := these("2026-11-23 08:30:00", "2028-03-01 02:00:00", "2024-02-29 23:59:59", "2027-01-01 00:00:00", "2026-03-31 12:00:00")
	now = ends[r.IntN(len(ends))]
	at := now.Add(time.Duration(r.IntN(100)-20) * time.Hour)
	steps := []time.Duration{10 * time.Minute, 4 * time.Hour, day, 9 * day, 100 * day}
	step := steps[r.IntN(len(steps))]
	for range r.IntN(120) {
		times = append(times, at)
		if r.IntN(10) > 0 {
			at = at.Add(-step - time.Duration(r.Int64N(int64(step)))/2)
		}
		if r.IntN(40) == 0 {
			at = at.AddDate(0, -r.IntN(14), 0)
		}
	}
	r.Shuffle(len(times), func(i, j int) { times[i], times[j] = times[j], times[i] })
	return times, now
}

func somePolicy(r *rand.Rand) Policy {
	count := func() Count {
		if r.IntN(2) == 0 {
			return 0
		}
		return Count(r.IntN(12) - 1)
	}
	p := Policy{Last: count(), Hourly: count(), Daily: count(), Weekly: count(), Monthly: count(), Yearly: count(), Min: r.IntN(5)}
	if r.IntN(2) == 0 {
		p.Within = when.Span{Years: r.IntN(3), Months: r.IntN(14), Days: r.IntN(40), Hours: r.IntN(30)}
	}
	return p
}

// more returns a policy that keeps at least as much as p.
func more(r *rand.Rand, p Policy) Policy {
	for _, c := range []*Count{&p.Last, &p.Hourly, &p.Daily, &p.Weekly, &p.Monthly, &p.Yearly} {
		switch {
		case r.IntN(8) == 0:
			*c = Unlimited
		case *c != Unlimited:
			*c += Count(r.IntN(3))
		}
	}
	p.Within.Years += r.IntN(2)
	p.Within.Days += r.IntN(2)
	p.Within.Hours += r.IntN(2)
	p.Min += r.IntN(3)
	return p
}

func kept(decisions []Decision) (n int) {
	for _, d := range decisions {
		if d.Keep {
			n++
		}
	}
	return n
}

func TestTheNewestIsKept(t *testing.T) {
	forMany(t, func(r *rand.Rand) {
		times, now := history(r)
		if len(times) == 0 {
			return
		}
		decisions := somePolicy(r).Decide(times, now)
		newest := slices.MaxFunc(times, time.Time.Compare)
		var past time.Time // the newest time that is not in the future
		for i, at := range times {
			if at.After(now) && !decisions[i].Keep {
				t.Errorf("%s is in the future but was removed", at)
			}
			if !at.After(now) && at.After(past) {
				past = at
			}
		}
		for i, at := range times {
			if (at.Equal(newest) || at.Equal(past)) && !decisions[i].Keep {
				t.Errorf("the newest is removed: %s", at)
			}
		}
	})
}

func TestMoreKeepNeverDeletesMore(t *testing.T) {
	forMany(t, func(r *rand.Rand) {
		times, now := history(r)
		p := somePolicy(r)
		q := more(r, p)
		less, more := p.Decide(times, now), q.Decide(times, now)
		for i := range times {
			if less[i].Keep && !more[i].Keep {
				t.Errorf("%s is kept by %s, and not by %s", times[i], p, q)
			}
		}
	})
}

func TestOrderDoesNotMatter(t *testing.T) {
	forMany(t, func(r *rand.Rand) {
		times, now := history(r)
		p := somePolicy(r)
		before := p.Decide(times, now)
		given := slices.Clone(times)
		order := r.Perm(len(times))
		shuffled := make([]time.Time, len(times))
		for i, from := range order {
			shuffled[i] = times[from].In(time.FixedZone("", r.IntN(86400)-43200)) // the time zone does not matter
		}
		after := p.Decide(shuffled, now.Local())
		for i, from := range order {
			if diff := cmp.Diff(before[from], after[i]); diff != "" {
				t.Errorf("%s: %s", times[from], diff)
			}
		}
		if !slices.Equal(times, given) {
			t.Error("the times were changed")
		}
	})
}

func TestMinimumRemains(t *testing.T) {
	forMany(t, func(r *rand.Rand) {
		times, now := history(r)
		p := somePolicy(r)
		if n := kept(p.Decide(times, now)); n < min(p.Min, len(times)) {
			t.Errorf("%d of %d remain, with a minimum of %d", n, len(times), p.Min)
		}
	})
}

func TestReasons(t *testing.T) {
	forMany(t, func(r *rand.Rand) {
		times, now := history(r)
		for _, d := range somePolicy(r).Decide(times, now) {
			if d.Reasons == nil || d.Keep != (len(d.Reasons) > 0) {
				t.Errorf("%+v", d)
			}
		}
	})
}

func TestPruningTwiceIsPruningOnce(t *testing.T) {
	forMany(t, func(r *rand.Rand) {
		times, now := history(r)
		p := somePolicy(r)
		var left []time.Time
		for i, d := range p.Decide(times, now) {
			if d.Keep {
				left = append(left, times[i])
			}
		}
		if n := kept(p.Decide(left, now)); n != len(left) {
			t.Errorf("%s: the second time %d of %d are kept", p, n, len(left))
		}
	})
}

// On every day of three years, one of them a leap year, the rule must keep 13 different
// months.
func TestMonthsOverLeapDays(t *testing.T) {
	for today := at("2026-12-31 06:00:00"); today.Year() < 2030; today = today.Add(day) {
		var times []time.Time
		for i := range 800 {
			times = append(times, today.Add(-time.Duration(i)*day))
		}
		months := map[string]bool{}
		for i, d := range (Policy{Monthly: 13}).Decide(times, today) {
			if d.Keep {
				months[times[i].Format("2006-01")] = true
			}
		}
		// Count back from the first day of the month: a month before March 31 is March 3.
		first := time.Date(today.Year(), today.Month(), 1, 6, 0, 0, 0, time.UTC)
		for i := range 13 {
			if month := first.AddDate(0, -i, 0).Format("2006-01"); !months[month] {
				t.Fatalf("on %s nothing of %s is kept: %v", today, month, months)
			}
		}
		if len(months) != 13 {
			t.Fatalf("on %s: %v", today, months)
		}
	}
}

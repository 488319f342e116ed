package status

import (
	"fmt"
	"slices"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

// Limits are the limits for the newest dump.
type Limits struct {
	MaxAge    time.Duration
	MaxShrink int // percent below the usual size
}

const (
	medianOf  = 10              // dumps before the newest whose median is the usual size
	medianMin = 3               // with fewer, there is no usual size
	clockSkew = 5 * time.Minute // accepted difference between the clocks of two hosts
)

// kind names a problem for programs.
type kind string

// The kinds of problems, the worst first.
const (
	missing  kind = "missing" // there is no dump
	empty    kind = "empty"   // the newest dump has no bytes
	mismatch kind = "misfit"  // the newest dump is not the object that its manifest describes
	stale    kind = "stale"
	shrunk   kind = "shrunk"
	future   kind = "future"   // the newest dump is dated in the future
	expiring kind = "expiring" // a lifecycle rule deletes or archives dumps too early
)

// kinds returns all kinds, the worst first.
func kinds() []kind { return []kind{missing, empty, mismatch, stale, shrunk, future, expiring} }

// code returns the exit code for a problem.
func (k kind) code() fault.Code {
	switch k {
	case missing:
		return fault.NotFound
	case empty, mismatch:
		return fault.Integrity
	case stale:
		return fault.Stale
	case shrunk, future, expiring:
	}
	return fault.Warnings
}

// problem is one thing that is wrong with the dumps.
type problem struct {
	Kind kind   `json:"kind"`
	Text string `json:"text"`
}

// judge returns the problems with the dumps of one label, the worst first. The dumps are
// sorted, the newest last. mismatched is set if the newest dump is not the object that
// its manifest describes.
func judge(dumps []catalog.Dump, mismatched bool, now time.Time, lim Limits) []problem {
	problems := []problem{} // not nil: JSON shows an empty list
	add := func(k kind, format string, args ...any) {
		problems = append(problems, problem{k, fmt.Sprintf(format, args...)})
	}
	if len(dumps) == 0 {
		add(missing, "there is no dump")
		return problems
	}
	newest := dumps[len(dumps)-1]
	if newest.Size == 0 {
		add(empty, "the newest dump is empty")
	}
	if mismatched {
		add(mismatch, "the newest dump does not match its manifest")
	}
	if age := now.Sub(made(newest)); age > lim.MaxAge {
		add(stale, "the newest dump is %s old, more than %s", minutes(age), minutes(lim.MaxAge))
	}
	if usual, ok := usualSize(dumps); ok && newest.Size > 0 && (usual-newest.Size)*100 > usual*int64(lim.MaxShrink) {
		add(shrunk, "the newest dump is %s, %d%% less than the usual %s (limit %d%%)", text.Size(newest.Size),
			(usual-newest.Size)*100/usual, text.Size(usual), lim.MaxShrink)
	}
	if newest.Time.Sub(now) > clockSkew {
		add(future, "the newest dump is dated in the future, %s", newest.Time.Format("2006-01-02 15:04"))
	}
	return problems
}

// made returns when a dump was made: the time in its key or of its upload, whichever
// is earlier. Neither a wrong clock nor a later copy makes a dump look fresh.
func made(d catalog.Dump) time.Time {
	if d.Upload.Before(d.Time) {
		return d.Upload
	}
	return d.Time
}

// usualSize returns the median size of the dumps before the newest. It reports false if
// there are too few.
func usualSize(dumps []catalog.Dump) (int64, bool) {
	before := dumps[:max(0, len(dumps)-1)]
	before = before[max(0, len(before)-medianOf):]
	if len(before) < medianMin {
		return 0, false
	}
	var sizes []int64
	for _, d := range before {
		sizes = append(sizes, d.Size)
	}
	slices.Sort(sizes)
	mid := len(sizes) / 2
	if len(sizes)%2 == 0 {
		return (sizes[mid-1] + sizes[mid]) / 2, true
	}
	return sizes[mid], true
}

// minutes renders a duration for comparison with a limit: in whole minutes, or in seconds
// below a minute.
func minutes(d time.Duration) string {
	if d >= time.Minute {
		d = d.Truncate(time.Minute)
	}
	return text.Duration(d.Truncate(time.Second))
}

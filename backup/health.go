package backup

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/fault"
)

// limits say what is worth a person's time.
type limits struct {
	maxAge    time.Duration // of the newest dump
	maxShrink int           // percent by which it may be below the median
}

const (
	medianOf  = 10              // as many dumps before the newest say what is usual
	medianMin = 3               // of fewer there is no usual
	clockSkew = 5 * time.Minute // between two hosts that both mean well
)

// kind names a problem for a program.
type kind string

// The kinds of problems, the gravest first.
const (
	missing kind = "missing" // there is no dump
	empty   kind = "empty"   // the newest dump has no bytes
	misfit  kind = "misfit"  // its manifest is about another object
	stale   kind = "stale"
	shrunk  kind = "shrunk"
	future  kind = "future" // it is dated in the future
)

// kinds returns all of them.
func kinds() []kind { return []kind{missing, empty, misfit, stale, shrunk, future} }

// code returns the exit code of a problem.
func (k kind) code() fault.Code {
	switch k {
	case missing:
		return fault.NotFound
	case empty, misfit:
		return fault.Integrity
	case stale:
		return fault.Stale
	case shrunk, future:
	}
	return fault.Warnings
}

// problem is one reason why the dumps need a person.
type problem struct {
	Kind kind   `json:"kind"`
	Text string `json:"text"`
}

// judge returns what is wrong with the dumps of one label, the newest last, the
// gravest first. unfit says that the manifest of the newest is about another
// object.
func judge(dumps []catalog.Dump, unfit bool, now time.Time, lim limits) []problem {
	problems := []problem{}
	found := func(k kind, format string, args ...any) {
		problems = append(problems, problem{k, fmt.Sprintf(format, args...)})
	}
	if len(dumps) == 0 {
		found(missing, "there is no dump")
		return problems
	}
	newest := dumps[len(dumps)-1]
	if newest.Size == 0 {
		found(empty, "the newest dump is empty")
	}
	if unfit {
		found(misfit, "the newest dump does not match its manifest")
	}
	if a := now.Sub(written(newest)); a > lim.maxAge {
		found(stale, "the newest dump is %s old, more than %s", exactly(a), exactly(lim.maxAge))
	}
	if usual, ok := usualSize(dumps); ok && newest.Size > 0 && (usual-newest.Size)*100 > usual*int64(lim.maxShrink) {
		found(shrunk, "the newest dump is %s, %d%% less than the usual %s (limit %d%%)", humanize.Bytes(uint64(newest.Size)),
			(usual-newest.Size)*100/usual, humanize.Bytes(uint64(usual)), lim.maxShrink)
	}
	if newest.Time.Sub(now) > clockSkew {
		found(future, "the newest dump is dated in the future, %s", newest.Time.Format("2006-01-02 15:04"))
	}
	return problems
}

// written returns when a dump was made, by its key or by the store, whichever
// is earlier: a clock that was wrong, or a copy made later, must not make it
// look fresh.
func written(d catalog.Dump) time.Time {
	if d.Upload.Before(d.Time) {
		return d.Upload
	}
	return d.Time
}

// usualSize returns the median of the sizes before the newest, or false where
// they are too few.
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

// exactly renders a time for comparing it with a limit: to the minute, and
// without what is zero.
func exactly(d time.Duration) string {
	if d >= time.Minute {
		d = d.Truncate(time.Minute)
	}
	text := d.Truncate(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

package schedule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

// Interval is the schedule of backups: regular times, the same every day, which both cron
// and systemd can express exactly.
type Interval struct {
	every time.Duration
	first time.Duration // the day's first run, counted from midnight
}

const wholeDay = 24 * time.Hour

// intervals returns the lengths that cron can express, shortest first: those that divide an
// hour, and whole hours that divide a day.
func intervals() []time.Duration {
	var all []time.Duration
	for d := time.Minute; d <= wholeDay; d += time.Minute {
		if time.Hour%d == 0 || d%time.Hour == 0 && wholeDay%d == 0 {
			all = append(all, d)
		}
	}
	return all
}

var clockForm = regexp.MustCompile(`^([01]?\d|2[0-3]):([0-5]\d)$`)

// NewInterval returns the interval with one run at the time of day at, HH:MM; an
// empty at means midnight. The error is a fault.Usage.
func NewInterval(every time.Duration, at string) (Interval, error) {
	if i, exact := slices.BinarySearch(intervals(), every); !exact {
		all := intervals()
		hint := "use the nearest interval: " + text.Duration(all[min(i, len(all)-1)])
		if i > 0 && i < len(all) {
			hint = fmt.Sprintf("use the nearest interval: %s or %s", text.Duration(all[i-1]), text.Duration(all[i]))
		}
		return Interval{}, fault.New(fault.Usage, hint, "--every %s: cron cannot express that: its steps restart every hour and every day", text.Duration(every))
	}
	if at == "" {
		at = "00:00"
	}
	clock := clockForm.FindStringSubmatch(at)
	if clock == nil {
		return Interval{}, fault.New(fault.Usage, "give a time such as --at 02:30", "--at %q is not a time of day", at)
	}
	hour, _ := strconv.Atoi(clock[1])   // the pattern accepts only digits
	minute, _ := strconv.Atoi(clock[2]) // the pattern accepts only digits
	return Interval{every, (time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute) % every}, nil
}

// String returns the time between two runs, such as "4h".
func (i Interval) String() string { return text.Duration(i.every) }

// hour returns the hour of the day's first run.
func (i Interval) hour() int { return int(i.first / time.Hour) }

// minute returns the minute of the day's first run.
func (i Interval) minute() int { return int(i.first % time.Hour / time.Minute) }

// cron returns the five time fields of a crontab line.
func (i Interval) cron() string {
	field := func(first, step, end int) string {
		switch {
		case step == end:
			return strconv.Itoa(first)
		case step == 1:
			return "*"
		case first == 0:
			return fmt.Sprintf("*/%d", step)
		}
		return fmt.Sprintf("%d-%d/%d", first, end-1, step)
	}
	if i.every < time.Hour {
		return field(i.minute(), int(i.every/time.Minute), 60) + " * * * *"
	}
	return fmt.Sprintf("%d %s * * *", i.minute(), field(i.hour(), int(i.every/time.Hour), 24))
}

// calendar returns the value of systemd's OnCalendar=.
func (i Interval) calendar() string {
	field := func(first, step, end int) string {
		if step == end {
			return fmt.Sprintf("%02d", first)
		}
		return fmt.Sprintf("%02d/%d", first, step)
	}
	if i.every < time.Hour {
		return fmt.Sprintf("*-*-* *:%s:00", field(i.minute(), int(i.every/time.Minute), 60))
	}
	return fmt.Sprintf("*-*-* %s:%02d:00", field(i.hour(), int(i.every/time.Hour), 24), i.minute())
}

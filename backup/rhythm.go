package backup

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// rhythm is when backups run, such that cron and systemd can both say it
// exactly: at equal distances, the same every day.
type rhythm struct {
	every time.Duration
	first time.Duration // after midnight, of the day's first run
}

const wholeDay = 24 * time.Hour

// rhythms returns the distances that cron can express: what divides an hour, or
// the day into whole hours.
func rhythms() []time.Duration {
	var all []time.Duration
	for d := time.Minute; d <= wholeDay; d += time.Minute {
		if time.Hour%d == 0 || d%time.Hour == 0 && wholeDay%d == 0 {
			all = append(all, d)
		}
	}
	return all
}

var clockForm = regexp.MustCompile(`^([01]?\d|2[0-3]):([0-5]\d)$`)

// newRhythm returns the rhythm with a run at the time of day at, HH:MM; "" for
// midnight.
func newRhythm(every time.Duration, at string) (rhythm, error) {
	if i, exact := slices.BinarySearch(rhythms(), every); !exact {
		all := rhythms()
		hint := "use the nearest: " + shortly(all[min(i, len(all)-1)])
		if i > 0 && i < len(all) {
			hint = fmt.Sprintf("use the nearest: %s or %s", shortly(all[i-1]), shortly(all[i]))
		}
		return rhythm{}, fault.New(fault.Usage, hint, "--every %s: cron cannot express that: its steps restart every hour and every day", shortly(every))
	}
	if at == "" {
		at = "00:00"
	}
	clock := clockForm.FindStringSubmatch(at)
	if clock == nil {
		return rhythm{}, fault.New(fault.Usage, "for example: --at 02:30", "--at %q is not a time of day", at)
	}
	hour, _ := strconv.Atoi(clock[1])   // digits only
	minute, _ := strconv.Atoi(clock[2]) // as well
	return rhythm{every, (time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute) % every}, nil
}

// hour and minute are the time of the day's first run.
func (r rhythm) hour() int   { return int(r.first / time.Hour) }
func (r rhythm) minute() int { return int(r.first % time.Hour / time.Minute) }

// cron returns the five fields of a crontab line.
func (r rhythm) cron() string {
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
	if r.every < time.Hour {
		return field(r.minute(), int(r.every/time.Minute), 60) + " * * * *"
	}
	return fmt.Sprintf("%d %s * * *", r.minute(), field(r.hour(), int(r.every/time.Hour), 24))
}

// calendar returns the same for systemd's OnCalendar.
func (r rhythm) calendar() string {
	field := func(first, step, end int) string {
		if step == end {
			return fmt.Sprintf("%02d", first)
		}
		return fmt.Sprintf("%02d/%d", first, step)
	}
	if r.every < time.Hour {
		return fmt.Sprintf("*-*-* *:%s:00", field(r.minute(), int(r.every/time.Minute), 60))
	}
	return fmt.Sprintf("*-*-* %s:%02d:00", field(r.hour(), int(r.every/time.Hour), 24), r.minute())
}

// shortly returns 4h for 4h0m0s.
func shortly(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

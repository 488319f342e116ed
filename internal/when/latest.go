package when

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	onlyMonths  = regexp.MustCompile(`^\d+m$`)
	onlyMinutes = regexp.MustCompile(`^\d{1,6}min$`)
)

// ErrAmbiguous is returned for an age such as 90m, which elsewhere means minutes.
var ErrAmbiguous = errors.New("could mean months or minutes")

// errNoTime is returned for text that is neither a time nor an age.
var errNoTime = errors.New("is neither a time nor an age")

// ParseLatest returns the last moment of the time that text names: of the day for a
// date, of the minute for a time without seconds. A time without a zone is in the zone
// of now. An age, such as 90min, 3h or 2d, is counted back from now, in days of 24 hours.
func ParseLatest(text string, now time.Time) (time.Time, error) {
	_, last, err := parse(text, now)
	return last, err
}

// ParseEarliest is like ParseLatest, but returns the first moment of the time.
func ParseEarliest(text string, now time.Time) (time.Time, error) {
	first, _, err := parse(text, now)
	return first, err
}

// parse returns the first and the last moment of the time that text names.
func parse(text string, now time.Time) (first, last time.Time, err error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return endOfDay(day.AddDate(0, 0, -1), now.Location()).Add(1), endOfDay(day, now.Location()), nil
	}
	if first, last, err = parseMoment(text, now.Location()); err == nil {
		return first, last, nil
	}
	if onlyMonths.MatchString(text) {
		return time.Time{}, time.Time{}, ErrAmbiguous
	}
	if onlyMinutes.MatchString(text) {
		minutes, _ := strconv.Atoi(strings.TrimSuffix(text, "min")) // the match has only digits
		first = now.UTC().Add(-time.Duration(minutes) * time.Minute)
		return first, first, nil
	}
	age, err := ParseSpan(text)
	if err != nil {
		return time.Time{}, time.Time{}, errNoTime
	}
	first = age.Before(now.UTC())
	return first, first, nil
}

// parseMoment parses a date and a time of day, with a "T" or a space between them. It returns
// the first and the last moment.
func parseMoment(text string, local *time.Location) (first, last time.Time, err error) {
	if zoneless, is := strings.CutSuffix(text, " UTC"); is { // hectl prints times like this
		text = zoneless + "Z"
	}
	if date, clock, found := strings.Cut(text, " "); found {
		text = date + "T" + clock
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if first, err = time.ParseInLocation(layout, text, local); err == nil {
			return first, first, nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04"} {
		if first, err = time.ParseInLocation(layout, text, local); err == nil {
			return first, first.Add(time.Minute - 1), nil
		}
	}
	return first, first, err
}

// endOfDay returns the last moment of day's date in the zone local. Where clocks are set
// back at midnight, the last hour of a day comes twice.
func endOfDay(day time.Time, local *time.Location) time.Time {
	year, month, d := day.Date()
	end := time.Date(year, month, d, 23, 59, 59, int(time.Second-1), local)
	if again := end.Add(time.Hour); again.Day() == d {
		return again
	}
	return end
}

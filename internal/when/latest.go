package when

import (
	"errors"
	"regexp"
	"strings"
	"time"
)

var onlyMonths = regexp.MustCompile(`^\d+m$`)

// ErrAmbiguous is returned for an age such as 90m, which elsewhere means minutes.
var ErrAmbiguous = errors.New("could mean months or minutes")

// errNoTime is returned for a text that is neither a time nor an age.
var errNoTime = errors.New("is neither a time nor an age")

// ParseLatest returns the last moment of the time that text names: of the day for a
// date, of the minute for a time without seconds. A time without a zone is in the zone
// of now. An age, such as 3h or 2d, is counted back from now, in days of 24 hours.
func ParseLatest(text string, now time.Time) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return endOfDay(day, now.Location()), nil
	}
	if t, err := parseMoment(text, now.Location()); err == nil {
		return t, nil
	}
	if onlyMonths.MatchString(text) {
		return time.Time{}, ErrAmbiguous
	}
	age, err := ParseSpan(text)
	if err != nil {
		return time.Time{}, errNoTime
	}
	return age.Before(now.UTC()), nil
}

// parseMoment parses a date and a time of day, with a "T" or a space between them.
func parseMoment(text string, local *time.Location) (t time.Time, err error) {
	if zoneless, is := strings.CutSuffix(text, " UTC"); is { // as hectl prints times
		text = zoneless + "Z"
	}
	if date, clock, found := strings.Cut(text, " "); found {
		text = date + "T" + clock
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err = time.ParseInLocation(layout, text, local); err == nil {
			return t, nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04"} {
		if t, err = time.ParseInLocation(layout, text, local); err == nil {
			return t.Add(time.Minute - 1), nil
		}
	}
	return t, err
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

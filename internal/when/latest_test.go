package when

import (
	"errors"
	"testing"
	"time"
)

func TestParseLatest(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, berlin)
	for text, want := range map[string]string{
		"2026-11-26":                "2026-11-26T22:59:59.999999999Z",
		"2026-07-26":                "2026-07-26T21:59:59.999999999Z",
		"2026-11-26 14:30":          "2026-11-26T13:30:59.999999999Z",
		"2026-11-26T14:30":          "2026-11-26T13:30:59.999999999Z",
		"2026-07-26 14:30":          "2026-07-26T12:30:59.999999999Z",
		"2026-11-26 14:30:05":       "2026-11-26T13:30:05Z",
		"2026-11-26T14:30:05":       "2026-11-26T13:30:05Z",
		"2026-11-26T14:30:05Z":      "2026-11-26T14:30:05Z",
		"2026-11-26T14:30:05.25Z":   "2026-11-26T14:30:05.25Z",
		"2026-11-26T14:30:05-05:00": "2026-11-26T19:30:05Z",
		"2026-11-26 14:30Z":         "2026-11-26T14:30:59.999999999Z",
		"2026-11-26T14:30+02:00":    "2026-11-26T12:30:59.999999999Z",
		"2026-11-26 14:30 UTC":      "2026-11-26T14:30:59.999999999Z",
		"2030-01-01":                "2030-01-01T22:59:59.999999999Z", // the future
		"3h":                        "2026-11-27T08:00:00Z",
		"90min":                     "2026-11-27T09:30:00Z",
		"2d":                        "2026-11-25T11:00:00Z",
		"1y6m":                      "2025-05-27T11:00:00Z",
		"6m1d":                      "2026-05-26T11:00:00Z",
		"0":                         "2026-11-27T11:00:00Z",
	} {
		got, err := ParseLatest(text, now)
		if err != nil || got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %s, %v; want %s", text, got.UTC().Format(time.RFC3339Nano), err, want)
		}
	}
	for _, text := range []string{
		"", " ", "yesterday", "now", "latest", "2026", "2026-11", "2026-02-30", "2026-13-01", "26.11.2026", "11/26/2026", "20261126",
		"2026-11-26 25:00", "2026-11-26 14", "2026-11-26 2:30pm", "2026-11-26 14:30 CET", "2026-11-26  14:30", "2026-11-26 UTC", "14:30",
		"1w", "-2d", "2 days", "1h30m", "1h30min", "-5min", "min", "5", "d",
	} {
		if got, err := ParseLatest(text, now); err == nil {
			t.Errorf("%q is %s", text, got)
		}
	}
	if _, err := ParseLatest("90m", now); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("90m: %v", err)
	}
}

func TestParseEarliest(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, zone(t, "Europe/Berlin"))
	for text, want := range map[string]string{
		"2026-11-26":           "2026-11-25T23:00:00Z",
		"2026-07-26":           "2026-07-25T22:00:00Z",
		"2026-11-26 14:30":     "2026-11-26T13:30:00Z",
		"2026-11-26T14:30:05Z": "2026-11-26T14:30:05Z",
		"2d":                   "2026-11-25T11:00:00Z",
		"5min":                 "2026-11-27T10:55:00Z",
	} {
		if got, err := ParseEarliest(text, now); err != nil || got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %s, %v; want %s", text, got.UTC().Format(time.RFC3339Nano), err, want)
		}
	}
	for text, want := range map[string]error{"90m": ErrAmbiguous, "yesterday": errNoTime, "2026-02-30": errNoTime} {
		if got, err := ParseEarliest(text, now); !errors.Is(err, want) || !got.IsZero() {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
}

// A date means its whole day, even where the clocks change at midnight.
func TestParseLatestWhenClocksChange(t *testing.T) {
	for _, tt := range []struct{ zone, day, next string }{
		{"America/Santiago", "2026-04-04", "2026-04-05T04:00:00Z"}, // set back at 24:00 to 23:00
		{"America/Santiago", "2026-09-05", "2026-09-06T04:00:00Z"}, // set forward at 24:00 to 1:00
		{"America/Santiago", "2026-09-06", "2026-09-07T03:00:00Z"}, // has no 0:00
		{"Europe/Berlin", "2026-10-25", "2026-10-25T23:00:00Z"},
		{"Europe/Berlin", "2026-03-29", "2026-03-29T22:00:00Z"},
	} {
		now := time.Date(2026, 11, 27, 12, 0, 0, 0, zone(t, tt.zone))
		got, err := ParseLatest(tt.day, now)
		if next := got.Add(1).UTC().Format(time.RFC3339Nano); err != nil || next != tt.next {
			t.Errorf("%s in %s ends at %s, %v; want %s", tt.day, tt.zone, next, err, tt.next)
		}
		day, _ := time.Parse(time.DateOnly, tt.day)
		if first, err := ParseEarliest(day.AddDate(0, 0, 1).Format(time.DateOnly), now); err != nil || !first.Equal(got.Add(1)) {
			t.Errorf("the day after %s in %s begins at %s, %v; want %s", tt.day, tt.zone, first.UTC(), err, tt.next)
		}
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

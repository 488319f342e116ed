package methods

import "testing"

func TestParseMoment(t *testing.T) {
	for value, want := range map[string]struct {
		year int64
		rest string
	}{
		"2020-02-29":               {2020, ""},
		"2020-02-29 12:34:56.7+05": {2020, " 12:34:56.7+05"},
		"0044-03-15 BC":            {-43, ""},
		"0001-01-01 00:00:00 BC":   {0, " 00:00:00"},
		"5874897-12-31":            {5874897, ""},
	} {
		m, finite, err := parseMoment([]byte(value))
		if err != nil || !finite || m.year != want.year || string(m.rest) != want.rest {
			t.Errorf("%s: %+v, %t, %v", value, m, finite, err)
		}
	}
	for _, value := range []string{"infinity", "-infinity"} {
		if _, finite, err := parseMoment([]byte(value)); finite || err != nil {
			t.Errorf("%s: %t, %v", value, finite, err)
		}
	}
	for _, value := range []string{"", "2020", "20-02-01", "2020-13-01", "2020-00-01", "2020-01-32", "0000-01-01", "2020-1-01", "2020-01-011", "01/02/2020", "2020-01-01T00:00"} {
		if m, _, err := parseMoment([]byte(value)); err == nil {
			t.Errorf("%q: %+v", value, m)
		}
	}
}

func TestDaysAndBack(t *testing.T) {
	for date, day := range map[string]int64{"1970-01-01": 0, "1969-12-31": -1, "2000-03-01": 11017, "2000-02-29": 11016, "0001-01-01 BC": -719528} {
		m, _, err := parseMoment([]byte(date))
		if err != nil || m.days() != day {
			t.Errorf("%s is day %d, want %d (%v)", date, m.days(), day, err)
		}
		back := moment{}.onDay(day)
		if got := string(back.appendEra(back.appendDate(nil))); got != date {
			t.Errorf("day %d is %s, want %s", day, got, date)
		}
	}
}

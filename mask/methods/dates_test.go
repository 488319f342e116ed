package methods

import "testing"

// Dates move by at most the given number of days, according to Go's calendar.
func TestShiftDays(t *testing.T) {
	m := newFunc(t, Spec{Name: "shift_days", Number: 5}, "date")
	shifts := map[int64]bool{}
	for day := int64(-800_000); day < 800_000; day += 997 {
		before := moment{}.onDay(day)
		if got := before.days(); got != day {
			t.Fatalf("day %d is %s, which is day %d", day, before.appendDate(nil), got)
		}
		after, _, err := parseMoment([]byte(apply(t, m, string(before.appendEra(before.appendDate(nil))))))
		if err != nil {
			t.Fatal(err)
		}
		shifts[after.days()-day] = true
	}
	for shift := range shifts {
		if shift == 0 || shift < -5 || shift > 5 {
			t.Errorf("moved by %d days", shift)
		}
	}
	if len(shifts) != 10 {
		t.Errorf("%d shifts: %v", len(shifts), shifts)
	}
}

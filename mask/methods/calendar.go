package methods

import (
	"bytes"
	"errors"
)

var errNotDate = errors.New("not a date in ISO style") // omits the value, which is secret

// A moment is a date or a timestamp in ISO style, which pg_dump sets.
type moment struct {
	year       int64 // astronomical year: 1 BC is 0
	month, day int64
	rest       []byte // time of day and zone, with the leading space
}

// Limits of Postgres's dates and timestamps, and constants of the calendar.
const (
	firstYear        = -4712 // 4713 BC; Postgres supports only the last weeks of 4714 BC
	lastYear         = 5874897
	lastTimestamp    = 294276
	daysOf400Years   = 146097
	daysBefore1March = 719468 // from March 1 of the year 0 to 1970-01-01
)

// parseMoment parses a date or timestamp. finite is false for infinity and -infinity.
func parseMoment(value []byte) (m moment, finite bool, err error) {
	if string(value) == "infinity" || string(value) == "-infinity" {
		return m, false, nil
	}
	text, bc := bytes.CutSuffix(value, []byte(" BC"))
	date := text
	if i := bytes.IndexByte(text, ' '); i >= 0 {
		date, m.rest = text[:i], text[i:]
	}
	var rest []byte
	var ok bool
	if m.year, rest, ok = leadingNumber(date, 4, 7); !ok || len(rest) == 0 || rest[0] != '-' {
		return m, false, errNotDate
	}
	if m.month, rest, ok = leadingNumber(rest[1:], 2, 2); !ok || len(rest) == 0 || rest[0] != '-' {
		return m, false, errNotDate
	}
	if m.day, rest, ok = leadingNumber(rest[1:], 2, 2); !ok || len(rest) > 0 {
		return m, false, errNotDate
	}
	if m.month < 1 || m.month > 12 || m.day < 1 || m.day > 31 || m.year == 0 {
		return m, false, errNotDate
	}
	if bc {
		m.year = 1 - m.year
	}
	return m, true, nil
}

// leadingNumber parses a number that has at least least and at most most digits.
func leadingNumber(text []byte, least, most int) (n int64, rest []byte, ok bool) {
	i := 0
	for i < len(text) && i < most && '0' <= text[i] && text[i] <= '9' {
		n = 10*n + int64(text[i]-'0')
		i++
	}
	return n, text[i:], i >= least
}

// appendDate writes the date of m as Postgres does, without the era.
func (m moment) appendDate(dst []byte) []byte {
	year := m.year
	if year <= 0 {
		year = 1 - year
	}
	dst = appendPadded(dst, year, 4)
	dst = appendPadded(append(dst, '-'), m.month, 2)
	return appendPadded(append(dst, '-'), m.day, 2)
}

// appendEra writes BC, which Postgres puts at the end.
func (m moment) appendEra(dst []byte) []byte {
	if m.year <= 0 {
		return append(dst, " BC"...)
	}
	return dst
}

// appendPadded writes n with at least width digits.
func appendPadded(dst []byte, n int64, width int) []byte {
	var digits [20]byte
	i := len(digits)
	for n > 0 || len(digits)-i < width {
		i--
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return append(dst, digits[i:]...)
}

// days returns the number of days from 1970-01-01 to the date. Like Postgres, it uses the
// Gregorian calendar for all dates. It starts years on March 1, so a leap day is the last
// day of its year.
func (m moment) days() int64 {
	y, month := m.year, (m.month+9)%12 // March is 0
	if m.month <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	y -= era * 400
	return era*daysOf400Years + y*365 + y/4 - y/100 + (153*month+2)/5 + m.day - 1 - daysBefore1March
}

// onDay returns m on another day, numbered as by days.
func (m moment) onDay(day int64) moment {
	day += daysBefore1March
	era := floorDiv(day, daysOf400Years)
	day -= era * daysOf400Years
	y := (day - day/1460 + day/36524 - day/(daysOf400Years-1)) / 365
	day -= 365*y + y/4 - y/100
	month := (5*day + 2) / 153
	m.day = day - (153*month+2)/5 + 1
	m.month = (month+2)%12 + 1
	m.year = y + era*400
	if m.month <= 2 {
		m.year++
	}
	return m
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

package methods

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// longestShift is the maximum argument of shift_days, in days.
const longestShift = 36525

// shiftDays moves a date or timestamp backward or forward by at least one day and at most
// the given number of days, drawn for each row. It keeps the time of day. Equal days in one
// row move together.
func (m maker) shiftDays(k *keyedHash) (change, error) {
	days, last := m.spec.Number, int64(lastYear)
	if days < 1 || days > longestShift {
		return nil, fmt.Errorf("%d is not a number of days from 1 to %d", days, longestShift)
	}
	if m.kind == Timestamp {
		last = lastTimestamp
	}
	return func(dst, value, row []byte) ([]byte, error) {
		moment, finite, err := parseMoment(value)
		if err != nil || !finite {
			return append(dst, value...), err
		}
		day, length := moment.days(), len(dst)
		dst = binary.LittleEndian.AppendUint64(dst, uint64(day))
		d := k.drawInRow(dst[length:], row)
		defer k.done(d)
		dst = dst[:length]
		shift := int64(1 + d.below(days))
		if d.below(2) == 0 {
			shift = -shift
		}
		moved := moment.onDay(day + shift)
		if moved.year < firstYear || moved.year > last {
			moved = moment.onDay(day - shift)
		}
		return moved.appendEra(append(moved.appendDate(dst), moved.rest...)), nil
	}, nil
}

// yearOnly changes a date to January 1 of its year, and a timestamp to midnight of that day
// in the same time zone.
func (m maker) yearOnly(*keyedHash) (change, error) {
	return func(dst, value, _ []byte) ([]byte, error) {
		moment, finite, err := parseMoment(value)
		if err != nil || !finite {
			return append(dst, value...), err
		}
		moment.year, moment.month, moment.day = max(moment.year, firstYear), 1, 1
		dst = moment.appendDate(dst)
		if len(moment.rest) > 0 {
			dst = append(dst, " 00:00:00"...)
			if zone := bytes.IndexAny(moment.rest, "+-Z"); zone >= 0 {
				dst = append(dst, moment.rest[zone:]...)
			}
		}
		return moment.appendEra(dst), nil
	}, nil
}

package mask

import (
	"bytes"
	"encoding/binary"
)

// shiftDays moves a date or timestamp by one day at least and at most days, back
// or forth, and keeps the time of day. What is on one day in one row
// moves together.
// last is the last year that the type has.
func shiftDays(k *keyed, days int, last int64) change {
	return func(dst, value, row []byte) ([]byte, error) {
		m, ok, err := parseMoment(value)
		if err != nil || !ok {
			return append(dst, value...), err
		}
		day, length := m.days(), len(dst)
		dst = binary.LittleEndian.AppendUint64(dst, uint64(day))
		l := k.drawn(dst[length:], row)
		defer k.done(l)
		dst = dst[:length]
		shift := int64(1 + l.below(days))
		if l.below(2) == 0 {
			shift = -shift
		}
		moved := m.onDay(day + shift)
		if moved.year < firstYear || moved.year > last {
			moved = m.onDay(day - shift)
		}
		return moved.appendEra(append(moved.appendDate(dst), moved.rest...)), nil
	}
}

// yearOnly returns 1 January of the year, at midnight of the same zone.
func yearOnly(dst, value, _ []byte) ([]byte, error) {
	m, ok, err := parseMoment(value)
	if err != nil || !ok {
		return append(dst, value...), err
	}
	m.year, m.month, m.day = max(m.year, firstYear), 1, 1
	dst = m.appendDate(dst)
	if len(m.rest) > 0 {
		dst = append(dst, " 00:00:00"...)
		if zone := bytes.IndexAny(m.rest, "+-Z"); zone >= 0 {
			dst = append(dst, m.rest[zone:]...)
		}
	}
	return m.appendEra(dst), nil
}

package methods

import "strconv"

// street replaces a value with a house number and a street.
func (m maker) street(k *keyedHash) (change, error) {
	names, endings := lastNames(0), streetEndings(0)
	long := func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		dst = appendHouseNumber(dst, d)
		dst = append(append(dst, ' '), d.pick(names)...)
		return append(append(dst, ' '), d.pick(endings)...), nil
	}
	if m.limit < 8 {
		return orShorter(m.limit, long, randomDigits(k, m.limit)), nil
	}
	words := streetEndings(m.limit - len("9999 "))
	return orShorter(m.limit, long, func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		dst = appendHouseNumber(dst, d)
		return append(append(dst, ' '), d.pick(words)...), nil
	}), nil
}

func appendHouseNumber(dst []byte, d *draw) []byte {
	return strconv.AppendInt(dst, int64(100+d.below(9900)), 10)
}

// randomDigits returns the change to a random number of n digits.
func randomDigits(k *keyedHash, n int) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		for i := range n {
			dst = append(dst, d.digit(i == 0))
		}
		return dst, nil
	}
}

// city replaces a value with the name of a city.
func (m maker) city(k *keyedHash) (change, error) { return pickWord(k, cities, m.limit), nil }

// zip replaces a value with a postal code in the same format: digits for digits, capitals
// for letters. A value that is not a postal code becomes five digits.
func (m maker) zip(k *keyedHash) (change, error) {
	limit := m.limit
	return m.inRange(func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		if !isPostalCode(value) {
			n := 5
			if limit > 0 {
				n = min(n, limit)
			}
			for range n {
				dst = append(dst, d.digit(false))
			}
			return dst, nil
		}
		for _, c := range value {
			switch {
			case '0' <= c && c <= '9':
				c = d.digit(false)
			case c != '-' && c != ' ':
				c = byte('A' + d.below(26))
			}
			dst = append(dst, c)
		}
		return dst, nil
	}), nil
}

func isPostalCode(value []byte) bool {
	if len(value) > 10 {
		return false
	}
	digits := false
	for _, c := range value {
		if c != '-' && c != ' ' && !isLetterOrDigit(c) {
			return false
		}
		digits = digits || '0' <= c && c <= '9'
	}
	return digits
}

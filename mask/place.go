package mask

import "strconv"

// street returns a number and a street.
func street(k *keyed, limit int) change {
	names, kinds := lastNames(0), streetEndings(0)
	long := func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		dst = strconv.AppendInt(dst, int64(100+l.below(9900)), 10)
		dst = append(append(dst, ' '), l.pick(names)...)
		return append(append(dst, ' '), l.pick(kinds)...), nil
	}
	if limit < 8 {
		return fitting(limit, long, digitsOf(k, limit))
	}
	short := streetEndings(limit - len("9999 "))
	return fitting(limit, long, func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		dst = strconv.AppendInt(dst, int64(100+l.below(9900)), 10)
		return append(append(dst, ' '), l.pick(short)...), nil
	})
}

// digitsOf returns a number of n digits.
func digitsOf(k *keyed, n int) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		for i := range n {
			dst = append(dst, l.digit(i == 0))
		}
		return dst, nil
	}
}

// digit returns a digit; the first one of a number is not 0.
func (l *lot) digit(first bool) byte {
	if first {
		return byte('1' + l.below(9))
	}
	return byte('0' + l.below(10))
}

// zip returns a postal code of the shape of the value: digits for digits,
// capitals for letters. What is no postal code gets five digits.
func zip(k *keyed, limit int) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		if !isPostalCode(value) {
			n := 5
			if limit > 0 {
				n = min(n, limit)
			}
			for range n {
				dst = append(dst, l.digit(false))
			}
			return dst, nil
		}
		for _, c := range value {
			switch {
			case '0' <= c && c <= '9':
				c = l.digit(false)
			case c != '-' && c != ' ':
				c = byte('A' + l.below(26))
			}
			dst = append(dst, c)
		}
		return dst, nil
	}
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

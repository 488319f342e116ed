package methods

import "fmt"

// phone replaces a telephone number with one in the same format, with 555 as the exchange,
// the three digits before the last four. Text that is not a telephone number becomes one;
// in a column of numbers, every number is treated as a telephone number.
func (m maker) phone(k *keyedHash) (change, error) {
	if mods := m.base().Modifiers; m.kind == Decimal && len(mods) > 1 && mods[1] != 0 {
		return nil, fmt.Errorf("type %s does not hold only whole numbers", m.typ.SQL)
	}
	return m.inRange(phoneNumber(k, m.limit, m.kind != Text)), nil
}

func phoneNumber(k *keyedHash, limit int, isNumber bool) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		digits, extension, ok := phoneFormat(value)
		switch {
		case isNumber && isInfinite(value):
			return append(dst, value...), nil
		case !ok && !isNumber:
			d.text = append(d.text[:0], "555-0100"...)
			if limit == 0 || limit >= 12 {
				d.text = append(d.text[:0], "200-555-0100"...)
			}
			if limit > 0 {
				d.text = d.text[:min(limit, len(d.text))]
			}
			digits, extension, _ = phoneFormat(d.text)
			value = d.text
		}
		for i, n := 0, 0; i < len(value); i++ {
			c := value[i]
			if '0' <= c && c <= '9' {
				left := digits - n // digits left, including this one
				n++
				switch {
				case i >= extension:
					c = d.digit(false)
				case digits >= 7 && 5 <= left && left <= 7:
					c = '5'
				case left == digits && (c == '0' || c == '1' && digits > 10):
					// A dialing prefix does not identify a person.
				default:
					c = d.digit(left == digits || left == 10)
				}
			}
			dst = append(dst, c)
		}
		return dst, nil
	}
}

// phoneFormat returns the number of digits before the extension, and the index of the
// extension. ok reports whether value consists of a telephone number alone.
func phoneFormat(value []byte) (digits, extension int, ok bool) {
	extension = len(value)
	for i, c := range value {
		switch {
		case '0' <= c && c <= '9':
			if i < extension {
				digits++
			}
		case c == 'x' || c == 'X' || c == '#':
			extension = min(extension, i)
		case c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '+' || c == '/':
		case c == 'e' || c == 't': // part of "ext."
		default:
			return 0, 0, false
		}
	}
	return digits, extension, digits >= 4 || digits == len(value)
}

package mask

// phone returns a telephone number of the shape of the value, with 555 where the
// United States have it, that is before the last four digits. What is no
// telephone number, such as a note about one, becomes one, unless it is a number
// all the same, in a column of those.
func phone(k *keyed, limit int, number bool) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		digits, extension, ok := phoneShape(value)
		switch {
		case number && isInfinite(value):
			return append(dst, value...), nil
		case !ok && !number:
			l.text = append(l.text[:0], "555-0100"...)
			if limit == 0 || limit >= 12 {
				l.text = append(l.text[:0], "200-555-0100"...)
			}
			if limit > 0 {
				l.text = l.text[:min(limit, len(l.text))]
			}
			digits, extension, _ = phoneShape(l.text)
			value = l.text
		}
		for i, n := 0, 0; i < len(value); i++ {
			c := value[i]
			if '0' <= c && c <= '9' {
				left := digits - n // this one counts
				n++
				switch {
				case i >= extension:
					c = l.digit(false)
				case digits >= 7 && 5 <= left && left <= 7:
					c = '5'
				case left == digits && (c == '0' || c == '1' && digits > 10):
					// A prefix for dialling, which is nobody's.
				default:
					c = l.digit(left == digits || left == 10)
				}
			}
			dst = append(dst, c)
		}
		return dst, nil
	}
}

// phoneShape returns how many digits value has before its extension, where that
// begins, and whether there is nothing in value but a telephone number.
func phoneShape(value []byte) (digits, extension int, ok bool) {
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
		case c == 'e' || c == 't': // of "ext."
		default:
			return 0, 0, false
		}
	}
	return digits, extension, digits >= 4 || digits == len(value)
}

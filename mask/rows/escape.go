package rows

import "bytes"

// Unescape appends to dst the value of field, which is in COPY's text format and not \N.
// It accepts everything that COPY FROM accepts, which is more than COPY TO writes. It
// keeps a backslash at the end of field; rows with such a field are refused earlier.
//
// The format: https://www.postgresql.org/docs/current/sql-copy.html, File Formats.
func Unescape(dst, field []byte) []byte {
	for {
		i := bytes.IndexByte(field, '\\')
		if i < 0 || i+1 == len(field) {
			return append(dst, field...)
		}
		dst = append(dst, field[:i]...)
		c, length := unescapeByte(field[i+1:])
		dst = append(dst, c)
		field = field[i+1+length:]
	}
}

// unescapeByte returns the byte that a backslash followed by s encodes, and the number of
// bytes of s that it used.
func unescapeByte(s []byte) (c byte, length int) {
	switch c = s[0]; c {
	case 'b':
		return '\b', 1
	case 'f':
		return '\f', 1
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'v':
		return '\v', 1
	case 'x':
		return unescapeHex(s)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		c = 0
		for length < 3 && length < len(s) && '0' <= s[length] && s[length] <= '7' {
			c = c<<3 | (s[length] - '0') // like Postgres, drop the ninth bit
			length++
		}
		return c, length
	}
	return c, 1
}

// unescapeHex is like unescapeByte, for an s that begins with x.
func unescapeHex(s []byte) (c byte, length int) {
	for length = 1; length < 3 && length < len(s); length++ {
		digit, ok := hexDigit(s[length])
		if !ok {
			break
		}
		c = c<<4 | digit
	}
	if length == 1 {
		return 'x', 1
	}
	return c, length
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// Escape appends value to dst as Postgres writes it in COPY's text format.
func Escape(dst, value []byte) []byte {
	for {
		i := special(value)
		if i < 0 {
			return append(dst, value...)
		}
		dst = append(append(dst, value[:i]...), '\\', letter(value[i]))
		value = value[i+1:]
	}
}

// special returns the index of the first byte that must be escaped, or -1 if there is none.
func special(value []byte) int {
	for i, c := range value {
		if (c < ' ' || c == '\\') && letter(c) != 0 {
			return i
		}
	}
	return -1
}

// letter returns the letter that follows the backslash in the escape for c, or 0 if c needs
// no escape.
func letter(c byte) byte {
	switch c {
	case '\b':
		return 'b'
	case '\f':
		return 'f'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	case '\v':
		return 'v'
	case '\\':
		return '\\'
	}
	return 0
}

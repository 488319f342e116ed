package methods

import (
	"encoding/binary"
	"encoding/hex"
	"unicode/utf16"
	"unicode/utf8"
)

// unquoteJSON appends to dst the value of the string at the beginning of text. length
// includes the quotes. If the dump is not in UTF-8, a character outside ASCII that is
// written as \u becomes a question mark.
func unquoteJSON(dst, text []byte, unicode bool) (value []byte, length int, ok bool) {
	for i := 1; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '"':
			return dst, i + 1, true
		case c < ' ':
			return dst, 0, false
		case c != '\\':
			dst = append(dst, c)
			continue
		}
		i++
		if i == len(text) {
			return dst, 0, false
		}
		switch c = text[i]; c {
		case '"', '\\', '/':
			dst = append(dst, c)
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, n, ok := unicodeEscape(text[i+1:])
			if !ok {
				return dst, 0, false
			}
			i += n
			if r >= 0x80 && !unicode {
				r = '?'
			}
			dst = utf8.AppendRune(dst, r)
		default:
			return dst, 0, false
		}
	}
	return dst, 0, false
}

// unicodeEscape returns the character whose \u precedes text, and the number of bytes of
// text used: 4, or 10 with the second half of a surrogate pair.
func unicodeEscape(text []byte) (r rune, length int, ok bool) {
	if r, ok = hex4(text); !ok {
		return 0, 0, false
	}
	if !utf16.IsSurrogate(r) {
		return r, 4, true
	}
	if len(text) >= 10 && text[4] == '\\' && text[5] == 'u' {
		if low, ok := hex4(text[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 10, true
			}
		}
	}
	return utf8.RuneError, 4, true // type json allows half a surrogate pair
}

// hex4 parses the four hexadecimal digits at the beginning of text.
func hex4(text []byte) (r rune, ok bool) {
	var code [2]byte
	if len(text) < 4 {
		return 0, false
	}
	_, err := hex.Decode(code[:], text[:4])
	return rune(binary.BigEndian.Uint16(code[:])), err == nil
}

// appendJSONString writes value as a JSON string with jsonb's escapes.
func appendJSONString(dst, value []byte) []byte {
	const hexDigits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range value {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case '\b' <= c && c <= '\r' && c != '\v':
			dst = append(dst, '\\', "btn_fr"[c-'\b'])
		case c < ' ':
			dst = append(dst, `\u00`...)
			dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

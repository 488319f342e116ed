package mask

import (
	"bytes"
	"errors"
	"unicode"
	"unicode/utf8"
)

// digits replaces the digits of text by others, so that of two values that
// differ the results do; the rest stays, and so the shape.
func digits(p *permuter) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		q := p.get()
		defer p.pool.Put(q)
		q.digits = q.digits[:0]
		foreign := false // digits of other scripts
		for _, c := range value {
			if '0' <= c && c <= '9' {
				q.digits = append(q.digits, c)
			}
			foreign = foreign || c >= 0x80
		}
		if foreign && utf8.Valid(value) {
			return p.anyDigits(q, dst, value), nil
		}
		p.permute(q, q.digits)
		next := 0
		for _, c := range value {
			if '0' <= c && c <= '9' {
				c = q.digits[next]
				next++
			}
			dst = append(dst, c)
		}
		return dst, nil
	}
}

// anyDigits is digits of UTF-8 that is not only ASCII: a digit stays one of its
// script.
func (p *permuter) anyDigits(q *permutation, dst, value []byte) []byte {
	q.digits = q.digits[:0]
	for _, r := range string(value) {
		if zero, ok := zeroOf(r); ok {
			q.digits = append(q.digits, byte('0'+r-zero))
		}
	}
	p.permute(q, q.digits)
	next := 0
	for _, r := range string(value) {
		if zero, ok := zeroOf(r); ok {
			r = zero + rune(q.digits[next]-'0')
			next++
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// zeroOf returns the 0 of the digits that r belongs to. Unicode has each ten of
// them in a row.
func zeroOf(r rune) (zero rune, ok bool) {
	if r < 0x80 {
		return '0', '0' <= r && r <= '9'
	}
	if !unicode.IsDigit(r) {
		return 0, false
	}
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return r - (r-rune(t.Lo))%10, true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return r - (r-rune(t.Lo))%10, true
		}
	}
	return 0, false
}

// errNotNumber tells nothing of the value.
var errNotNumber = errors.New("not a number")

// numberDigits is digits for numbers: of as many digits before and after the
// point, with the sign kept and at most limit, the greatest magnitude that the
// type has, "" for any. The permutation goes on until it meets a number that is
// so, as it must: it comes back to the value in the end.
func numberDigits(p *permuter, greatest func(negative bool) string) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		if isInfinite(value) {
			return append(dst, value...), nil
		}
		q := p.get()
		defer p.pool.Put(q)
		q.digits = q.digits[:0]
		for i, c := range value {
			switch {
			case '0' <= c && c <= '9':
				q.digits = append(q.digits, c)
			case c == '.' || c == '-' && i == 0:
			default:
				return dst, errNotNumber
			}
		}
		// Zeros before the first digit that counts stay, so that the number of
		// those that count does.
		counting := bytes.TrimLeft(q.digits, "0")
		if len(counting) == 0 {
			counting = nil // 0 of whatever scale stays
		}
		limit := ""
		if greatest != nil {
			limit = greatest(value[0] == '-')
		}
		for len(counting) > 0 {
			p.permute(q, counting)
			if counting[0] != '0' && (limit == "" || len(counting) < len(limit) || string(counting) <= limit) {
				break
			}
		}
		next := 0
		for _, c := range value {
			if '0' <= c && c <= '9' {
				c = q.digits[next]
				next++
			}
			dst = append(dst, c)
		}
		return dst, nil
	}
}

// isInfinite says whether value is a number without digits: NaN, Infinity or
// -Infinity.
func isInfinite(value []byte) bool {
	return len(value) > 0 && bytes.IndexFunc(value, unicode.IsDigit) < 0
}

// greatestOf returns the magnitude of the greatest and of the least number of an
// integer type.
func greatestOf(bits int) func(negative bool) string {
	return func(negative bool) string {
		switch {
		case bits == 16 && negative:
			return "32768"
		case bits == 16:
			return "32767"
		case bits == 32 && negative:
			return "2147483648"
		case bits == 32:
			return "2147483647"
		case negative:
			return "9223372036854775808"
		}
		return "9223372036854775807"
	}
}

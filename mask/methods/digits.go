package methods

import (
	"bytes"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// digits replaces digits with other digits and keeps everything else. Distinct values stay
// distinct.
func (m maker) digits(*keyedHash) (change, error) {
	p := m.seed.permuter("digits")
	switch m.kind {
	case Integer:
		return permuteNumber(p, greatestOf(m.bits())), nil
	case Decimal:
		if mods := m.base().Modifiers; len(mods) > 1 && mods[1] < 0 {
			return nil, fmt.Errorf("type %s rounds to tens or more", m.typ.SQL)
		}
		return m.shortNumber(permuteNumber(p, nil)), nil
	}
	return m.short(permuteText(p)), nil
}

// permuteText implements digits for text.
func permuteText(p *permuter) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		q := p.get()
		defer p.pool.Put(q)
		q.digits = q.digits[:0]
		foreign := false // whether there are digits of other scripts
		for _, c := range value {
			if '0' <= c && c <= '9' {
				q.digits = append(q.digits, c)
			}
			foreign = foreign || c >= 0x80
		}
		if foreign && utf8.Valid(value) {
			return p.permuteUnicode(q, dst, value), nil
		}
		p.permute(q, q.digits)
		return q.appendDigits(dst, value), nil
	}
}

// appendDigits appends value with its digits replaced by q's digits.
func (q *permutation) appendDigits(dst, value []byte) []byte {
	next := 0
	for _, c := range value {
		if '0' <= c && c <= '9' {
			c = q.digits[next]
			next++
		}
		dst = append(dst, c)
	}
	return dst
}

// permuteUnicode is like permuteText, for UTF-8 that is not all ASCII. A digit becomes
// another digit of the same script.
func (p *permuter) permuteUnicode(q *permutation, dst, value []byte) []byte {
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

// zeroOf returns the zero of a digit's script. In Unicode, the ten digits of a script are
// consecutive.
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

var errNotNumber = errors.New("not a number") // omits the value, which is secret

// permuteNumber implements digits for numbers. It keeps the sign and the number of digits
// before and after the point. It permutes until the number is within greatest, the largest
// magnitude of the type; nil means no limit. The loop ends, because repeated permutation
// leads back to the original value.
func permuteNumber(p *permuter, greatest func(negative bool) string) change {
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
		// Keep leading zeros, because they are not significant digits.
		significant := bytes.TrimLeft(q.digits, "0")
		limit := ""
		if greatest != nil {
			limit = greatest(value[0] == '-')
		}
		for len(significant) > 0 {
			p.permute(q, significant)
			if significant[0] != '0' && (limit == "" || len(significant) < len(limit) || string(significant) <= limit) {
				break
			}
		}
		return q.appendDigits(dst, value), nil
	}
}

// isInfinite reports whether a number has no digits: NaN, Infinity or -Infinity.
func isInfinite(value []byte) bool {
	return len(value) > 0 && bytes.IndexFunc(value, unicode.IsDigit) < 0
}

// greatestOf returns a function that returns the largest magnitude of a positive or a
// negative number of an integer type.
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

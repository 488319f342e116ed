package mask

import "unicode/utf8"

// lorem returns as many characters of Latin as the value has, at most limit.
// utf8 says that the dump is in UTF-8; in another encoding a character counts as
// its bytes.
func lorem(k *keyed, limit int, unicode bool) change {
	list := latin(0)
	return func(dst, value, row []byte) ([]byte, error) {
		l := k.drawn(value, row)
		defer k.done(l)
		n := characters(value, unicode)
		if limit > 0 {
			n = min(n, limit)
		}
		from := len(dst)
		for len(dst)-from < n {
			if len(dst) > from {
				dst = append(dst, ' ')
			}
			dst = append(dst, l.pick(list)...)
		}
		dst = dst[:from+n]
		if n > 0 {
			if dst[from+n-1] == ' ' {
				dst[from+n-1] = '.'
			}
			dst[from] -= 'a' - 'A'
		}
		return dst, nil
	}
}

// characters counts those of value.
func characters(value []byte, unicode bool) int {
	if unicode {
		return utf8.RuneCount(value)
	}
	return len(value)
}

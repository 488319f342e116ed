package mask

import "encoding/hex"

// How many hexadecimal digits hash makes, without an argument, and with one at
// least and at most. The least still keeps values apart.
const (
	hashLength  = 32
	leastHashed = 16
	mostHashed  = 64
)

// hashText returns n hexadecimal digits that stand for the value.
func hashText(k *keyed, n int) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		from := len(dst)
		return hex.AppendEncode(dst, l.sum[:])[:from+n], nil
	}
}

// hashBytes is hashText for bytea.
func hashBytes(k *keyed, n int) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		return hex.AppendEncode(append(dst, `\x`...), l.sum[:n/2]), nil
	}
}

// randomBytes returns as many bytes as the value has, which is a bytea, at most room
// where that is not 0.
func randomBytes(k *keyed, room int) change {
	return func(dst, value, row []byte) ([]byte, error) {
		l := k.drawn(value, row)
		defer k.done(l)
		dst = append(dst, `\x`...)
		n := byteaLength(value)
		if room > 0 {
			n = min(n, room)
		}
		for range n {
			dst = hex.AppendEncode(dst, []byte{byte(l.below(256))})
		}
		return dst, nil
	}
}

// byteaLength returns how many bytes the text form of a bytea stands for, in
// whichever of the two that bytea_output sets.
func byteaLength(value []byte) int {
	if len(value) >= 2 && value[0] == '\\' && value[1] == 'x' {
		return (len(value) - 2) / 2
	}
	n := 0
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' {
			if i+1 < len(value) && value[i+1] == '\\' {
				i++
			} else {
				i += 3 // an octal number
			}
		}
		n++
	}
	return n
}

// uuid returns a random UUID, version 4, that stands for the value, in capitals
// or not. A value without hyphens gets one without.
func uuid(k *keyed) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		l := k.lot(value)
		defer k.done(l)
		id := l.sum[:16]
		id[6] = id[6]&0x0f | 0x40
		id[8] = id[8]&0x3f | 0x80
		if len(value) == 32 {
			return hex.AppendEncode(dst, id), nil
		}
		for i, end := range [...]int{4, 6, 8, 10, 16} {
			if i > 0 {
				dst = append(dst, '-')
			}
			dst = hex.AppendEncode(dst, id[[...]int{0, 4, 6, 8, 10}[i]:end])
		}
		return dst, nil
	}
}

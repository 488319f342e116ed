package methods

import (
	"encoding/hex"
	"unicode/utf8"
)

// lorem replaces text with Latin of the same length, drawn for each row, and bytea with
// random bytes. In a document, it replaces each string.
func (m maker) lorem(k *keyedHash) (change, error) {
	switch m.kind {
	case Bytea:
		return randomBytes(k, m.room), nil
	case JSON:
		return m.json(k)
	}
	return latinText(k, m.most(), m.utf8()), nil
}

// latinText returns Latin with as many characters as the value, at most limit. unicode
// reports whether the dump is in UTF-8; in other encodings, latinText treats each byte as a
// character.
func latinText(k *keyedHash, limit int, unicode bool) change {
	words := latin(0)
	return func(dst, value, row []byte) ([]byte, error) {
		d := k.drawInRow(value, row)
		defer k.done(d)
		n := countCharacters(value, unicode)
		if limit > 0 {
			n = min(n, limit)
		}
		from := len(dst)
		for len(dst)-from < n {
			if len(dst) > from {
				dst = append(dst, ' ')
			}
			dst = append(dst, d.pick(words)...)
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

func countCharacters(value []byte, unicode bool) int {
	if unicode {
		return utf8.RuneCount(value)
	}
	return len(value)
}

// randomBytes returns as many bytes as the bytea has, at most room. A room of 0 means no
// limit.
func randomBytes(k *keyedHash, room int) change {
	return func(dst, value, row []byte) ([]byte, error) {
		d := k.drawInRow(value, row)
		defer k.done(d)
		dst = append(dst, `\x`...)
		n := byteaLength(value)
		if room > 0 {
			n = min(n, room)
		}
		for range n {
			dst = hex.AppendEncode(dst, []byte{byte(d.below(256))})
		}
		return dst, nil
	}
}

// byteaLength returns the number of bytes in a bytea, in either of bytea_output's formats.
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
				i += 3 // an octal number follows
			}
		}
		n++
	}
	return n
}

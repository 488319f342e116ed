package methods

import (
	"cmp"
	"encoding/hex"
	"fmt"
)

// The default, minimum and maximum number of hexadecimal digits of hash. The minimum is
// enough to keep values distinct.
const (
	HashLength  = 32
	leastHashed = 16
	mostHashed  = 64
)

// hash replaces a value with hexadecimal digits that identify it.
func (m maker) hash(k *keyedHash) (change, error) {
	n := cmp.Or(m.spec.Number, HashLength)
	switch {
	case n < leastHashed || n > mostHashed:
		return nil, fmt.Errorf("%d is not a number of digits from %d to %d", n, leastHashed, mostHashed)
	case m.kind == Bytea:
		return hashBytes(k, n), nil
	case m.limit > 0:
		n = min(n, m.limit)
	}
	return hashText(k, n), nil
}

func hashText(k *keyedHash, n int) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		from := len(dst)
		return hex.AppendEncode(dst, d.sum[:])[:from+n], nil
	}
}

func hashBytes(k *keyedHash, n int) change {
	return func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		return hex.AppendEncode(append(dst, `\x`...), d.sum[:n/2]), nil
	}
}

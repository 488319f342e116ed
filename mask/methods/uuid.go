package methods

import "encoding/hex"

// uuid replaces a value with a version 4 UUID that identifies it. A value without hyphens
// gets a UUID without hyphens.
func (m maker) uuid(k *keyedHash) (change, error) {
	return func(dst, value, _ []byte) ([]byte, error) {
		d := k.draw(value)
		defer k.done(d)
		id := d.sum[:16]
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
	}, nil
}

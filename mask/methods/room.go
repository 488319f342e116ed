package methods

import (
	"fmt"
	"unicode/utf8"
)

const (
	// MostInColumn is the maximum length of fake text in an indexed column, in bytes.
	// Postgres does not compress values of up to 508 bytes.
	MostInColumn = 500
	digestLength = 64 // length of an HMAC in hexadecimal digits
)

// checkRoom rejects a rule's text that does not fit in an index.
func (m maker) checkRoom(text string) error {
	const most = 2000 // in bytes; a row of a B-tree index may have 2,704
	if m.room > 0 && len(text) > most {
		return fmt.Errorf("the text has %d bytes, but an indexed column has room for %d", len(text), most)
	}
	return nil
}

// short returns c for an indexed column. It replaces a value that is too long with the
// value's beginning, changed by c, and a hash of the whole value, so that distinct values
// stay distinct.
func (m maker) short(c change) change {
	if m.room == 0 {
		return c
	}
	k := m.seed.keyed("short")
	return func(dst, value, row []byte) ([]byte, error) {
		if len(value) <= MostInColumn {
			return c(dst, value, row)
		}
		n := MostInColumn - digestLength
		for n > 0 && m.utf8() && !utf8.RuneStart(value[n]) {
			n--
		}
		dst, err := c(dst, value[:n], row)
		if err != nil {
			return dst, err
		}
		return hashText(k, digestLength)(dst, value, row)
	}
}

// shortNumber is like short, for numbers. It keeps the last digits of a number that is too
// long: they are zeros, which need no room.
func (m maker) shortNumber(c change) change {
	if m.room == 0 {
		return c
	}
	return func(dst, value, row []byte) ([]byte, error) {
		n := min(len(value), MostInColumn)
		dst, err := c(dst, value[:n], row)
		return append(dst, value[n:]...), err
	}
}

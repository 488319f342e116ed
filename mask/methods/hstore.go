package methods

import (
	"bytes"
	"errors"
)

var errNotHstore = errors.New("not an hstore") // omits the value, which is secret

// hstoreValues returns the Func that applies f to each value of an hstore. It keeps keys
// and NULLs.
//
// The format: https://www.postgresql.org/docs/current/hstore.html, as Postgres writes it,
// with everything in quotes.
func hstoreValues(f Func) Func {
	return withScratch(func(s *scratch, dst, value, row []byte) ([]byte, error) {
		return s.maskHstore(dst, value, row, f)
	})
}

func (s *scratch) maskHstore(dst, value, row []byte, f Func) ([]byte, error) {
	for first := true; len(value) > 0; first = false {
		if !first {
			var ok bool
			if value, ok = bytes.CutPrefix(value, []byte(", ")); !ok {
				return dst, errNotHstore
			}
			dst = append(dst, ", "...)
		}
		if len(value) == 0 || value[0] != '"' {
			return dst, errNotHstore
		}
		_, length, ok := unquote(s.element[:0], value)
		if !ok || !bytes.HasPrefix(value[length:], []byte("=>")) {
			return dst, errNotHstore
		}
		length += len("=>")
		dst = append(dst, value[:length]...)
		value = value[length:]
		if after, ok := bytes.CutPrefix(value, []byte("NULL")); ok {
			dst = append(dst, "NULL"...)
			value = after
			continue
		}
		if len(value) == 0 || value[0] != '"' {
			return dst, errNotHstore
		}
		if s.element, length, ok = unquote(s.element[:0], value); !ok {
			return dst, errNotHstore
		}
		value = value[length:]
		var null bool
		var err error
		if s.masked, null, err = f(s.masked[:0], s.element, row); err != nil {
			return dst, err
		}
		if null {
			dst = append(dst, "NULL"...)
		} else {
			dst = appendQuoted(dst, s.masked)
		}
	}
	return dst, nil
}

package methods

import "bytes"

// null replaces every value with NULL.
func (m maker) null() (Func, error) {
	return func(dst, _, _ []byte) ([]byte, bool, error) { return dst, true, nil }, nil
}

// Constant returns a Func that replaces every value with the same text.
func Constant(text string) Func {
	return func(dst, _, _ []byte) ([]byte, bool, error) { return append(dst, text...), false, nil }
}

// empty replaces every value with the empty value of its type.
func (m maker) empty() (Func, error) {
	switch {
	case m.typ.Array:
		return Constant("{}"), nil
	case m.kind == Bytea:
		return Constant(`\x`), nil
	case m.kind != JSON:
		return Constant(""), nil
	}
	return func(dst, value, _ []byte) ([]byte, bool, error) {
		switch first := bytes.TrimLeft(value, " \t\r\n"); {
		case len(first) > 0 && first[0] == '[':
			return append(dst, "[]"...), false, nil
		case len(first) > 0 && first[0] == '"':
			return append(dst, `""`...), false, nil
		}
		return append(dst, "{}"...), false, nil
	}, nil
}

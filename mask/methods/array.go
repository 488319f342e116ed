package methods

import (
	"bytes"
	"errors"
	"sync"
)

var errNotArray = errors.New("not an array") // omits the value, which is secret

// elements returns the Func that applies f to each element of an array with any number of
// dimensions. It keeps NULL elements.
//
// The format: https://www.postgresql.org/docs/current/arrays.html, Array Input and Output
// Syntax.
func elements(f Func) Func {
	return withScratch(func(s *scratch, dst, value, row []byte) ([]byte, error) { return s.maskArray(dst, value, row, f) })
}

// withScratch returns mask as a Func that reuses its memory.
func withScratch(mask func(s *scratch, dst, value, row []byte) ([]byte, error)) Func {
	pool := &sync.Pool{New: func() any { return new(scratch) }}
	return func(dst, value, row []byte) ([]byte, bool, error) {
		s, _ := pool.Get().(*scratch)
		defer pool.Put(s)
		masked, err := mask(s, dst, value, row)
		if err != nil {
			return dst, false, err
		}
		return masked, false, nil
	}
}

// scratch is reusable memory.
type scratch struct {
	element []byte // array element, or hstore value
	masked  []byte
}

func (s *scratch) maskArray(dst, value, row []byte, f Func) ([]byte, error) {
	// Bounds that do not start at 1 precede the array, followed by an equals sign.
	if len(value) > 0 && value[0] == '[' {
		i := bytes.IndexByte(value, '=')
		if i < 0 {
			return dst, errNotArray
		}
		dst = append(dst, value[:i+1]...)
		value = value[i+1:]
	}
	if len(value) == 0 || value[0] != '{' {
		return dst, errNotArray
	}
	depth := 0
	for i := 0; i < len(value); {
		c := value[i]
		switch c {
		case '{', '}', ',':
			if depth == 0 && c != '{' {
				return dst, errNotArray
			}
			switch c {
			case '{':
				depth++
			case '}':
				depth--
			}
			dst = append(dst, c)
			i++
			continue
		}
		if depth == 0 {
			return dst, errNotArray
		}
		length, null, ok := s.read(value[i:])
		if !ok {
			return dst, errNotArray
		}
		i += length
		if !null {
			var err error
			if s.masked, null, err = f(s.masked[:0], s.element, row); err != nil {
				return dst, err
			}
		}
		if null {
			dst = append(dst, "NULL"...)
		} else {
			dst = appendElement(dst, s.masked)
		}
	}
	if depth != 0 {
		return dst, errNotArray
	}
	return dst, nil
}

// read parses the element at the beginning of text into s.element.
func (s *scratch) read(text []byte) (length int, null, ok bool) {
	s.element = s.element[:0]
	if text[0] != '"' {
		length = bytes.IndexAny(text, `,{}"\`)
		if length <= 0 || text[length] != ',' && text[length] != '}' {
			return 0, false, false
		}
		s.element = append(s.element, text[:length]...)
		return length, bytes.EqualFold(s.element, []byte("NULL")), true
	}
	s.element, length, ok = unquote(s.element, text)
	if ok && (length == len(text) || text[length] != ',' && text[length] != '}') {
		ok = false
	}
	return length, false, ok
}

// unquote appends to dst the value of the quoted string at the beginning of text. A
// backslash escapes the next byte.
func unquote(dst, text []byte) (value []byte, length int, ok bool) {
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return dst, i + 1, true
		case c == '\\' && i+1 < len(text):
			i++
			dst = append(dst, text[i])
		default:
			dst = append(dst, c)
		}
	}
	return dst, 0, false
}

// appendElement writes an element as Postgres does.
func appendElement(dst, element []byte) []byte {
	if len(element) > 0 && !bytes.ContainsAny(element, "{},\"\\ \t\n\r\v\f") && !bytes.EqualFold(element, []byte("NULL")) {
		return append(dst, element...)
	}
	return appendQuoted(dst, element)
}

// appendQuoted quotes value in the form that unquote reads.
func appendQuoted(dst, value []byte) []byte {
	dst = append(dst, '"')
	for _, c := range value {
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

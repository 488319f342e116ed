package mask

import (
	"bytes"
	"errors"
	"sync"
)

// errNotArray tells nothing of the value.
var errNotArray = errors.New("not an array")

// elements returns what does to each element of an array, of any
// number of dimensions, what method does to a value. NULL elements stay.
//
// The format: https://www.postgresql.org/docs/current/arrays.html, Array Input
// and Output Syntax.
func elements(method drawing) drawing {
	return withScratch(func(s *arrayScratch, dst, value, row []byte) ([]byte, error) { return s.mask(dst, value, row, method) })
}

// withScratch returns what mask is with memory to use again.
func withScratch(mask func(s *arrayScratch, dst, value, row []byte) ([]byte, error)) drawing {
	pool := &sync.Pool{New: func() any { return new(arrayScratch) }}
	return func(dst, value, row []byte) ([]byte, bool, error) {
		s, _ := pool.Get().(*arrayScratch)
		defer pool.Put(s)
		masked, err := mask(s, dst, value, row)
		if err != nil {
			return dst, false, err
		}
		return masked, false, nil
	}
}

// arrayScratch is memory to use again.
type arrayScratch struct {
	element []byte // an element's value
	masked  []byte // the same, masked
}

func (s *arrayScratch) mask(dst, value, row []byte, method drawing) ([]byte, error) {
	// Bounds that do not begin with 1 stand before an equals sign.
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
			if s.masked, null, err = method(s.masked[:0], s.element, row); err != nil {
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

// read reads the element that text begins with into s.element.
func (s *arrayScratch) read(text []byte) (length int, null, ok bool) {
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

// unquote appends to dst what the quoted string stands for that text begins
// with: \ makes the next byte stand for itself.
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

// appendQuoted is the reverse of unquote.
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

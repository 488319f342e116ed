package methods

import (
	"bytes"
	"errors"
	"sync"
)

var errNotJSON = errors.New("not JSON, or nested too deeply") // omits the value, which is secret

// deepestJSON is the maximum depth of nested objects and arrays: more than Postgres can
// parse with its default stack.
const deepestJSON = 100_000

// A jsonRule is the rule for one place of a document.
type jsonRule struct {
	leaf *jsonLeaf            // rule for leaves here and below; nil means to inherit
	keys map[string]*jsonRule // rules below, by key
	any  *jsonRule            // rule below for all other keys; nil means none
}

// below returns the rule for a key.
func (r *jsonRule) below(key []byte) *jsonRule {
	if r == nil {
		return nil
	}
	if under, ok := r.keys[string(key)]; ok {
		return under
	}
	return r.any
}

// A jsonLeaf is the rule for strings and numbers.
type jsonLeaf struct {
	keep    bool
	text    Func
	number  Func   // nil keeps numbers
	literal []byte // JSON that replaces strings and numbers; nil means to use the Funcs
}

// A jsonFrame is an object or array that contains the current position.
type jsonFrame struct {
	object bool
	rule   *jsonRule
	leaf   *jsonLeaf
}

// A jsonScanner steps through one document without recursion, so Go's stack does not limit
// the depth.
type jsonScanner struct {
	stack []jsonFrame
	text  []byte // value of the current string
	plain []byte // masked value, not yet escaped
	row   []byte // identifies the row
	utf8  bool
}

// maskJSON returns the change of a document's leaves. It keeps the keys, their order and
// white space.
func maskJSON(rule *jsonRule, unicode bool) change {
	pool := &sync.Pool{New: func() any { return &jsonScanner{utf8: unicode} }}
	return func(dst, value, row []byte) ([]byte, error) {
		s, _ := pool.Get().(*jsonScanner)
		defer pool.Put(s)
		s.row = row
		return s.mask(dst, value, rule)
	}
}

// mask masks a document. Each iteration reads a value or the start of an object or array,
// the ends that follow it, and a comma.
func (s *jsonScanner) mask(dst, value []byte, rule *jsonRule) (_ []byte, err error) {
	s.stack = s.stack[:0]
	current := jsonFrame{rule: rule, leaf: rule.leaf} // frame of the next value
	for i := 0; ; {
		i = skipSpace(&dst, value, i)
		if i == len(value) {
			return dst, errNotJSON
		}
		if c := value[i]; c == '{' || c == '[' {
			if len(s.stack) == deepestJSON {
				return dst, errNotJSON
			}
			dst = append(dst, c)
			current.object = c == '{'
			s.stack = append(s.stack, current)
			i = skipSpace(&dst, value, i+1)
			if empty := i < len(value) && value[i] == c+2; !empty { // } and ] are two code points after { and [
				if dst, i, current, err = s.member(dst, value, i); err != nil {
					return dst, err
				}
				continue
			}
		} else if dst, i, err = s.scalar(dst, value, i, current.leaf); err != nil {
			return dst, err
		}
		dst, i = s.ends(dst, value, i)
		switch {
		case len(s.stack) == 0 && i == len(value):
			return dst, nil
		case len(s.stack) == 0 || i == len(value) || value[i] != ',':
			return dst, errNotJSON
		}
		dst = append(dst, ',')
		if dst, i, current, err = s.member(dst, value, i+1); err != nil {
			return dst, err
		}
	}
}

// scalar reads a string, a number or a word at i, masks it, appends it, and returns its
// end.
func (s *jsonScanner) scalar(dst, value []byte, i int, leaf *jsonLeaf) (_ []byte, end int, err error) {
	var length int
	if value[i] == '"' {
		var ok bool
		if s.text, length, ok = unquoteJSON(s.text[:0], value[i:], s.utf8); !ok {
			return dst, i, errNotJSON
		}
	} else {
		if length = bytes.IndexAny(value[i:], ",]} \t\n\r"); length < 0 {
			length = len(value) - i
		}
		if !isWord(value[i : i+length]) {
			return dst, i, errNotJSON
		}
	}
	dst, err = s.leaf(dst, value[i:i+length], leaf)
	return dst, i + length, err
}

// ends copies the ends of objects and arrays after a value, and the space between them.
func (s *jsonScanner) ends(dst, value []byte, i int) (_ []byte, end int) {
	for {
		i = skipSpace(&dst, value, i)
		if len(s.stack) == 0 || i == len(value) {
			return dst, i
		}
		top := s.stack[len(s.stack)-1]
		if c := value[i]; (c != '}' || !top.object) && (c != ']' || top.object) {
			return dst, i
		}
		dst = append(dst, value[i])
		s.stack = s.stack[:len(s.stack)-1]
		i++
	}
}

// member returns the frame of the next member of the innermost object or array. In an
// object, it reads the key.
func (s *jsonScanner) member(dst, value []byte, i int) ([]byte, int, jsonFrame, error) {
	top := s.stack[len(s.stack)-1]
	next := jsonFrame{rule: top.rule, leaf: top.leaf}
	if !top.object {
		return dst, i, next, nil
	}
	i = skipSpace(&dst, value, i)
	if i == len(value) || value[i] != '"' {
		return dst, i, next, errNotJSON
	}
	key, length, ok := unquoteJSON(s.text[:0], value[i:], s.utf8)
	s.text = key
	if !ok {
		return dst, i, next, errNotJSON
	}
	dst = append(dst, value[i:i+length]...)
	i = skipSpace(&dst, value, i+length)
	if i == len(value) || value[i] != ':' {
		return dst, i, next, errNotJSON
	}
	dst = append(dst, ':')
	if next.rule = top.rule.below(key); next.rule != nil && next.rule.leaf != nil {
		next.leaf = next.rule.leaf
	}
	return dst, i + 1, next, nil
}

// leaf masks raw and appends it. raw is a number, a word, or a string whose value is in
// s.text.
func (s *jsonScanner) leaf(dst, raw []byte, leaf *jsonLeaf) ([]byte, error) {
	isString := raw[0] == '"'
	isNumber := !isString && raw[0] != 't' && raw[0] != 'f' && raw[0] != 'n'
	switch {
	case leaf.keep, !isString && !isNumber, isNumber && leaf.number == nil && leaf.literal == nil:
		return append(dst, raw...), nil
	case leaf.literal != nil:
		return append(dst, leaf.literal...), nil
	case isNumber:
		masked, _, err := leaf.number(dst, raw, s.row)
		return masked, err
	}
	var err error
	var null bool
	if s.plain, null, err = leaf.text(s.plain[:0], s.text, s.row); err != nil {
		return dst, err
	}
	if null {
		return append(dst, "null"...), nil
	}
	return appendJSONString(dst, s.plain), nil
}

func skipSpace(dst *[]byte, value []byte, i int) int {
	from := i
	for i < len(value) && (value[i] == ' ' || value[i] == '\n' || value[i] == '\t' || value[i] == '\r') {
		i++
	}
	*dst = append(*dst, value[from:i]...)
	return i
}

// isWord reports whether word is true, false, null or a number.
func isWord(word []byte) bool {
	switch string(word) {
	case "true", "false", "null":
		return true
	}
	return isNumber(word)
}

// isNumber reports whether word is a JSON number.
func isNumber(word []byte) bool {
	word, _ = bytes.CutPrefix(word, []byte("-"))
	digits := len(word) - len(bytes.TrimLeft(word, "0123456789"))
	if digits == 0 || digits > 1 && word[0] == '0' {
		return false
	}
	word = word[digits:]
	if fraction, ok := bytes.CutPrefix(word, []byte(".")); ok {
		word = bytes.TrimLeft(fraction, "0123456789")
		if len(word) == len(fraction) {
			return false
		}
	}
	if len(word) == 0 {
		return true
	}
	if word[0] != 'e' && word[0] != 'E' {
		return false
	}
	word = word[1:]
	if len(word) > 0 && (word[0] == '+' || word[0] == '-') {
		word = word[1:]
	}
	return len(word) > 0 && len(bytes.TrimLeft(word, "0123456789")) == 0
}

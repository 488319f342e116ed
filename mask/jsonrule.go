package mask

import (
	"errors"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// add puts a leaf at a path. It reports whether the path has no empty keys.
func (r *jsonRule) add(path []string, leaf *jsonLeaf) bool {
	for _, key := range path {
		switch under := r.keys[key]; {
		case key == "":
			return false
		case key == "*":
			if r.any == nil {
				r.any = &jsonRule{}
			}
			r = r.any
		case under != nil:
			r = under
		default:
			if r.keys == nil {
				r.keys = map[string]*jsonRule{}
			}
			r.keys[key] = &jsonRule{}
			r = r.keys[key]
		}
	}
	r.leaf = leaf
	return true
}

// spread has what is said of any key hold for those that have rules of their own
// as well, where these say nothing.
func (r *jsonRule) spread() {
	for _, under := range r.keys {
		if r.any != nil {
			under.merge(r.any)
		}
		under.spread()
	}
	if r.any != nil {
		r.any.spread()
	}
}

func (r *jsonRule) merge(other *jsonRule) {
	if r.leaf == nil {
		r.leaf = other.leaf
	}
	for key, under := range other.keys {
		if r.keys[key] == nil {
			if r.keys == nil {
				r.keys = map[string]*jsonRule{}
			}
			r.keys[key] = &jsonRule{}
		}
		r.keys[key].merge(under)
	}
	if other.any != nil {
		if r.any == nil {
			r.any = &jsonRule{}
		}
		r.any.merge(other.any)
	}
}

// jsonLeaf returns what a method does to the leaves at a path. Numbers stay
// numbers where the method has a way with numbers, else they become strings.
func (m maker) jsonLeaf(spec MethodSpec, text schema.Column) (*jsonLeaf, error) {
	number := schema.Column{Type: schema.Type{SQL: "numeric", Name: schema.Name{Name: "numeric"}}}
	facts, ok := FactsOf(spec.Name)
	switch {
	case !ok:
		return nil, errors.New("no method is called \"" + spec.Name + "\"")
	case facts.Passes:
		return &jsonLeaf{keep: true}, nil
	case facts.Null:
		return &jsonLeaf{literal: []byte("null")}, nil
	case spec.Name == "value":
		return valueLeaf(spec.Text), nil
	case !facts.Fits(text.Type) && !facts.Fits(number.Type):
		// Of dates, addresses and so on, which a document has as text.
		return m.dateLeaf(spec)
	}
	leaf := &jsonLeaf{}
	var err error
	if facts.Fits(number.Type) && spec.Name != "one_of" {
		method, err := newDrawing(spec, m.seed, number, m.encoding)
		if err != nil {
			return nil, err
		}
		leaf.number = plainNumbers(method)
	}
	if facts.Fits(text.Type) {
		if leaf.text, err = newDrawingWithin(spec, m.seed, text, m.encoding, m.room); err != nil {
			return nil, err
		}
	} else {
		leaf.text = numbersInText(leaf.number, m.otherText())
	}
	if leaf.number == nil {
		leaf.number = quotedNumbers(leaf.text)
	}
	return leaf, nil
}

// valueLeaf returns what {value: text} does: where a number stands it becomes one,
// if it is one.
func valueLeaf(text string) *jsonLeaf {
	leaf := &jsonLeaf{text: fixed(text)}
	leaf.number = leaf.text
	if !isNumber([]byte(text)) {
		leaf.number = quotedNumbers(leaf.text)
	}
	return leaf
}

// otherText is what happens to strings that a method has no way with.
func (m maker) otherText() drawing {
	c := lorem(m.seed.keyed("lorem"), m.room, m.utf8())
	return func(dst, value, row []byte) ([]byte, bool, error) {
		dst, err := c(dst, value, row)
		return dst, false, err
	}
}

// dateLeaf returns what shift_days and year_only do to strings that are dates in
// the ISO style, with a time or not and with a T before it or a space.
func (m maker) dateLeaf(spec MethodSpec) (*jsonLeaf, error) {
	timestamp := schema.Column{Type: schema.Type{SQL: "timestamp", Name: schema.Name{Name: "timestamp with time zone"}}}
	method, err := newDrawing(spec, m.seed, timestamp, m.encoding)
	if err != nil {
		return nil, err
	}
	other := m.otherText()
	text := func(dst, value, row []byte) ([]byte, bool, error) {
		from := len(dst)
		const date = len("2006-01-02")
		withT := len(value) > date && value[date] == 'T'
		if withT {
			value = []byte(strings.Replace(string(value), "T", " ", 1))
		}
		masked, null, err := method(dst, value, row)
		if err != nil {
			return other(dst[:from], value, row)
		}
		if withT && len(masked)-from > date {
			masked[from+date] = 'T'
		}
		return masked, null, nil
	}
	return &jsonLeaf{text: text, number: quotedNumbers(other)}, nil
}

// quotedNumbers has method make strings of numbers.
func quotedNumbers(method drawing) drawing {
	return func(dst, value, row []byte) ([]byte, bool, error) {
		masked, null, err := method(nil, value, row)
		if err != nil || null {
			return append(dst, "null"...), false, err
		}
		return appendJSONString(dst, masked), false, nil
	}
}

// plainNumbers has method mask numbers; 0 becomes of those that it has no way
// with, which have an exponent.
func plainNumbers(method drawing) drawing {
	return func(dst, value, row []byte) ([]byte, bool, error) {
		from := len(dst)
		if masked, _, err := method(dst, value, row); err == nil && isNumber(masked[from:]) {
			return masked, false, nil
		}
		return append(dst[:from], '0'), false, nil
	}
}

// numbersInText has number mask strings that are numbers, and other the others.
func numbersInText(number, other drawing) drawing {
	return func(dst, value, row []byte) ([]byte, bool, error) {
		if isNumber(value) {
			return number(dst, value, row)
		}
		return other(dst, value, row)
	}
}

// wordsOrDigits has other digits take the place of those in text without
// letters, so that what parses it as a number, or a code, still does.
func wordsOrDigits(words, digits change) change {
	return func(dst, value, row []byte) ([]byte, error) {
		some := false
		for _, c := range value {
			if c >= 0x80 || isLetterOrDigit(c) && c > '9' {
				return words(dst, value, row)
			}
			some = some || '0' <= c && c <= '9'
		}
		if !some {
			return words(dst, value, row)
		}
		return digits(dst, value, row)
	}
}

// textJSON is c for a column of text: what is no document, and what does not fit
// any more, becomes words.
func textJSON(c, words change, limit int, unicode bool) change {
	return func(dst, value, row []byte) ([]byte, error) {
		from := len(dst)
		masked, err := c(dst, value, row)
		if err != nil || limit > 0 && characters(masked[from:], unicode) > limit {
			return words(dst[:from], value, row)
		}
		return masked, nil
	}
}

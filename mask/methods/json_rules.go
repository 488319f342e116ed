package methods

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// json changes each string of a document, and the leaves at the rule's paths with their own
// methods.
func (m maker) json(*keyedHash) (change, error) {
	k, p := m.seed.keyed("lorem"), m.seed.permuter("digits")
	words := maker{spec: Spec{Name: "lorem"}, typ: textType(), kind: Text, encoding: m.encoding}.
		each(wordsOrDigits(latinText(k, m.room, m.utf8()), m.short(permuteText(p))), true)
	root := &jsonRule{leaf: &jsonLeaf{text: words}}
	var problems []error
	for _, path := range slices.Sorted(maps.Keys(m.spec.Paths)) {
		leaf, err := m.jsonLeaf(m.spec.Paths[path])
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", path, err))
			continue
		}
		if !root.add(strings.Split(path, "."), leaf) {
			problems = append(problems, fmt.Errorf("path %q: has an empty key", path))
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	root.spread()
	c := maskJSON(root, m.utf8())
	if m.kind != Text {
		return c, nil
	}
	return jsonOrWords(c, latinText(k, m.most(), m.utf8()), m.most(), m.utf8()), nil
}

func textType() schema.Type {
	return schema.Type{SQL: "text", Name: schema.Name{Name: "text"}}
}

// add puts a leaf at a path. It returns false for a path with an empty key.
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

// spread copies the rules for any key to named keys, whose own rules take precedence.
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

// jsonLeaf returns the rule that applies a method to leaves. Numbers stay numbers if the
// method fits numbers, and become strings otherwise.
func (m maker) jsonLeaf(spec Spec) (*jsonLeaf, error) {
	text := Column{Type: textType(), Encoding: m.encoding, Room: m.room}
	number := Column{Type: schema.Type{SQL: "numeric", Name: schema.Name{Name: "numeric"}}, Encoding: m.encoding}
	facts, ok := FactsOf(spec.Name)
	switch {
	case !ok:
		return nil, fmt.Errorf("unknown method %q", spec.Name)
	case facts.Passes:
		return &jsonLeaf{keep: true}, nil
	case facts.Null:
		return &jsonLeaf{literal: []byte("null")}, nil
	case spec.Name == "value":
		return valueLeaf(spec.Text), nil
	case !facts.Fits(text.Type) && !facts.Fits(number.Type):
		// The method is for dates or addresses, which are strings in a document.
		return m.dateLeaf(spec)
	}
	leaf := &jsonLeaf{}
	var err error
	if facts.Fits(number.Type) && spec.Name != "one_of" {
		f, err := New(spec, m.seed, number)
		if err != nil {
			return nil, err
		}
		leaf.number = plainNumbers(f)
	}
	if facts.Fits(text.Type) {
		if leaf.text, err = New(spec, m.seed, text); err != nil {
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

// valueLeaf returns the rule for {value: text}. It replaces numbers with a number if text
// is one.
func valueLeaf(text string) *jsonLeaf {
	leaf := &jsonLeaf{text: Constant(text)}
	leaf.number = leaf.text
	if !isNumber([]byte(text)) {
		leaf.number = quotedNumbers(leaf.text)
	}
	return leaf
}

// otherText masks strings that a method does not fit.
func (m maker) otherText() Func {
	c := latinText(m.seed.keyed("lorem"), m.room, m.utf8())
	return func(dst, value, row []byte) ([]byte, bool, error) {
		dst, err := c(dst, value, row)
		return dst, false, err
	}
}

// dateLeaf returns the rule that applies shift_days or year_only to strings that are
// dates in ISO style, alone or with a time after a T or a space.
func (m maker) dateLeaf(spec Spec) (*jsonLeaf, error) {
	f, err := New(spec, m.seed, Column{Type: schema.Type{SQL: "timestamp", Name: schema.Name{Name: "timestamp with time zone"}}, Encoding: m.encoding})
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
		masked, null, err := f(dst, value, row)
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

// quotedNumbers masks numbers with f and turns them into strings.
func quotedNumbers(f Func) Func {
	return func(dst, value, row []byte) ([]byte, bool, error) {
		masked, null, err := f(nil, value, row)
		if err != nil || null {
			return append(dst, "null"...), false, err
		}
		return appendJSONString(dst, masked), false, nil
	}
}

// plainNumbers masks numbers with f. Numbers with an exponent, which f refuses, become 0.
func plainNumbers(f Func) Func {
	return func(dst, value, row []byte) ([]byte, bool, error) {
		from := len(dst)
		if masked, _, err := f(dst, value, row); err == nil && isNumber(masked[from:]) {
			return masked, false, nil
		}
		return append(dst[:from], '0'), false, nil
	}
}

// numbersInText masks strings that are numbers with number, and others with other.
func numbersInText(number, other Func) Func {
	return func(dst, value, row []byte) ([]byte, bool, error) {
		if isNumber(value) {
			return number(dst, value, row)
		}
		return other(dst, value, row)
	}
}

// wordsOrDigits changes text to words. In text without letters it changes only the digits,
// so the result still parses as a number or a code.
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

// jsonOrWords returns c for a column of text. A value that is not a document, or becomes
// too long, is replaced with words.
func jsonOrWords(c, words change, limit int, unicode bool) change {
	return func(dst, value, row []byte) ([]byte, error) {
		from := len(dst)
		masked, err := c(dst, value, row)
		if err != nil || limit > 0 && countCharacters(masked[from:], unicode) > limit {
			return words(dst[:from], value, row)
		}
		return masked, nil
	}
}

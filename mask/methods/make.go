package methods

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A Column has the properties of a column that methods depend on.
type Column struct {
	Type     schema.Type
	Encoding string // encoding of the dump, such as "UTF8"
	// Room is the maximum length of fake text in bytes, so that it fits an index; 0 means
	// no limit.
	Room int
}

// New returns the Func of a method for a column, or nil for keep. The error explains why
// the method does not fit the column, without naming the column.
//
// All methods except null, value and bcrypt leave empty text empty. In arrays, methods
// change the elements; null, value and empty replace the whole array.
func New(spec Spec, seed Seed, col Column) (Func, error) {
	facts, ok := FactsOf(spec.Name)
	if !ok {
		return nil, fmt.Errorf("unknown method %q", spec.Name)
	}
	if problem := spec.problem(facts); problem != "" {
		return nil, fmt.Errorf("%s %s", spec.Name, problem)
	}
	if facts.Passes {
		return nil, nil
	}
	if !facts.Fits(col.Type) {
		return nil, fmt.Errorf("%s does not fit type %s", spec.Name, col.Type.SQL)
	}
	if schema.EmbedsASCII(strings.ToUpper(col.Encoding)) {
		return nil, fmt.Errorf("%s: cannot find the character boundaries of a dump in encoding %s", spec.Name, col.Encoding)
	}
	m := maker{seed: seed, spec: spec, typ: col.Type.Root(), kind: KindOf(col.Type), limit: LengthOf(col.Type), encoding: col.Encoding, room: col.Room}
	if m.limit > 0 && facts.Length > m.limit {
		return nil, fmt.Errorf("%s needs room for %d characters, but type %s has %d", spec.Name, facts.Length, col.Type.SQL, m.limit)
	}
	f, err := m.make(facts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Name, err)
	}
	return f, nil
}

// LengthOf returns the maximum number of characters in a value of type t, or 0 if there is
// no limit.
func LengthOf(t schema.Type) int {
	if e := t.Root().Element().Root(); e.Name.Schema == "" && e.Name.Name == "name" {
		return 63
	}
	return t.Length()
}

// A change replaces one value: the value of a column of plain type, an element of an array,
// or a value of an hstore. It is like a Func that never returns NULL.
type change func(dst, value, row []byte) ([]byte, error)

// A maker creates the Func of a method for one column.
type maker struct {
	seed     Seed
	spec     Spec
	typ      schema.Type // type; for a domain, its base type
	kind     Kind
	limit    int // maximum number of characters; 0 means no limit
	encoding string
	room     int // Column.Room
}

// most returns the maximum number of characters in fake text, or 0 if there is no limit.
func (m maker) most() int {
	if m.room > 0 && (m.limit == 0 || m.room < m.limit) {
		return m.room
	}
	return m.limit
}

func (m maker) utf8() bool { return strings.EqualFold(m.encoding, "UTF8") }

// base returns the type of a value: for an array, that of its elements.
func (m maker) base() schema.Type { return m.typ.Element().Root() }

func (m maker) make(facts Facts) (Func, error) {
	if facts.whole != nil {
		return facts.whole(m)
	}
	c, err := facts.change(m, m.seed.keyed(m.spec.Name))
	if err != nil {
		return nil, err
	}
	return m.each(c, true), nil
}

// each returns the Func that applies c to a value, to each element of an array, or to each
// value of an hstore. If skipEmpty is true, empty text stays empty.
func (m maker) each(c change, skipEmpty bool) Func {
	base := m.base().Name.Name
	fold, padded := base == "citext", base == "character"
	f := Func(func(dst, value, row []byte) ([]byte, bool, error) {
		if padded {
			value = bytes.TrimRight(value, " ") // Postgres ignores trailing spaces in comparisons
		}
		if skipEmpty && len(value) == 0 {
			return dst, false, nil
		}
		if fold {
			value = bytes.ToLower(value) // equal values must stay equal
		}
		dst, err := c(dst, value, row)
		return dst, false, err
	})
	if m.kind == Hstore {
		f = hstoreValues(f)
	}
	if m.typ.Array {
		f = elements(f)
	}
	return f
}

// bits returns the size of a binary number in bits.
func (m maker) bits() int {
	switch m.base().Name.Name {
	case "smallint":
		return 16
	case "integer", "real":
		return 32
	}
	return 64
}

// inRange returns c, but with 1 as the first digit of integers that are too large for the
// type.
func (m maker) inRange(c change) change {
	if m.kind != Integer {
		return c
	}
	greatest := greatestOf(m.bits())
	return func(dst, value, row []byte) ([]byte, error) {
		from := len(dst)
		dst, err := c(dst, value, row)
		number, negative := bytes.CutPrefix(dst[from:], []byte("-"))
		if limit := greatest(negative); len(number) > len(limit) || len(number) == len(limit) && string(number) > limit {
			number[0] = '1'
		}
		return dst, err
	}
}

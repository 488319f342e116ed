// Package methods contains the methods that a masking rule can name. A method changes one
// value of a column: New returns its Func, and FactsOf reports which types it fits and
// whether distinct values stay distinct.
//
// Fake data is drawn from the HMAC-SHA256 of the value, keyed with the Seed and the
// method's name. A value therefore becomes the same in all tables, and joins keep working.
// Methods that are PerRow also hash the row: in a column with few distinct values, a hash
// of the value alone would only rename the values. "digits" instead permutes numbers and
// codes with a cipher over decimal digits, so no two become equal. Each element of an
// array, each value of an hstore and each string of a JSON document is treated as a value.
//
// To add a method, write a file for it, and add a line to All and a row to each table in
// docs/masking.md. A test fails without the rows.
package methods

import (
	"slices"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// A Func changes one value that is not NULL. It appends the new value to dst, in the text
// form that Postgres reads for the column's type, not escaped. row identifies the row to
// methods that are PerRow; nil makes them depend on the value alone. If the new value is
// NULL, null is true and masked is dst. An error never contains the value.
//
// Several goroutines may call a Func at once. It keeps none of the slices and does not
// change value.
type Func func(dst, value, row []byte) (masked []byte, null bool, err error)

// Argument is the kind of argument that a method takes.
type Argument int

// The kinds of arguments.
const (
	NoArgument     Argument = iota
	OptionalNumber          // uses Number; the method has a default
	NeedsNumber             // uses Number
	NeedsText               // uses Text
	NeedsTexts              // uses Texts, at least one
	OptionalWord            // uses Text, from Facts.Words
	OptionalPaths           // uses Paths, or Text from Facts.Words
)

// Facts describe a method.
type Facts struct {
	Name     string
	Argument Argument
	Words    []string // allowed values of Text; nil if it takes any text or none

	// Kinds are the types that the method fits, and arrays of them; nil means all types.
	// New checks everything else, such as whether a fixed value is a date.
	Kinds []Kind

	// Unique methods keep distinct values distinct, at least with overwhelming probability:
	// values in a unique index stay unique.
	Unique bool

	// UniqueLength is the number of characters that the column must allow for Unique to be
	// true; 0 if the method never lengthens a value.
	UniqueLength int

	// Length is the number of characters that the column must allow for New to accept it.
	// In longer columns, methods still shorten their output to fit.
	Length int

	// PerRow methods draw for each row: equal values need not stay equal.
	PerRow bool

	Null   bool // every value becomes NULL
	Same   bool // all values become equal, except that empty ones may be kept
	Passes bool // values are not changed

	// One of these implements the method, unless it Passes.
	change func(maker, *keyedHash) (change, error) // changes each value, see maker.each
	whole  func(maker) (Func, error)               // replaces the column's value as a whole
}

// All returns the facts of every method, in the order for listings.
func All() []Facts {
	text := []Kind{Text}
	return []Facts{
		{Name: "keep", Unique: true, Passes: true},
		{Name: "null", Unique: true, Null: true, whole: maker.null},
		{Name: "value", Argument: NeedsText, Same: true, whole: maker.value},
		{Name: "empty", Kinds: []Kind{Text, JSON, Hstore, Bytea, XML, TSVector}, Same: true, whole: maker.empty},
		{Name: "email", Argument: OptionalWord, Words: []string{"keep_domain"}, Kinds: text, Unique: true, UniqueLength: 25, Length: 13, change: maker.email},
		{Name: "first_name", Kinds: text, change: maker.firstName},
		{Name: "last_name", Kinds: text, change: maker.lastName},
		{Name: "full_name", Kinds: text, change: maker.fullName},
		{Name: "company", Kinds: text, change: maker.company},
		{Name: "phone", Kinds: []Kind{Text, Integer, Decimal}, change: maker.phone},
		{Name: "street", Kinds: text, change: maker.street},
		{Name: "city", Kinds: text, change: maker.city},
		{Name: "zip", Kinds: []Kind{Text, Integer}, change: maker.zip},
		{Name: "lorem", Kinds: []Kind{Text, JSON, Hstore, Bytea}, PerRow: true, change: maker.lorem},
		{Name: "hash", Argument: OptionalNumber, Kinds: []Kind{Text, Bytea, Hstore}, Unique: true, UniqueLength: 16, change: maker.hash},
		{Name: "ip", Kinds: []Kind{Text, Inet}, Length: 15, change: maker.ip},
		{Name: "uuid", Kinds: []Kind{Text, UUID}, Unique: true, UniqueLength: 36, Length: 36, change: maker.uuid},
		{Name: "digits", Kinds: []Kind{Text, Integer, Decimal}, Unique: true, change: maker.digits},
		{Name: "shift_days", Argument: NeedsNumber, Kinds: []Kind{Date, Timestamp}, PerRow: true, change: maker.shiftDays},
		{Name: "year_only", Kinds: []Kind{Date, Timestamp}, change: maker.yearOnly},
		{Name: "noise", Argument: NeedsNumber, Kinds: []Kind{Integer, Decimal, Float}, PerRow: true, change: maker.noise},
		{Name: "json", Argument: OptionalPaths, Words: []string{"keep_keys"}, Kinds: []Kind{JSON, Text}, PerRow: true, change: maker.json},
		{Name: "bcrypt", Argument: NeedsText, Kinds: text, Same: true, Length: 60, whole: maker.bcrypt},
		{Name: "one_of", Argument: NeedsTexts, PerRow: true, change: maker.oneOf},
	}
}

// FactsOf returns the facts of a method. It returns false if there is no such method.
func FactsOf(name string) (Facts, bool) {
	for _, f := range All() {
		if f.Name == name {
			return f, true
		}
	}
	return Facts{}, false
}

// Fits reports whether the method fits columns of type t.
func (f Facts) Fits(t schema.Type) bool {
	return f.Kinds == nil || slices.Contains(f.Kinds, KindOf(t))
}

// IgnoresValue reports whether the method's output for type t depends only on whether
// the value is empty.
func (f Facts) IgnoresValue(t schema.Type) bool {
	switch f.Name {
	case "empty":
		return t.Array || KindOf(t) != JSON
	case "bcrypt":
		return !t.Array
	}
	return f.Null || f.Same
}

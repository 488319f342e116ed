package mask

import (
	"slices"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// MethodSpec is a method as a rule names it, with its argument. Which of the
// fields count is in the method's Facts.
type MethodSpec struct {
	Name   string                // such as "email"
	Number int                   // {shift_days: 180}: days; {noise: 10}: percent; {hash: 16}: digits
	Text   string                // {value: x}, {bcrypt: password}, {email: keep_domain}, {json: keep_keys}
	Texts  []string              // {one_of: [a, b]}
	Paths  map[string]MethodSpec // {json: {address.street: street}}
}

// Argument is what a method takes beside its name.
type Argument int

// The arguments.
const (
	NoArgument   Argument = iota
	NumberFits            // a Number; without one the method has a default
	NumberNeeded          // a Number
	TextNeeded            // a Text
	TextsNeeded           // Texts, one at least
	WordFits              // a Text that is one of Facts.Words, or nothing
	PathsFit              // Paths, or a Text that is one of Facts.Words, or nothing
)

// Facts is what is known of a method before it sees a value.
type Facts struct {
	Name     string
	Argument Argument
	Words    []string // that Text may be, nil when it is free or there is none

	// Kinds are the types that the method fits; arrays of them as well. nil: every
	// type. What else has to be right, such as that a fixed value is a date in a
	// column of dates, NewMethod says.
	Kinds []Kind

	// Unique says that values that differ stay different, or do with
	// overwhelming probability: a unique index holds.
	Unique bool

	// UniqueLength is how many characters a column must have room for, so that
	// Unique holds. 0: no more than the values have already.
	UniqueLength int

	// Length is how many characters a column must have room for at least. Where
	// it has less, NewMethod refuses it; up to that methods make shorter values.
	Length int

	// PerRow says that what a value becomes is drawn for its row: values that are
	// equal need not stay so.
	PerRow bool

	Null   bool // every value becomes NULL
	Same   bool // all values become the same, but for empty ones
	Passes bool // values stay as they are: keep
}

// Fits says whether the method fits columns of type t.
func (f Facts) Fits(t schema.Type) bool {
	return f.Kinds == nil || slices.Contains(f.Kinds, KindOf(t))
}

// FactsOf returns what is known of a method, and whether there is one of that
// name.
func FactsOf(name string) (Facts, bool) {
	for _, f := range Methods() {
		if f.Name == name {
			return f, true
		}
	}
	return Facts{}, false
}

// Methods returns the facts of all methods, in the order to list them.
func Methods() []Facts {
	text := []Kind{Text}
	return []Facts{
		{Name: "keep", Unique: true, Passes: true},
		{Name: "null", Unique: true, Null: true},
		{Name: "value", Argument: TextNeeded, Same: true},
		{Name: "empty", Kinds: []Kind{Text, JSON, Hstore, Bytea, XML, TSVector}, Same: true},
		{Name: "email", Argument: WordFits, Words: []string{"keep_domain"}, Kinds: text, Unique: true, UniqueLength: 25, Length: 13},
		{Name: "first_name", Kinds: text},
		{Name: "last_name", Kinds: text},
		{Name: "full_name", Kinds: text},
		{Name: "company", Kinds: text},
		{Name: "phone", Kinds: []Kind{Text, Integer, Decimal}},
		{Name: "street", Kinds: text},
		{Name: "city", Kinds: text},
		{Name: "zip", Kinds: []Kind{Text, Integer}},
		{Name: "lorem", Kinds: []Kind{Text, JSON, Hstore, Bytea}, PerRow: true},
		{Name: "hash", Argument: NumberFits, Kinds: []Kind{Text, Bytea, Hstore}, Unique: true, UniqueLength: 16},
		{Name: "ip", Kinds: []Kind{Text, Inet}, Length: 15},
		{Name: "uuid", Kinds: []Kind{Text, UUID}, Unique: true, UniqueLength: 36, Length: 36},
		{Name: "digits", Kinds: []Kind{Text, Integer, Decimal}, Unique: true},
		{Name: "shift_days", Argument: NumberNeeded, Kinds: []Kind{Date, Timestamp}, PerRow: true},
		{Name: "year_only", Kinds: []Kind{Date, Timestamp}},
		{Name: "noise", Argument: NumberNeeded, Kinds: []Kind{Integer, Decimal, Float}, PerRow: true},
		{Name: "json", Argument: PathsFit, Words: []string{"keep_keys"}, Kinds: []Kind{JSON, Text}, PerRow: true},
		{Name: "bcrypt", Argument: TextNeeded, Kinds: text, Same: true, Length: 60},
		{Name: "one_of", Argument: TextsNeeded, PerRow: true},
	}
}

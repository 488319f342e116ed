package mask

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// NewMethod returns what spec does to the values of a column, nil for keep.
// encoding is that of the dump, such as "UTF8". The error says why spec does not
// fit the column; it names the method and not the column.
//
// All methods but null, a fixed value and bcrypt leave empty text empty, and of
// arrays change the elements; null, a fixed value and empty replace them whole.
//
// A method that draws for each row (Facts.PerRow) draws by the value here: only a
// Plan knows rows.
func NewMethod(spec MethodSpec, seed Seed, col schema.Column, encoding string) (Method, error) {
	d, err := newDrawing(spec, seed, col, encoding)
	return d.ofValues(), err
}

// drawing is a Method that is also told the row that the value is in: what tells
// it from all others, nil when nothing does.
type drawing func(dst, value, row []byte) (masked []byte, null bool, err error)

// ofValues returns what d does by the value alone, nil for nil.
func (d drawing) ofValues() Method {
	if d == nil {
		return nil
	}
	return func(dst, value []byte) ([]byte, bool, error) { return d(dst, value, nil) }
}

// newDrawing is NewMethod for a plan.
func newDrawing(spec MethodSpec, seed Seed, col schema.Column, encoding string) (drawing, error) {
	return newDrawingWithin(spec, seed, col, encoding, 0)
}

// newDrawingWithin is newDrawing for a column under an index: what is made up is at
// most so many bytes long, 0 for any number.
func newDrawingWithin(spec MethodSpec, seed Seed, col schema.Column, encoding string, room int) (drawing, error) {
	facts, ok := FactsOf(spec.Name)
	if !ok {
		return nil, fmt.Errorf("no method is called %q", spec.Name)
	}
	if err := checkArgument(spec, facts); err != nil {
		return nil, err
	}
	if facts.Passes {
		return nil, nil
	}
	if !facts.Fits(col.Type) {
		return nil, fmt.Errorf("%s does not fit type %s", spec.Name, col.Type.SQL)
	}
	if embedsASCII(encoding) {
		return nil, fmt.Errorf("%s: cannot tell the characters of a dump in encoding %s apart", spec.Name, encoding)
	}
	m := maker{seed: seed, spec: spec, typ: col.Type.Root(), kind: KindOf(col.Type), limit: lengthOf(col.Type), encoding: encoding, room: room}
	if m.limit > 0 && facts.Length > m.limit {
		return nil, fmt.Errorf("%s needs room for %d characters, and type %s has %d", spec.Name, facts.Length, col.Type.SQL, m.limit)
	}
	return m.method()
}

// lengthOf returns how many characters a value may have, 0 for any number.
func lengthOf(t schema.Type) int {
	if e := t.Root().Element().Root(); e.Name.Schema == "" && e.Name.Name == "name" {
		return 63
	}
	return t.Length()
}

// embedsASCII says whether characters of an encoding may have bytes that by
// themselves are ASCII, a backslash for one. No server has such a one, but a dump
// may be asked for in it.
func embedsASCII(encoding string) bool {
	switch strings.ToUpper(encoding) {
	case "SJIS", "SHIFT_JIS_2004", "BIG5", "GBK", "UHC", "GB18030", "JOHAB":
		return true
	}
	return false
}

// checkArgument says whether spec has the argument that its method takes.
func checkArgument(spec MethodSpec, facts Facts) error {
	isWord := slices.Contains(facts.Words, spec.Text)
	problem := ""
	switch facts.Argument {
	case NoArgument:
		if spec.Number != 0 || spec.Text != "" || spec.Texts != nil || spec.Paths != nil {
			problem = "takes no argument"
		}
	case NumberFits:
		if spec.Text != "" || spec.Texts != nil || spec.Paths != nil {
			problem = "takes nothing but a number"
		}
	case NumberNeeded:
		if spec.Number == 0 || spec.Text != "" || spec.Texts != nil || spec.Paths != nil {
			problem = "needs a number"
		}
	case TextNeeded:
		if spec.Number != 0 || spec.Texts != nil || spec.Paths != nil {
			problem = "needs a text"
		}
	case TextsNeeded:
		if len(spec.Texts) == 0 || spec.Number != 0 || spec.Text != "" || spec.Paths != nil {
			problem = "needs a list of texts"
		}
	case WordFits:
		if spec.Text != "" && !isWord || spec.Number != 0 || spec.Texts != nil || spec.Paths != nil {
			problem = "takes nothing but " + strings.Join(facts.Words, " or ")
		}
	case PathsFit:
		if spec.Text != "" && !isWord || spec.Number != 0 || spec.Texts != nil {
			problem = "takes paths with methods, or " + strings.Join(facts.Words, " or ")
		}
	}
	if problem != "" {
		return fmt.Errorf("%s %s", spec.Name, problem)
	}
	return nil
}

// A maker makes the Method of one column.
type maker struct {
	seed     Seed
	spec     MethodSpec
	typ      schema.Type // no domain
	kind     Kind
	limit    int // characters, 0 for any number
	encoding string
	room     int // of what is made up, in bytes: see roomUnder; 0 for any number
}

// most returns how many characters what is made up may have, 0 for any number.
func (m maker) most() int {
	if m.room > 0 && (m.limit == 0 || m.room < m.limit) {
		return m.room
	}
	return m.limit
}

func (m maker) utf8() bool { return strings.EqualFold(m.encoding, "UTF8") }

// base returns the type of a value, or of an array's elements.
func (m maker) base() schema.Type { return m.typ.Element().Root() }

func (m maker) method() (drawing, error) {
	switch m.spec.Name {
	case "null":
		return func(dst, _, _ []byte) ([]byte, bool, error) { return dst, true, nil }, nil
	case "value":
		if err := cmp.Or(m.checkFixed(), m.checkRoom(m.spec.Text)); err != nil {
			return nil, fmt.Errorf("%s: %w", m.spec.Name, err)
		}
		return fixed(m.spec.Text), nil
	case "empty":
		return m.empty(), nil
	case "bcrypt":
		text, err := bcryptOf(m.spec.Text, m.seed)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.spec.Name, err)
		}
		return m.each(func(dst, _, _ []byte) ([]byte, error) { return append(dst, text()...), nil }, false), nil
	}
	c, err := m.change()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.spec.Name, err)
	}
	return m.each(c, true), nil
}

// fixed returns what makes every value text.
func fixed(text string) drawing {
	return func(dst, _, _ []byte) ([]byte, bool, error) { return append(dst, text...), false, nil }
}

// empty returns what makes every value what is empty for its type.
func (m maker) empty() drawing {
	switch {
	case m.typ.Array:
		return fixed("{}")
	case m.kind == Bytea:
		return fixed(`\x`)
	case m.kind == JSON:
		return func(dst, value, _ []byte) ([]byte, bool, error) {
			switch first := bytes.TrimLeft(value, " \t\r\n"); {
			case len(first) > 0 && first[0] == '[':
				return append(dst, "[]"...), false, nil
			case len(first) > 0 && first[0] == '"':
				return append(dst, `""`...), false, nil
			}
			return append(dst, "{}"...), false, nil
		}
	}
	return fixed("")
}

// each returns what does c to a value, to an array's elements, to an
// hstore's values. skipEmpty says that empty text stays so.
func (m maker) each(c change, skipEmpty bool) drawing {
	base := m.base().Name.Name
	fold, padded := base == "citext", base == "character"
	method := drawing(func(dst, value, row []byte) ([]byte, bool, error) {
		if padded {
			value = bytes.TrimRight(value, " ") // which make no difference to Postgres
		}
		if skipEmpty && len(value) == 0 {
			return dst, false, nil
		}
		if fold {
			value = bytes.ToLower(value) // equal values stay equal
		}
		dst, err := c(dst, value, row)
		return dst, false, err
	})
	if m.kind == Hstore {
		method = hstoreValues(method)
	}
	if m.typ.Array {
		method = elements(method)
	}
	return method
}

// change returns what the methods do that are of each value.
func (m maker) change() (change, error) {
	k := m.seed.keyed(m.spec.Name)
	switch m.spec.Name {
	case "email":
		return email(k, m.limit, m.spec.Text == "keep_domain"), nil
	case "first_name":
		return word(k, firstNames, m.limit), nil
	case "last_name":
		return word(k, lastNames, m.limit), nil
	case "full_name":
		return fullName(k, m.limit), nil
	case "company":
		return company(k, m.limit), nil
	case "phone":
		if mods := m.base().Modifiers; m.kind == Decimal && len(mods) > 1 && mods[1] != 0 {
			return nil, fmt.Errorf("type %s is not one of whole numbers", m.typ.SQL)
		}
		return m.inRange(phone(k, m.limit, m.kind != Text)), nil
	case "street":
		return street(k, m.limit), nil
	case "city":
		return word(k, cities, m.limit), nil
	case "zip":
		return m.inRange(zip(k, m.limit)), nil
	case "lorem":
		switch m.kind {
		case Bytea:
			return randomBytes(k, m.room), nil
		case JSON:
			return m.jsonLeaves()
		}
		return lorem(k, m.most(), m.utf8()), nil
	case "hash":
		return m.hash(k)
	case "ip":
		return ip(k, m.limit, m.base().Name.Name == "cidr"), nil
	case "uuid":
		return uuid(k), nil
	case "digits":
		return m.digits()
	case "shift_days":
		if days := m.spec.Number; days < 1 || days > longestShift {
			return nil, fmt.Errorf("%d days; 1 to %d fit", days, longestShift)
		}
		last := int64(lastYear)
		if m.kind == Timestamp {
			last = lastTimestamp
		}
		return shiftDays(k, m.spec.Number, last), nil
	case "year_only":
		return yearOnly, nil
	case "noise":
		return m.noise(k)
	case "json":
		return m.jsonLeaves()
	case "one_of":
		return m.oneOf(k)
	}
	return nil, errors.New("has no implementation")
}

// bits returns the size of a binary number.
func (m maker) bits() int {
	switch m.base().Name.Name {
	case "smallint":
		return 16
	case "integer", "real":
		return 32
	}
	return 64
}

// inRange has an integer that is too great for its type, after c, begin with 1.
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

func (m maker) hash(k *keyed) (change, error) {
	n := hashLength
	if m.spec.Number != 0 {
		n = m.spec.Number
	}
	switch {
	case n < leastHashed || n > mostHashed:
		return nil, fmt.Errorf("%d digits; %d to %d fit", n, leastHashed, mostHashed)
	case m.kind == Bytea:
		return hashBytes(k, n), nil
	case m.limit > 0:
		n = min(n, m.limit)
	}
	return hashText(k, n), nil
}

func (m maker) digits() (change, error) {
	p := m.seed.permuter("digits")
	switch m.kind {
	case Integer:
		return numberDigits(p, greatestOf(m.bits())), nil
	case Decimal:
		if mods := m.base().Modifiers; len(mods) > 1 && mods[1] < 0 {
			return nil, fmt.Errorf("numbers of type %s are rounded to more than one", m.typ.SQL)
		}
		return m.shortNumber(numberDigits(p, nil)), nil
	}
	return m.short(digits(p)), nil
}

func (m maker) noise(k *keyed) (change, error) {
	percent := m.spec.Number
	if percent < 1 || percent > 100 {
		return nil, fmt.Errorf("%d percent; 1 to 100 fit", percent)
	}
	switch m.kind {
	case Integer:
		return decimalNoise(k, percent, greatestInteger(m.bits())), nil
	case Float:
		return floatNoise(k, percent, m.bits()), nil
	}
	switch mods := m.base().Modifiers; len(mods) {
	case 0:
		return decimalNoise(k, percent, nil), nil
	case 1:
		return decimalNoise(k, percent, greatestDecimal(mods[0], 0)), nil
	default:
		return decimalNoise(k, percent, greatestDecimal(mods[0], mods[1])), nil
	}
}

// jsonLeaves returns the change of a document's strings, and of what paths name.
func (m maker) jsonLeaves() (change, error) {
	text := schema.Column{Type: schema.Type{SQL: "text", Name: schema.Name{Name: "text"}}}
	k, p := m.seed.keyed("lorem"), m.seed.permuter("digits")
	words := maker{spec: MethodSpec{Name: "lorem"}, typ: text.Type, kind: Text, encoding: m.encoding}.
		each(wordsOrDigits(lorem(k, m.room, m.utf8()), m.short(digits(p))), true)
	root := &jsonRule{leaf: &jsonLeaf{text: words}}
	var problems []error
	for _, path := range slices.Sorted(maps.Keys(m.spec.Paths)) {
		leaf, err := m.jsonLeaf(m.spec.Paths[path], text)
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
	c := json(root, m.utf8())
	if m.kind != Text {
		return c, nil
	}
	return textJSON(c, lorem(k, m.most(), m.utf8()), m.most(), m.utf8()), nil
}

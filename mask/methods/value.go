package methods

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// value replaces every value with the rule's text.
func (m maker) value() (Func, error) {
	if err := cmp.Or(m.checkValue(), m.checkRoom(m.spec.Text)); err != nil {
		return nil, err
	}
	return Constant(m.spec.Text), nil
}

// checkValue rejects text that is not a value of the column's type, as far as hectl can
// check that without Postgres.
func (m maker) checkValue() error {
	if !m.typ.Array {
		return m.checkText(m.spec.Text)
	}
	check := func(dst, value, _ []byte) ([]byte, bool, error) { return dst, false, m.checkText(string(value)) }
	_, _, err := elements(check)(nil, []byte(m.spec.Text), nil)
	return err
}

// oneOf replaces a value with one of the rule's texts, drawn for each row.
func (m maker) oneOf(k *keyedHash) (change, error) {
	for _, text := range m.spec.Texts {
		if err := m.checkRoom(text); err != nil {
			return nil, err
		}
		if m.kind == Hstore { // the texts become values in the hstore
			continue
		}
		if err := m.checkText(text); err != nil {
			return nil, err
		}
	}
	texts := slices.Clone(m.spec.Texts)
	return func(dst, value, row []byte) ([]byte, error) {
		d := k.drawInRow(value, row)
		defer k.done(d)
		return append(dst, d.pick(texts)...), nil
	}, nil
}

// checkText refuses text that is not a value of the type, or of an array's elements.
func (m maker) checkText(text string) error {
	base := m.base()
	switch {
	case strings.ContainsRune(text, 0) || !utf8.ValidString(text):
		return errors.New("the text is not valid UTF-8, or has a zero byte")
	case !m.utf8() && !isASCII(text):
		return fmt.Errorf("the text is not ASCII, but the dump is in encoding %s", m.encoding)
	case m.limit > 0 && utf8.RuneCountInString(text) > m.limit:
		return fmt.Errorf("the text has %d characters, but type %s has room for %d", utf8.RuneCountInString(text), m.typ.SQL, m.limit)
	case len(base.Labels) > 0 && !slices.Contains(base.Labels, text):
		return fmt.Errorf("%q is not a label of type %s", text, base.SQL)
	case !m.isValue(text, base):
		return fmt.Errorf("%q is not a value of type %s", text, base.SQL)
	}
	return nil
}

func (m maker) isValue(text string, base schema.Type) bool {
	switch m.kind {
	case UUID:
		s := strings.ReplaceAll(strings.Trim(text, "{}"), "-", "")
		_, err := strconv.ParseUint(s[:min(16, len(s))], 16, 64)
		_, err2 := strconv.ParseUint(s[min(16, len(s)):], 16, 64)
		return len(s) == 32 && err == nil && err2 == nil
	case Date, Timestamp:
		moment, finite, err := parseMoment([]byte(text))
		return err == nil && (!finite || string(moment.onDay(moment.days()).appendDate(nil)) == string(moment.appendDate(nil)))
	case Integer:
		_, err := strconv.ParseInt(text, 10, m.bits())
		return err == nil
	case Decimal:
		return isDecimal(text, base.Modifiers)
	case Float:
		_, err := strconv.ParseFloat(text, m.bits())
		return err == nil
	case Boolean:
		return slices.Contains([]string{"t", "f", "true", "false", "y", "n", "yes", "no", "on", "off", "1", "0"}, strings.ToLower(text))
	case JSON:
		_, err := maskJSON(&jsonRule{leaf: &jsonLeaf{keep: true}}, m.utf8())(nil, []byte(text), nil)
		return err == nil
	case Inet:
		addr, bits := parseAddress([]byte(text))
		if base.Name.Name == "cidr" && bits >= 0 {
			return addr.Masked() == addr
		}
		return addr.IsValid() && addr.Addr() != netip.Addr{}
	case Hstore:
		return text == "" || strings.Contains(text, "=>")
	case Bytea:
		return !strings.HasPrefix(text, `\x`) || len(text)%2 == 0 && strings.Trim(strings.ToLower(text[2:]), "0123456789abcdef") == ""
	}
	return true
}

// isDecimal reports whether text is a number with no more digits before the point
// than numeric(precision, scale) has.
func isDecimal(text string, modifiers []int) bool {
	if slices.Contains([]string{"NaN", "Infinity", "-Infinity"}, text) {
		return len(modifiers) == 0 || text == "NaN"
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok || strings.ContainsAny(text, "/_xXpPbBoO") {
		return false
	}
	if len(modifiers) == 0 {
		return true
	}
	whole := modifiers[0]
	if len(modifiers) > 1 {
		whole -= modifiers[1]
	}
	limit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(0, whole))), nil))
	return n.Abs(n).Cmp(limit) < 0
}

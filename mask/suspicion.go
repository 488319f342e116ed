package mask

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// suspicious returns the reason why a column could contain personal data, or "" if it
// cannot. It treats every column as suspicious unless hectl knows better.
func suspicious(c *compiler, t *schema.Table, col *schema.Column) string {
	if col.Generated != schema.NotGenerated {
		return "" // the columns from which it is computed are checked instead
	}
	about, named := topicOf(col.Name)
	element := col.Type.Root().Element().Root()
	kind := methods.KindOf(col.Type)
	few := element.Labels != nil || kind == methods.Boolean || kind == methods.Text && listOfCheck(c, t, col) != nil
	switch {
	case few, kind == methods.Integer, kind == methods.Decimal, kind == methods.Float, kind == methods.Timestamp, kind == methods.Other && harmless(element):
		return numberTopicOf(col.Name, kind == methods.Timestamp, few, !few && isReference(c, t, col.Name))
	case kind == methods.UUID:
		if isKey(t, col.Name) || strings.HasSuffix(col.Name, "_id") {
			return ""
		}
		if named {
			return about.name
		}
		return "a uuid that is not a key"
	case named:
		return about.name
	}
	return "type " + col.Type.SQL
}

// isKey reports whether a column is part of a primary or a foreign key.
func isKey(t *schema.Table, name string) bool {
	return slices.ContainsFunc(t.Uniques, func(u schema.Unique) bool { return u.Primary && slices.Contains(u.Columns, name) }) ||
		slices.ContainsFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return slices.Contains(f.Columns, name) })
}

// isReference reports whether a column whose name ends with id refers to a row: it is
// called id, is part of a key, has a _type column beside it, or is named after a table.
func isReference(c *compiler, t *schema.Table, column string) bool {
	words := nameWords(column)
	if len(words) == 0 || words[len(words)-1] != "id" && words[len(words)-1] != "ids" {
		return false
	}
	if len(words) == 1 || isKey(t, column) || t.Column(strings.TrimSuffix(strings.TrimSuffix(column, "s"), "_id")+"_type") != nil {
		return true
	}
	stem := words[len(words)-2]
	for _, other := range c.schema.Tables {
		names := nameWords(other.Name.Name)
		if len(names) > 0 && singular(names[len(names)-1]) == singular(stem) {
			return true
		}
	}
	return false
}

// singular returns the singular of a word, accurately enough for comparisons.
func singular(word string) string {
	switch {
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	case strings.HasSuffix(word, "ss"):
		return word
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "xes"), strings.HasSuffix(word, "ches"):
		return strings.TrimSuffix(word, "es")
	}
	return strings.TrimSuffix(word, "s")
}

// harmless reports whether values of type t, which no method fits, are personal only if the
// column's name says so: numbers, times, and ranges of them.
func harmless(t schema.Type) bool {
	return t.Name.Schema == "" && slices.Contains([]string{
		"time without time zone", "time with time zone", "interval", "money", "oid", "bit", "bit varying", "char",
		"int4range", "int8range", "numrange", "tsrange", "tstzrange", "int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange",
		"pg_lsn", "xid", "xid8", "cid", "tid", "pg_snapshot", "txid_snapshot", "regclass", "regtype", "regproc", "regprocedure", "regrole", "regnamespace", "regconfig", "regdictionary", "regcollation", "regoper", "regoperator",
	}, t.Name.Name)
}

// listOfCheck returns the values that a check allows in a column, or nil if no check lists
// them.
func listOfCheck(c *compiler, t *schema.Table, col *schema.Column) []string {
	if col.Type.Array {
		return nil
	}
	s := &subject{table: t}
	for _, check := range c.checksOf(s, col) {
		conditions, _ := check.Conditions()
		for _, one := range conditions {
			if one.OneOf != nil && (one.Column == col.Name || one.Column == valueColumn) {
				return one.OneOf
			}
		}
	}
	return nil
}

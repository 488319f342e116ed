package methods

import "github.com/rubyforgood/hectl/pgtools/schema"

// Neutral returns a meaningless value for a type that only the value method fits. ok is
// false if there is none.
func Neutral(t schema.Type) (text string, ok bool) {
	e := t.Root()
	switch {
	case e.Array:
		return "{}", true
	case KindOf(e) == Integer, KindOf(e) == Decimal, KindOf(e) == Float:
		return "0", true
	case e.Name.Schema != "":
		return "", false
	}
	switch e.Name.Name {
	case "money", "interval", "oid", "bit varying":
		return "0", true
	case "time without time zone", "time with time zone":
		return "00:00:00", true
	case "point":
		return "(0,0)", true
	case "macaddr":
		return "02:00:00:00:00:00", true
	case "macaddr8":
		return "02:00:00:00:00:00:00:00", true
	case "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange":
		return "empty", true
	case "int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange", "datemultirange":
		return "{}", true
	}
	return "", false
}

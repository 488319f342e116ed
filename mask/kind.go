package mask

import (
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Kind is what a type holds, as methods see it.
type Kind int

// The kinds.
const (
	Other     Kind = iota // such as enums, ranges, row types: only Postgres knows what fits
	Text                  // text, character varying, character, citext, name
	UUID                  // uuid
	Date                  // date
	Timestamp             // timestamp with and without time zone
	Integer               // smallint, integer, bigint
	Decimal               // numeric
	Float                 // real, double precision
	Boolean               // boolean
	JSON                  // json, jsonb
	Inet                  // inet, cidr
	Hstore                // hstore
	Bytea                 // bytea
	XML                   // xml
	TSVector              // tsvector
)

// KindOf returns what values of type t hold, an array's its elements, a domain's
// what it is a domain over.
func KindOf(t schema.Type) Kind {
	e := t.Root().Element().Root()
	if e.Name.Schema != "" {
		// Of an extension, in whichever schema it was put.
		switch e.Name.Name {
		case "citext":
			return Text
		case "hstore":
			return Hstore
		}
		return Other
	}
	switch strings.Trim(e.Name.Name, `"`) {
	case "text", "character varying", "character", "name", "citext":
		return Text
	case "uuid":
		return UUID
	case "date":
		return Date
	case "timestamp without time zone", "timestamp with time zone":
		return Timestamp
	case "smallint", "integer", "bigint":
		return Integer
	case "numeric":
		return Decimal
	case "real", "double precision":
		return Float
	case "boolean":
		return Boolean
	case "json", "jsonb":
		return JSON
	case "inet", "cidr":
		return Inet
	case "hstore":
		return Hstore
	case "bytea":
		return Bytea
	case "xml":
		return XML
	case "tsvector":
		return TSVector
	}
	return Other
}

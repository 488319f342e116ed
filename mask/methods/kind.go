package methods

import (
	"strings"

	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Kind groups types that methods treat the same way.
type Kind int

// The kinds.
const (
	Other     Kind = iota // enums, ranges, row types, …: only Postgres can check their values
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

// KindOf returns the kind of type t. An array has the kind of its elements, and a domain
// has that of its base type.
func KindOf(t schema.Type) Kind {
	e := t.Root().Element().Root()
	if e.Name.Schema != "" {
		// Types of extensions may be in any schema.
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

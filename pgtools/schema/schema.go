package schema

import "strings"

// Schema contains the tables of an archive and the types that they use.
type Schema struct {
	Tables  []*Table // ordinary, partitioned and foreign tables, in the archive's order
	Domains map[Name]*Domain
	Enums   map[Name][]string // labels by type
	Others  map[Name]string   // other relations: "view", "materialized view" or "sequence"
}

// ByName returns the tables by their names.
func (s *Schema) ByName() map[Name]*Table {
	byName := map[Name]*Table{}
	for _, t := range s.Tables {
		byName[t.Name] = t
	}
	return byName
}

// Name is the name of an object in a schema, without quotes.
type Name struct {
	Schema, Name string
}

// String returns "schema.name", with each part quoted where SQL needs it.
func (n Name) String() string {
	if n.Schema == "" {
		return Quote(n.Name)
	}
	return Quote(n.Schema) + "." + Quote(n.Name)
}

// Kind is the kind of a Table.
type Kind int

// The kinds.
const (
	Ordinary Kind = iota
	Partitioned
	Foreign
)

// Table is one table.
type Table struct {
	Name
	Kind        Kind
	Columns     []Column // own and inherited ones
	Inherits    []Name   // parents in INHERITS
	PartitionOf *Name    // parent; nil if the table is not a partition
	PartitionBy string   // such as "RANGE (seen)"; "" if not partitioned
	Uniques     []Unique
	Indexes     []Index // including those of Uniques
	Checks      []Check // except those of its columns' domains
	ForeignKeys []ForeignKey

	DataID int      // dump id of the TABLE DATA entry; 0 if none
	Copy   []string // columns of the COPY statement, in order; nil if none

	// Unread is nil if the whole definition was parsed. Otherwise it is the error, and the
	// other fields may be incomplete.
	Unread error
}

// Column returns the column called name, or nil.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// Column is one column of a Table.
type Column struct {
	Name      string
	Type      Type
	NotNull   bool   // because of the table, a primary key, or the type's domain
	Default   string // SQL; "" if none
	Collation string // as pg_dump writes it; "" means the type's own
	Generated Generated
	Formula   string // SQL of a generated column
	Identity  Identity
}

// Generated is the way Postgres computes a column.
type Generated string

// The ways to compute a column.
const (
	NotGenerated Generated = ""
	Stored       Generated = "stored"
	Virtual      Generated = "virtual" // from PostgreSQL 18 on
)

// Identity is the way Postgres numbers a column.
type Identity string

// The ways to number a column.
const (
	NoIdentity      Identity = ""
	IdentityAlways  Identity = "always"
	IdentityDefault Identity = "by default"
)

// Type is the type of a column.
type Type struct {
	SQL       string // as pg_dump writes it, such as "character varying(40)[]" or "public.email_address"
	Name      Name   // without modifiers and brackets; Schema is "" for built-in types, such as "character varying"
	Modifiers []int  // such as 40, or precision and scale of numeric
	Array     bool   // with any number of dimensions
	Base      *Type  // for a domain, its underlying type, which may be a domain; otherwise nil
	Labels    []string
	Composite bool // a row type or a range that the archive creates
}

// Root returns the base type below all domains of t, or t if it is not a domain.
func (t Type) Root() Type {
	for !t.Array && t.Base != nil {
		t = *t.Base
	}
	return t
}

// Element returns the type of an array's elements, or t if it is not an array.
func (t Type) Element() Type {
	if !t.Array {
		return t
	}
	t.Array = false
	t.SQL = strings.TrimRight(t.SQL, "[]")
	return t
}

// Length returns the maximum number of characters in a value of type character(n) or
// character varying(n), or in each element of such an array. It returns 0 if the type
// sets no limit.
func (t Type) Length() int {
	e := t.Root().Element().Root()
	if e.Name.Schema != "" || e.Name.Name != "character" && e.Name.Name != "character varying" || len(e.Modifiers) == 0 {
		return 0
	}
	return e.Modifiers[0]
}

// Unique is a unique index, or a key or constraint with one.
type Unique struct {
	Name             string
	Primary          bool
	Columns          []string // columns that are not expressions
	Expressions      []string // SQL of the expressions
	Where            string   // condition of a partial index; "" means all rows
	NullsNotDistinct bool
	Exclude          bool // an exclusion constraint, which may compare with operators other than =
}

// Index is an index, or a constraint that has one.
type Index struct {
	Name        string
	Method      string   // such as "btree"
	Columns     []string // columns that are not expressions
	Expressions []string // SQL of the expressions
	Include     []string // INCLUDE columns
	Where       string   // condition of a partial index; "" means all rows
}

// Check is a CHECK constraint of a table or a domain.
type Check struct {
	Name     string // "" if unnamed
	SQL      string // the condition, without its outer parentheses
	NotValid bool   // NOT VALID or NOT ENFORCED: rows may violate it
}

// ForeignKey is a foreign key.
type ForeignKey struct {
	Name       string
	Columns    []string
	References Name
	Foreign    []string // referenced columns, one for each of Columns
	NotValid   bool
}

// Domain is a type with constraints.
type Domain struct {
	Name
	Base    Type
	NotNull bool
	Checks  []Check // conditions on VALUE
}

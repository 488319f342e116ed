package schema

import "strings"

// Schema is the tables of an archive, and the types that they use.
type Schema struct {
	Tables  []*Table // ordinary, partitioned and foreign ones, in the archive's order
	Domains map[Name]*Domain
	Enums   map[Name][]string // labels
	Others  map[Name]string   // what else could be taken for a table: "view", "materialized view", "sequence"
}

// Table returns the table called n, nil when there is none.
func (s *Schema) Table(n Name) *Table {
	for _, t := range s.Tables {
		if t.Name == n {
			return t
		}
	}
	return nil
}

// Name is the name of something that lives in a schema, neither part quoted.
type Name struct {
	Schema, Name string
}

// String returns "schema.name", each part quoted where SQL needs it.
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
	Inherits    []Name   // INHERITS
	PartitionOf *Name    // nil when it is no partition
	PartitionBy string   // "RANGE (seen)", "" when it is not partitioned
	Uniques     []Unique
	Indexes     []Index // all of them, those of Uniques as well
	Checks      []Check // its own; a column's domain may have more
	ForeignKeys []ForeignKey

	DataID int      // dump id of its TABLE DATA entry, 0 without one
	Copy   []string // columns of its COPY statement, in that order; nil without one

	// Unread says what of the table could not be made out, nil when all of it
	// was. What else is set may then be incomplete.
	Unread error
}

// Column returns the column called name, nil when there is none.
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
	NotNull   bool   // by the table, a primary key, or the type's domain
	Default   string // SQL, "" without one
	Collation string // as pg_dump names it, "" for the type's own
	Generated Generated
	Formula   string // SQL of a generated column
	Identity  Identity
}

// Generated says whether Postgres computes a column.
type Generated string

// What a column may be.
const (
	NotGenerated Generated = ""
	Stored       Generated = "stored"
	Virtual      Generated = "virtual" // from PostgreSQL 18 on
)

// Identity says whether a column is numbered by Postgres.
type Identity string

// What a column may be.
const (
	NoIdentity      Identity = ""
	IdentityAlways  Identity = "always"
	IdentityDefault Identity = "by default"
)

// Type is the type of a column.
type Type struct {
	SQL       string // as pg_dump writes it, such as "character varying(40)[]" or "public.email_address"
	Name      Name   // without modifiers and brackets; Schema is "" for Postgres' own, such as "character varying"
	Modifiers []int  // such as 40, or precision and scale of numeric
	Array     bool   // of any number of dimensions
	Base      *Type  // of a domain: what it is a domain over, perhaps a domain again; else nil
	Labels    []string
	Composite bool // a row type or a range that the archive creates
}

// Root returns what t is at bottom: the base type of a domain, however many
// domains are on top of it, else t.
func (t Type) Root() Type {
	for !t.Array && t.Base != nil {
		t = *t.Base
	}
	return t
}

// Element returns the type of an array's elements, and t when it is none.
func (t Type) Element() Type {
	if !t.Array {
		return t
	}
	t.Array = false
	t.SQL = strings.TrimRight(t.SQL, "[]")
	return t
}

// Length returns how many characters a value of character(n) or character
// varying(n) may have at most, an array's each of its elements, and 0 when the
// type sets no limit.
func (t Type) Length() int {
	e := t.Root().Element().Root()
	if e.Name.Schema != "" || e.Name.Name != "character" && e.Name.Name != "character varying" || len(e.Modifiers) == 0 {
		return 0
	}
	return e.Modifiers[0]
}

// Unique is a unique index, or a key that is one.
type Unique struct {
	Name             string
	Primary          bool
	Columns          []string // those that are plain columns
	Expressions      []string // SQL of the others
	Where            string   // SQL of a partial index, "" for all rows
	NullsNotDistinct bool
	Exclude          bool // an exclusion constraint: not of equal values alone
}

// Index is an index, or a constraint that has one.
type Index struct {
	Name        string
	Method      string   // such as "btree"
	Columns     []string // those that are plain columns
	Expressions []string // SQL of the others
	Include     []string // columns that are only kept in it
	Where       string   // SQL of a partial index, "" for all rows
}

// Check is a CHECK constraint of a table or a domain.
type Check struct {
	Name     string // "" for one without
	SQL      string // the condition, without the parentheses around it
	NotValid bool   // rows that are there already may break it, or all may
}

// ForeignKey is a foreign key.
type ForeignKey struct {
	Name       string
	Columns    []string
	References Name
	Foreign    []string // columns there, one for each of Columns
	NotValid   bool
}

// Domain is a type with rules of its own.
type Domain struct {
	Name
	Base    Type
	NotNull bool
	Checks  []Check // in which VALUE stands for the value
}

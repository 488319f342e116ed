package schema

import "slices"

// IsBaseType reports whether a statement creates a type with its own input and output
// functions.
func IsBaseType(sql string) bool {
	return statement{sql, read(sql)}.matches("create type @ (")
}

// Collation is the definition of a collation.
type Collation struct {
	Options  string // SQL, including the parentheses
	Provider string // such as "icu"; "" for the default
	Locale   string // "" if not in the options
}

// CollationOf parses CREATE COLLATION. ok is false for any other statement. The options are
// safe to run with standard_conforming_strings on: they cannot contain another statement.
func CollationOf(sql string) (c Collation, ok bool) {
	p := parse(sql)
	p.expect("create collation")
	p.qualified()
	begin := p.peek(0).start
	p.expect("(")
	for p.err == nil && !p.accept(")") {
		option := p.name()
		p.expect("=")
		value := p.peek(0)
		p.skip()
		switch {
		case option == "provider":
			c.Provider = value.text
		case (option == "locale" || option == "lc_collate") && c.Locale == "":
			c.Locale = value.text
		}
		if !p.sees(")") {
			p.expect(",")
		}
	}
	c.Options = p.since(begin)
	p.accept(";")
	return c, p.err == nil && p.over()
}

// ExtensionSchema returns the schema in a CREATE EXTENSION statement, or "".
func ExtensionSchema(sql string) string {
	p := &parser{sql: sql, all: read(sql)}
	p.expect("create extension")
	p.accept("if not exists")
	p.name()
	p.expect("with schema")
	return p.name()
}

// References returns the table to which a statement adds a foreign key, and the referenced
// table. ok is false for any other statement.
func References(sql string) (from, to Name, ok bool) {
	p := &parser{sql: sql, all: read(sql)}
	if !p.accept("alter table") {
		p.expect("alter foreign table")
	}
	p.accept("only")
	from = p.qualified()
	p.expect("add constraint")
	p.name()
	p.expect("foreign key")
	p.names()
	p.expect("references")
	to = p.qualified()
	return from, to, p.err == nil
}

// HasVirtualColumns reports whether CREATE TABLE creates a column that Postgres computes
// when the column is read. It returns true for a definition that cannot be parsed.
func HasVirtualColumns(sql string) bool {
	p := parse(sql)
	d := p.table()
	return p.err != nil || slices.ContainsFunc(d.Columns, func(c Column) bool { return c.Generated == Virtual })
}

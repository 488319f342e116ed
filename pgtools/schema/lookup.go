package schema

import "slices"

// IsBaseType reports whether a statement makes a type with functions of its own for
// input and output, and not one made of others.
func IsBaseType(sql string) bool {
	return statement{sql, read(sql)}.matches("create type @ (")
}

// Collation is what CREATE COLLATION makes a collation of.
type Collation struct {
	Options  string // SQL, with the parentheses around it
	Provider string // such as "icu"; "" for that of the server
	Locale   string // "" when the options have none
}

// CollationOf reads CREATE COLLATION; false for a statement of any other form. The
// options are safe to run with standard_conforming_strings on.
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

// ExtensionSchema returns the schema that CREATE EXTENSION names, "" without one.
func ExtensionSchema(sql string) string {
	p := &parser{sql: sql, all: read(sql)}
	p.expect("create extension")
	p.accept("if not exists")
	p.name()
	p.expect("with schema")
	return p.name()
}

// References returns the table that has the foreign key which a statement adds, and
// the table that the key refers to; false for any other statement.
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

// HasVirtualColumns reports whether CREATE TABLE makes a column that is computed when
// it is read, and true for a definition that cannot be read.
func HasVirtualColumns(sql string) bool {
	p := parse(sql)
	d := p.table()
	return p.err != nil || slices.ContainsFunc(d.Columns, func(c Column) bool { return c.Generated == Virtual })
}

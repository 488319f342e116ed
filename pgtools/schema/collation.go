package schema

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

package schema

// addIndex reads CREATE INDEX.
func (b *schemaBuilder) addIndex(sql string) error {
	p := parse(sql)
	p.expect("create")
	unique := p.accept("unique")
	p.expect("index")
	u := Unique{Name: p.name()}
	p.expect("on")
	p.accept("only")
	d := b.byName[p.qualified()]
	if p.err != nil || d == nil { // d is nil for a materialized view
		return p.err
	}
	p.expect("using")
	method := p.name()
	p.elements(&u)
	include := p.included()
	for p.err == nil && !p.over() && !p.sees(";") {
		switch {
		case p.accept("nulls not distinct"):
			u.NullsNotDistinct = true
		case p.accept("where"):
			u.Where = unwrap(p.until(";"))
		default:
			p.skip()
		}
	}
	if unique {
		d.Uniques = append(d.Uniques, u)
	}
	d.Indexes = append(d.Indexes, u.index(method, include))
	return p.err
}

// included consumes the INCLUDE columns of an index.
func (p *parser) included() []string {
	if !p.accept("include") {
		return nil
	}
	return p.names()
}

// index returns u as an Index.
func (u Unique) index(method string, include []string) Index {
	return Index{Name: u.Name, Method: method, Columns: u.Columns, Expressions: u.Expressions, Include: include, Where: u.Where}
}

// elements consumes the columns and expressions of an index or of an exclusion
// constraint.
func (p *parser) elements(u *Unique) {
	p.expect("(")
	for p.err == nil && !p.accept(")") {
		start := p.peek(0).start
		switch {
		case p.sees("("):
			u.Expressions = append(u.Expressions, p.condition())
		case p.peek(1).text == "(" || p.peek(1).text == ".":
			p.qualified()
			p.skip()
			u.Expressions = append(u.Expressions, p.since(start))
		default:
			u.Columns = append(u.Columns, p.name())
		}
		for p.err == nil && !p.sees(",") && !p.sees(")") { // skip order, collation and operator class
			p.skip()
		}
		p.accept(",")
	}
}

// exclusion consumes an exclusion constraint after the word EXCLUDE.
func (p *parser) exclusion(name string) (Unique, Index) {
	u, method := Unique{Name: name, Exclude: true}, "gist"
	if p.accept("using") {
		method = p.name()
	}
	p.elements(&u)
	include := p.included()
	for p.err == nil && !p.over() && !p.sees(";") {
		if p.accept("where") {
			u.Where = p.condition()
		} else {
			p.skip()
		}
	}
	return u, u.index(method, include)
}

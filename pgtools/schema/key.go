package schema

// key takes a constraint that ALTER TABLE adds, from behind its name on.
func (p *parser) key(d *definition, name string) {
	switch {
	case p.sees("check"), p.sees("not null"):
		p.addedCheck(d, name)
	case p.accept("primary key"):
		u := Unique{Name: name, Primary: true, Columns: p.names()}
		for _, column := range u.Columns {
			if c := d.Column(column); c != nil {
				c.NotNull = true
			}
		}
		d.Uniques = append(d.Uniques, u)
		d.Indexes = append(d.Indexes, u.index("btree", p.included()))
	case p.accept("unique"):
		u := Unique{Name: name, NullsNotDistinct: p.accept("nulls not distinct")}
		p.accept("nulls distinct")
		u.Columns = p.names()
		d.Uniques = append(d.Uniques, u)
		d.Indexes = append(d.Indexes, u.index("btree", p.included()))
	case p.accept("exclude"):
		u, x := p.exclusion(name)
		d.Uniques = append(d.Uniques, u)
		d.Indexes = append(d.Indexes, x)
	case p.accept("foreign key"):
		f := ForeignKey{Name: name, Columns: p.names()}
		p.expect("references")
		f.References = p.qualified()
		f.Foreign = p.names()
		f.NotValid = p.notValid()
		if len(f.Foreign) != len(f.Columns) {
			p.fail("%d columns refer to %d", len(f.Columns), len(f.Foreign))
		}
		d.ForeignKeys = append(d.ForeignKeys, f)
	default:
		p.fail("byte %d: a constraint of an unknown form", p.peek(0).start)
	}
}

// addedCheck takes a check, or NOT NULL, which pg_dump adds when the rows are in.
func (p *parser) addedCheck(d *definition, name string) {
	if p.accept("not null") {
		if c := d.Column(p.name()); c != nil && !p.notValid() {
			c.NotNull = true
		}
		return
	}
	p.expect("check")
	d.Checks = append(d.Checks, Check{Name: name, SQL: p.condition(), NotValid: p.notValid()})
}

// notValid passes over the end of a statement and reports whether rows that are
// there may break what it adds.
func (p *parser) notValid() bool {
	found := false
	for p.err == nil && !p.over() && !p.sees(";") {
		switch {
		case p.accept("not valid"), p.accept("not enforced"):
			found = true
		default:
			p.skip()
		}
	}
	return found
}

// index takes CREATE INDEX.
func (r *reading) index(sql string) error {
	p := parse(sql)
	p.expect("create")
	unique := p.accept("unique")
	p.expect("index")
	u := Unique{Name: p.name()}
	p.expect("on")
	p.accept("only")
	d := r.byName[p.qualified()]
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

// included takes the columns that an index only keeps.
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

// elements takes the columns and expressions of an index, or of an exclusion
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
		for p.err == nil && !p.sees(",") && !p.sees(")") { // how it is sorted and compared
			p.skip()
		}
		p.accept(",")
	}
}

// exclusion takes an exclusion constraint, from behind EXCLUDE on.
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

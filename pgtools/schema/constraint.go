package schema

// key consumes a constraint in ALTER TABLE, after its name.
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
		p.fail("byte %d: unknown form of a constraint", p.peek(0).start)
	}
}

// addedCheck consumes a check or NOT NULL that pg_dump adds after the rows.
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

// notValid skips the end of a statement and reports whether existing rows may violate the
// constraint that the statement adds.
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

package schema

// definition is the definition of one table.
type definition struct {
	Table
	of        *Name           // the row type of a typed table
	noInherit map[string]bool // names of checks that children do not inherit
	alone     map[string]bool // columns with a NOT NULL constraint that is NO INHERIT
}

// table consumes CREATE TABLE and the following statements about the table.
func (p *parser) table() *definition {
	d := &definition{noInherit: map[string]bool{}, alone: map[string]bool{}}
	p.expect("create")
	p.accept("unlogged")
	if p.accept("foreign") {
		d.Kind = Foreign
	}
	p.expect("table")
	d.Name = p.qualified()
	if p.accept("of") {
		of := p.qualified()
		d.of = &of
	}
	if p.accept("(") {
		for p.err == nil && !p.accept(")") {
			p.element(d)
			if !p.sees(")") {
				p.expect(",")
			}
		}
	} else if d.of == nil {
		p.fail("byte %d: expected columns", p.peek(0).start)
	}
	for p.err == nil && !p.over() && !p.accept(";") {
		switch {
		case p.accept("inherits"):
			p.expect("(")
			for p.err == nil && !p.accept(")") {
				d.Inherits = append(d.Inherits, p.qualified())
				p.accept(",")
			}
		case p.accept("partition by"):
			d.Kind = Partitioned
			d.PartitionBy = p.until("using", "with", "tablespace", ";")
		case p.sees("partition of"):
			p.fail("byte %d: pg_dump 12 and newer do not write this form", p.peek(0).start)
		default:
			p.skip()
		}
	}
	for p.err == nil && !p.over() {
		p.afterwards(d)
	}
	return d
}

// ownColumn returns the column called name. If d only inherits it, ownColumn adds it to d.
func (d *definition) ownColumn(name string) *Column {
	if c := d.Column(name); c != nil {
		return c
	}
	d.Columns = append(d.Columns, Column{Name: name})
	return &d.Columns[len(d.Columns)-1]
}

// element consumes a column or a constraint.
func (p *parser) element(d *definition) {
	switch {
	case p.sees("check"), p.sees("not null"):
		p.constraint(d, "")
	case p.accept("constraint"):
		p.constraint(d, p.name())
	default:
		c, alone := p.column(d.of != nil)
		d.Columns = append(d.Columns, c)
		d.alone[c.Name] = alone
	}
}

// constraint consumes a constraint of the table after its name.
func (p *parser) constraint(d *definition, name string) {
	if p.accept("not null") {
		column := p.name()
		d.alone[column] = p.accept("no inherit")
		d.ownColumn(column).NotNull = true
		return
	}
	p.expect("check")
	c := Check{Name: name, SQL: p.condition()}
	for p.err == nil && !p.sees(",") && !p.sees(")") {
		switch {
		case p.accept("no inherit"):
			d.noInherit[name] = true
		case p.accept("not valid"), p.accept("not enforced"):
			c.NotValid = true
		default:
			p.fail("byte %d: unknown form of a check", p.peek(0).start)
		}
	}
	d.Checks = append(d.Checks, c)
}

// column consumes one column, which in a typed table has no type. alone reports whether
// children do not inherit its NOT NULL.
func (p *parser) column(typed bool) (c Column, alone bool) {
	c.Name = p.name()
	if typed {
		p.accept("with options")
	} else {
		c.Type = p.typeName()
	}
	for p.err == nil && !p.sees(",") && !p.sees(")") {
		switch {
		case p.accept("default"):
			c.Default = p.until(",", ")", "not null", "constraint", "collate", "options", "generated")
		case p.accept("generated always as ("):
			p.at-- // the opening parenthesis
			c.Formula = p.condition()
			c.Generated = Virtual
			if p.accept("stored") {
				c.Generated = Stored
			} else {
				p.accept("virtual")
			}
		case p.accept("not null"):
			c.NotNull = true
			alone = p.accept("no inherit")
		case p.accept("constraint"):
			p.name()
			if !p.sees("not null") {
				p.fail("byte %d: unknown form of a column's constraint", p.peek(0).start)
			}
		case p.accept("collate"):
			start := p.peek(0).start
			p.qualified()
			c.Collation = p.since(start)
		case p.accept("options"):
			p.skip()
		case p.accept("null"):
		default:
			p.fail("byte %d: unexpected %q in the definition of column %q", p.peek(0).start, p.peek(0).text, c.Name)
		}
	}
	return c, alone
}

// afterwards consumes one of the statements after CREATE TABLE. Most of them set how
// Postgres stores rows.
func (p *parser) afterwards(d *definition) {
	if p.accept("alter table") || p.accept("alter foreign table") {
		p.accept("only")
		p.qualified()
		if p.accept("alter column") {
			c := d.ownColumn(p.name())
			switch {
			case p.accept("set not null"):
				c.NotNull = true
			case p.accept("set default"):
				c.Default = p.until(";")
			}
		}
	}
	for p.err == nil && !p.over() && !p.accept(";") {
		p.skip()
	}
}

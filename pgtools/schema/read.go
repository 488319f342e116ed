package schema

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// A schemaBuilder assembles a Schema.
type schemaBuilder struct {
	schema      *Schema
	definitions map[int]*definition // by dump id
	byName      map[Name]*definition
	order       []*definition // in the archive's order
	composites  map[Name][]Column
	broken      map[Name]error // types that could not be parsed
	ranges      map[Name]bool
}

// Read returns the tables of an archive. It never fails: if it cannot parse part of a
// table, it sets the table's Unread.
func Read(head *archive.Head) *Schema {
	b := &schemaBuilder{
		schema:      &Schema{Domains: map[Name]*Domain{}, Enums: map[Name][]string{}, Others: map[Name]string{}},
		definitions: map[int]*definition{},
		byName:      map[Name]*definition{},
		composites:  map[Name][]Column{},
		broken:      map[Name]error{},
		ranges:      map[Name]bool{},
	}
	for e := range head.All() {
		b.define(inUTF8(e))
	}
	for e := range head.All() {
		e = inUTF8(e)
		if err := b.alter(e); err != nil {
			for _, id := range e.Dependencies {
				if d := b.definitions[id]; d != nil {
					d.unread(fmt.Errorf("read %s %s: %w", strings.ToLower(e.Desc), e.Tag, err))
				}
			}
		}
	}
	b.resolve()
	return b.schema
}

// inUTF8 returns the entry with its text in UTF-8, like the text of masking rules.
func inUTF8(e *archive.Entry) *archive.Entry {
	u := *e
	u.Namespace, u.Tag = e.Names()
	u.Definition, u.Copy = e.Text(e.Definition), e.Text(e.Copy)
	return &u
}

func (d *definition) unread(err error) {
	if d.Unread == nil {
		d.Unread = err
	}
}

// define reads an entry that creates a table or a type, and records the names of views and
// sequences.
func (b *schemaBuilder) define(e *archive.Entry) {
	n := Name{e.Namespace, e.Tag}
	switch e.Desc {
	case "TABLE", "FOREIGN TABLE":
		p := parse(e.Definition)
		d := p.table()
		d.Name = n
		if p.err != nil {
			d.unread(fmt.Errorf("read its definition: %w", p.err))
		}
		b.definitions[e.ID] = d
		b.byName[n] = d
		b.order = append(b.order, d)
		if parent, is := ParentOf(e); is {
			d.PartitionOf = &parent
		}
	case "DOMAIN":
		p := parse(e.Definition)
		d := p.domain()
		d.Name = n
		b.schema.Domains[n] = d
		if p.err != nil {
			b.broken[n] = p.err
		}
	case "TYPE":
		if err := b.addType(n, e.Definition); err != nil {
			b.broken[n] = err
		}
	case "VIEW", "MATERIALIZED VIEW", "SEQUENCE":
		b.schema.Others[n] = strings.ToLower(e.Desc)
	}
}

// addType reads CREATE TYPE.
func (b *schemaBuilder) addType(n Name, sql string) error {
	p := parse(sql)
	p.expect("create type")
	p.qualified()
	switch {
	case p.accept("as enum"):
		labels := []string{}
		p.expect("(")
		for p.err == nil && !p.accept(")") {
			if p.peek(0).kind != literal {
				p.fail("byte %d: expected a label", p.peek(0).start)
			}
			labels = append(labels, p.peek(0).text)
			p.at++
			p.accept(",")
		}
		b.schema.Enums[n] = labels
	case p.accept("as range ("):
		b.ranges[n] = true
		for p.err == nil && !p.accept(")") {
			if p.accept("multirange_type_name =") {
				b.ranges[p.qualified()] = true
			} else {
				p.skip()
			}
			p.accept(",")
		}
	case p.accept("as ("):
		columns := []Column{}
		for p.err == nil && !p.accept(")") {
			c, _ := p.column(false)
			columns = append(columns, c)
			p.accept(",")
		}
		b.composites[n] = columns
	}
	return p.err
}

// domain consumes CREATE DOMAIN.
func (p *parser) domain() *Domain {
	d := &Domain{}
	p.expect("create domain")
	d.Name = p.qualified()
	p.expect("as")
	d.Base = p.typeName()
	for name := ""; p.err == nil && !p.over() && !p.accept(";"); {
		switch {
		case p.accept("constraint"):
			name = p.name()
		case p.accept("not null"):
			d.NotNull = true
		case p.sees("check"):
			p.at++
			d.Checks = append(d.Checks, Check{Name: name, SQL: p.condition()})
		case p.accept("default"):
			p.until("not null", "constraint", "check", "collate", ";")
		case p.accept("collate"):
			p.qualified()
		default:
			p.fail("byte %d: unexpected %q in the definition of a domain", p.peek(0).start, p.peek(0).text)
		}
	}
	return d
}

// alter reads an entry that changes a table or a type, or that contains rows.
func (b *schemaBuilder) alter(e *archive.Entry) error {
	switch e.Desc {
	case "TABLE DATA":
		return b.addRows(e)
	case "INDEX":
		return b.addIndex(e.Definition)
	case "TABLE ATTACH":
		return b.attach(e)
	case "DEFAULT", "CONSTRAINT", "FK CONSTRAINT", "CHECK CONSTRAINT", "SEQUENCE":
	default:
		return nil
	}
	p := parse(e.Definition)
	if p.accept("alter domain") {
		if d := b.schema.Domains[p.qualified()]; d != nil && p.accept("add constraint") {
			c := Check{Name: p.name(), NotValid: true}
			p.expect("check")
			c.SQL = p.condition()
			d.Checks = append(d.Checks, c)
		}
		return p.err
	}
	if !p.accept("alter table") && !p.accept("alter foreign table") {
		return p.err // CREATE SEQUENCE
	}
	p.accept("only")
	d := b.byName[p.qualified()]
	if p.err != nil || d == nil {
		return p.err // the entry of a view
	}
	switch {
	case p.accept("add constraint"):
		p.key(d, p.name())
	case p.accept("alter column"):
		p.alterColumn(d, p.name())
	}
	return p.err
}

// attach reads a TABLE ATTACH entry.
func (b *schemaBuilder) attach(e *archive.Entry) error {
	parent, is := ParentOf(e)
	if !is {
		return errors.New("it does not attach a partition")
	}
	if part := b.byName[nameOf(e)]; part != nil && b.byName[parent] != nil {
		part.PartitionOf = &parent
	}
	return nil
}

// alterColumn consumes a default or an identity.
func (p *parser) alterColumn(d *definition, name string) {
	c := d.ownColumn(name)
	switch {
	case p.accept("set default"):
		c.Default = p.until(";")
	case p.accept("add generated always as identity"):
		c.Identity, c.NotNull = IdentityAlways, true
	case p.accept("add generated by default as identity"):
		c.Identity, c.NotNull = IdentityDefault, true
	default:
		p.fail("byte %d: unexpected %q for column %q", p.peek(0).start, p.peek(0).text, name)
	}
}

// addRows reads the COPY statement of a TABLE DATA entry. The statement may name the
// partitioned table, while the entry names the partition.
func (b *schemaBuilder) addRows(e *archive.Entry) error {
	n := Name{e.Namespace, e.Tag}
	d := b.byName[n]
	if d == nil {
		// The table belongs to an extension, or the dump has rows only.
		d = &definition{Table: Table{Name: n, Unread: errors.New("its definition is not in the dump")}}
		b.byName[n] = d
		b.order = append(b.order, d)
	}
	d.DataID = e.ID
	if e.Copy == "" {
		return nil
	}
	p := parse(e.Copy)
	p.expect("copy")
	p.qualified()
	d.Copy = []string{}
	if p.sees("(") {
		d.Copy = p.names()
	}
	p.expect("from stdin")
	if p.err != nil {
		d.Copy = nil
	}
	return p.err
}

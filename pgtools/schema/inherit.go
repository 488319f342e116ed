package schema

import (
	"cmp"
	"fmt"
	"slices"
)

// maxDepth limits chains of partitions, inherited tables and domains. In a hostile archive
// such a chain may be a cycle.
const maxDepth = 100

// resolve adds inherited columns to the tables, and definitions to the types.
func (b *schemaBuilder) resolve() {
	done := map[Name]bool{}
	for _, d := range b.order {
		b.inherit(d, done, 0)
		b.schema.Tables = append(b.schema.Tables, &d.Table)
	}
	for _, d := range b.order {
		for i := range d.Columns {
			b.completeColumn(d, &d.Columns[i])
		}
	}
	for n, d := range b.schema.Domains {
		if err := b.describe(&d.Base, 0); err != nil && b.broken[n] == nil {
			b.broken[n] = err
		}
	}
}

func (b *schemaBuilder) completeColumn(d *definition, c *Column) {
	if c.Type.SQL == "" {
		d.unread(fmt.Errorf("the archive has no type for column %s", Quote(c.Name)))
		return
	}
	if err := b.describe(&c.Type, 0); err != nil {
		d.unread(fmt.Errorf("read the type of column %s: %w", Quote(c.Name), err))
	}
	t := c.Type
	for !t.Array && t.Base != nil {
		if domain := b.schema.Domains[t.Name]; domain != nil && domain.NotNull {
			c.NotNull = true
		}
		t = *t.Base
	}
}

// describe adds the archive's details about a type.
func (b *schemaBuilder) describe(t *Type, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("domains form a cycle")
	}
	if err := b.broken[t.Name]; err != nil {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	_, t.Composite = b.composites[t.Name]
	t.Composite = t.Composite || b.ranges[t.Name] || b.byName[t.Name] != nil
	t.Labels = b.schema.Enums[t.Name]
	if d := b.schema.Domains[t.Name]; d != nil {
		base := d.Base
		t.Base = &base
		return b.describe(t.Base, depth+1)
	}
	return nil
}

// inherit adds the columns and checks of d's parents and row type to d.
func (b *schemaBuilder) inherit(d *definition, done map[Name]bool, depth int) {
	if done[d.Name] || depth > maxDepth {
		return
	}
	done[d.Name] = true
	var columns []Column
	if d.of != nil {
		columns = append(columns, b.composites[*d.of]...)
		if len(columns) == 0 {
			d.unread(fmt.Errorf("its row type %s is not in the archive", d.of))
		}
	}
	parents := d.Inherits
	if d.PartitionOf != nil {
		parents = []Name{*d.PartitionOf}
	}
	for _, name := range parents {
		parent := b.byName[name]
		if parent == nil {
			d.unread(fmt.Errorf("%s, which it inherits from, is not in the archive", name))
			continue
		}
		b.inherit(parent, done, depth+1)
		if parent.Unread != nil {
			d.unread(fmt.Errorf("%s, which it inherits from: %w", name, parent.Unread))
		}
		for _, c := range parent.Checks {
			if !parent.noInherit[c.Name] && !d.hasCheck(c) {
				d.Checks = append(d.Checks, c)
			}
		}
		if d.PartitionOf == nil {
			for _, c := range parent.Columns {
				c.Identity = NoIdentity
				c.NotNull = c.NotNull && !parent.alone[c.Name]
				columns = merge(columns, c)
			}
		}
	}
	for _, c := range d.Columns {
		columns = merge(columns, c)
	}
	d.Columns = columns
}

func (d *definition) hasCheck(c Check) bool {
	return slices.ContainsFunc(d.Checks, func(own Check) bool { return own.Name == c.Name && own.SQL == c.SQL })
}

// merge adds c to columns, or merges it into the column with the same name.
func merge(columns []Column, c Column) []Column {
	for i := range columns {
		have := &columns[i]
		if have.Name != c.Name {
			continue
		}
		have.NotNull = have.NotNull || c.NotNull
		if c.Type.SQL != "" {
			have.Type = c.Type
		}
		have.Default, have.Collation = cmp.Or(c.Default, have.Default), cmp.Or(c.Collation, have.Collation)
		have.Identity = cmp.Or(c.Identity, have.Identity)
		if c.Generated != NotGenerated {
			have.Generated, have.Formula = c.Generated, c.Formula
		}
		return columns
	}
	return append(columns, c)
}

package schema

import (
	"iter"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Partitions maps each partition to its parent, the table to which it is attached.
type Partitions map[Name]Name

// PartitionsOf reads the partitions of an archive. From version 14 on, pg_dump attaches
// a partition in a separate entry, TABLE ATTACH; earlier versions use a statement after
// the partition's definition.
func PartitionsOf(h *archive.Head) Partitions { return partitionsOf(h, inUTF8) }

// partitionsOf reads the partitions of an archive after converting its entries.
func partitionsOf(h *archive.Head, convert func(*archive.Entry) *archive.Entry) Partitions {
	found := Partitions{}
	for e := range h.All() {
		if !mayAttach(e) {
			continue
		}
		e = convert(e)
		if parent, is := ParentOf(e); is {
			found[nameOf(e)] = parent
		}
	}
	return found
}

// Ancestors yields n, its parent, the parent's parent, and so on. It stops after maxDepth
// tables: a hostile archive may attach partitions in a cycle.
func (p Partitions) Ancestors(n Name) iter.Seq[Name] {
	return func(yield func(Name) bool) {
		for is, depth := true, 0; is && depth < maxDepth && yield(n); depth++ {
			n, is = p[n]
		}
	}
}

// Attachments maps the dump id of each partition to that of its parent.
func Attachments(h *archive.Head) map[int]int {
	partitions := partitionsOf(h, asIs)
	ids := map[Name]int{}
	for e := range h.All() {
		if isTable(e) {
			ids[nameOf(e)] = e.ID
		}
	}
	found := map[int]int{}
	for part, whole := range partitions {
		if ids[part] != 0 && ids[whole] != 0 {
			found[ids[part]] = ids[whole]
		}
	}
	return found
}

// ParentOf returns the table to which an entry attaches a partition. The entry is a TABLE
// ATTACH entry, or that of the partition itself.
func ParentOf(e *archive.Entry) (parent Name, is bool) {
	if !mayAttach(e) {
		return Name{}, false
	}
	p := parse(e.Definition)
	for p.err == nil && !p.over() {
		if p.accept("alter table") {
			p.accept("only")
			of := p.qualified()
			if p.accept("attach partition") && p.qualified() == nameOf(e) && p.err == nil {
				return of, true
			}
		}
		for p.err == nil && !p.over() && !p.accept(";") {
			p.skip()
		}
	}
	return Name{}, false
}

// mayAttach reports whether an entry needs to be parsed to find a parent.
func mayAttach(e *archive.Entry) bool {
	return (isTable(e) || e.Desc == "TABLE ATTACH") && strings.Contains(e.Definition, " ATTACH PARTITION ")
}

func isTable(e *archive.Entry) bool { return e.Desc == "TABLE" || e.Desc == "FOREIGN TABLE" }

func nameOf(e *archive.Entry) Name { return Name{e.Namespace, e.Tag} }

func asIs(e *archive.Entry) *archive.Entry { return e }

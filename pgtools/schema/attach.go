package schema

import (
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Attachments returns, by the dump id of each partition, the dump id of the table
// that it is attached to. From version 14 on that has an entry of its own, TABLE
// ATTACH, which depends on both; before, it is a statement after the partition's
// definition.
func Attachments(h *archive.Head) map[int]int {
	byID := h.ByID()
	found := map[int]int{}
	for i := range h.Entries {
		e := &h.Entries[i]
		part, whole := 0, 0
		switch e.Desc {
		case "TABLE ATTACH":
			for _, id := range e.Dependencies {
				switch t := byID[id]; {
				case t == nil || !isTable(t):
				case t.Namespace == e.Namespace && t.Tag == e.Tag:
					part = id
				default:
					whole = id
				}
			}
		case "TABLE", "FOREIGN TABLE":
			of, attached := attachedTo(e)
			for _, id := range e.Dependencies {
				if t := byID[id]; attached && t != nil && isTable(t) && (Name{t.Namespace, t.Tag}) == of {
					part, whole = e.ID, id
				}
			}
		}
		if part != 0 && whole != 0 {
			found[part] = whole
		}
	}
	return found
}

func isTable(e *archive.Entry) bool { return e.Desc == "TABLE" || e.Desc == "FOREIGN TABLE" }

// attachedTo returns the table to which a TABLE ATTACH entry, or what follows the
// definition of a table, attaches a partition.
func attachedTo(e *archive.Entry) (whole Name, is bool) {
	if !strings.Contains(e.Definition, " ATTACH PARTITION ") {
		return Name{}, false
	}
	p := parse(e.Definition)
	for p.err == nil && !p.over() {
		if p.accept("alter table") {
			p.accept("only")
			of := p.qualified()
			if p.accept("attach partition") && p.qualified() == (Name{e.Namespace, e.Tag}) && p.err == nil {
				return of, true
			}
		}
		for p.err == nil && !p.over() && !p.accept(";") {
			p.skip()
		}
	}
	return Name{}, false
}

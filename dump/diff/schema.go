package diff

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// An Object is an object of the schema that differs.
type Object struct {
	Kind     string // kind as pg_dump writes it, such as "TABLE" or "INDEX"
	Name     string // such as "public.users", in UTF-8
	From, To string // SQL in UTF-8; "" if the dump lacks the object
}

// identity identifies an object. Several objects of a dump may share one, such as two
// comments.
type identity struct{ kind, name string }

// objects returns the objects that differ: those of the second dump in its order, then
// those only in the first.
func objects(from, to *archive.Head) (differ []Object) {
	before, old := inOrder(from)
	after, now := inOrder(to)
	for _, id := range now {
		before, after := before[id], after[id]
		for i, sql := range after {
			o := Object{Kind: id.kind, Name: id.name, To: sql}
			if i < len(before) {
				o.From = before[i]
			}
			if o.From != o.To {
				differ = append(differ, o)
			}
		}
	}
	for _, id := range old {
		for _, sql := range before[id][min(len(before[id]), len(after[id])):] {
			differ = append(differ, Object{Kind: id.kind, Name: id.name, From: sql})
		}
	}
	return differ
}

// inOrder returns the SQL of the schema's objects, and their identities in the order of the
// head.
func inOrder(h *archive.Head) (sql map[identity][]string, ids []identity) {
	sql = map[identity][]string{}
	for e := range h.All() {
		if e.HasBlock() || slices.Contains([]string{"ENCODING", "STDSTRINGS", "SEARCHPATH", "SEQUENCE SET", "BLOB", "BLOB METADATA", "MATERIALIZED VIEW DATA", "STATISTICS DATA"}, e.Desc) {
			continue
		}
		id := identity{e.Desc, nameOf(e)}
		if sql[id] == nil {
			ids = append(ids, id)
		}
		sql[id] = append(sql[id], sqlOf(e))
	}
	return sql, ids
}

// nameOf returns the name of an object. It may have a signature, or consist of two names.
// Some tags begin with the kind of the object they refer to.
func nameOf(e *archive.Entry) string {
	namespace, tag := e.Names()
	switch {
	case namespace == "":
		return tag
	case slices.Contains([]string{"COMMENT", "ACL", "SECURITY LABEL", "DEFAULT ACL"}, e.Desc):
		return tag + " in " + namespace
	}
	return namespace + "." + tag
}

// sqlOf returns the definition of an object, followed by its owner, tablespace and access
// method.
func sqlOf(e *archive.Entry) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(e.Definition) + "\n")
	for _, fact := range [][2]string{{"owner", e.Owner}, {"tablespace", e.Tablespace}, {"access method", e.AccessMethod}} {
		if fact[1] != "" {
			b.WriteString("-- " + fact[0] + ": " + fact[1] + "\n")
		}
	}
	return e.Text(b.String())
}

// movedSequences counts the sequences whose value differs.
func movedSequences(from, to *archive.Head) (n int) {
	values := map[schema.Name]string{}
	for e := range from.All() {
		if e.Desc == "SEQUENCE SET" {
			values[nameIn(e)] = e.Text(e.Definition)
		}
	}
	for e := range to.All() {
		if e.Desc == "SEQUENCE SET" && values[nameIn(e)] != e.Text(e.Definition) {
			n++
		}
	}
	return n
}

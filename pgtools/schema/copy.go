package schema

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// CopyStatements returns the COPY statement of each TABLE DATA entry that has one,
// by dump id, made anew of table and columns. A statement that does more than copy
// rows from standard input into the entry's table, or into the partitioned table
// that this is a part of, is an error which names the entry.
func CopyStatements(h *archive.Head) (map[int]string, error) {
	parents := parentsOf(h)
	statements := map[int]string{}
	for i := range h.Entries {
		e := &h.Entries[i]
		if e.Desc != "TABLE DATA" || e.Copy == "" {
			continue
		}
		into, statement, err := copyInto(e.Copy)
		if err == nil && !parents.has(Name{e.Namespace, e.Tag}, into) {
			err = fmt.Errorf("its COPY statement names another table, %s", into)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e, err)
		}
		statements[e.ID] = statement
	}
	return statements, nil
}

var errCopy = errors.New("its COPY statement is not of the form COPY table (columns) FROM stdin")

// copyInto takes a COPY statement apart, and puts it together again from the names
// in it, as pg_dump does.
func copyInto(sql string) (into Name, statement string, err error) {
	p := parse(sql)
	p.expect("copy")
	schema, schemaSQL := p.copyName()
	p.expect(".")
	table, tableSQL := p.copyName()
	columns := ""
	if p.accept("(") {
		var names []string
		for p.err == nil && !p.accept(")") {
			if len(names) > 0 {
				p.expect(",")
			}
			_, name := p.copyName()
			names = append(names, name)
		}
		columns = "(" + strings.Join(names, ", ") + ")"
	}
	if p.expect("from stdin"); p.err == nil {
		p.accept(";")
	}
	if p.err != nil || !p.over() {
		return into, "", errCopy
	}
	return Name{schema, table}, "COPY " + schemaSQL + "." + tableSQL + " " + columns + " FROM stdin;\n", nil
}

// copyName takes a name, and returns how to write it: in quotes, unless it had none
// and needs none.
func (p *parser) copyName() (name, sql string) {
	bare := p.peek(0).kind == word
	name = p.name()
	if bare && Quote(name) == name {
		return name, name
	}
	return name, `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// parents are the partitioned tables that tables are parts of.
type parents struct {
	of      map[Name]Name
	defined map[Name]bool // tables that the archive makes
}

func parentsOf(h *archive.Head) parents {
	found := parents{map[Name]Name{}, map[Name]bool{}}
	for i := range h.Entries {
		switch e := &h.Entries[i]; e.Desc {
		case "TABLE", "FOREIGN TABLE":
			found.defined[Name{e.Namespace, e.Tag}] = true
			fallthrough
		case "TABLE ATTACH":
			if whole, is := attachedTo(e); is {
				found.of[Name{e.Namespace, e.Tag}] = whole
			}
		}
	}
	return found
}

// has reports whether the rows of a table may be copied into another: into itself,
// or a table that it is a part of. In an archive of rows alone nothing says what is
// a part of what.
func (p parents) has(table, into Name) bool {
	for range maxDepth {
		if table == into {
			return true
		}
		whole, isPart := p.of[table]
		if !isPart {
			break
		}
		table = whole
	}
	return len(p.defined) == 0 && !isCatalog(into.Schema)
}

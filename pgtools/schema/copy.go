package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// CopyStatements returns a COPY statement for each TABLE DATA entry that has one, by dump
// id, rebuilt from the names of the table and its columns. The original must copy rows from
// standard input into the entry's table, or into a partitioned table above it. For any
// other statement, CopyStatements returns an error that names the entry.
func CopyStatements(h *archive.Head) (map[int]string, error) {
	mayCopy := mayCopy(h)
	statements := map[int]string{}
	for e := range h.All() {
		if e.Desc != "TABLE DATA" || e.Copy == "" {
			continue
		}
		into, _, statement, err := copyInto(e.Copy)
		if err == nil && !mayCopy(nameOf(e), into) {
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

// CopyTarget returns the table in a COPY statement, or false for any other statement.
func CopyTarget(statement string) (Name, bool) {
	into, _, _, err := copyInto(statement)
	return into, err == nil
}

// CopyColumns returns the columns that a COPY statement of pg_dump lists, as SQL such as
// "\"first name\"". ok is false for any other statement.
func CopyColumns(statement string) (columns []string, ok bool) {
	_, columns, _, err := copyInto(statement)
	return columns, err == nil
}

// copyInto parses a COPY statement into its table and its columns. It rebuilds the
// statement from these names, as pg_dump would write it.
func copyInto(sql string) (into Name, columns []string, statement string, err error) {
	p := parse(sql)
	p.expect("copy")
	schema, schemaSQL := p.copyName()
	p.expect(".")
	table, tableSQL := p.copyName()
	list := ""
	if p.accept("(") {
		for p.err == nil && !p.accept(")") {
			if len(columns) > 0 {
				p.expect(",")
			}
			_, name := p.copyName()
			columns = append(columns, name)
		}
		list = "(" + strings.Join(columns, ", ") + ")"
	}
	if p.expect("from stdin"); p.err == nil {
		p.accept(";")
	}
	if p.err != nil || !p.over() {
		return into, nil, "", errCopy
	}
	return Name{schema, table}, columns, "COPY " + schemaSQL + "." + tableSQL + " " + list + " FROM stdin;\n", nil
}

// copyName consumes a name and returns it together with its SQL, which has no quotes if the
// original had none and needs none.
func (p *parser) copyName() (name, sql string) {
	bare := p.peek(0).kind == word
	name = p.name()
	if bare && Quote(name) == name {
		return name, name
	}
	return name, `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// mayCopy returns a function that reports whether the rows of a table may be copied into
// another one: the table itself, or a table above it. An archive of only rows does not
// record partitions, so mayCopy then allows any table except Postgres's own.
func mayCopy(h *archive.Head) func(table, into Name) bool {
	partitions := partitionsOf(h, asIs)
	defines := slices.ContainsFunc(h.Entries, func(e archive.Entry) bool { return isTable(&e) })
	return func(table, into Name) bool {
		for n := range partitions.Ancestors(table) {
			if n == into {
				return true
			}
		}
		return !defines && !isCatalog(into.Schema)
	}
}

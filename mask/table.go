package mask

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// A Method changes one value that is not NULL. It appends the new value, in the
// text form that Postgres reads for the column's type and not escaped, to dst.
// null says that the new value is NULL; dst is then returned as it was.
//
// It may be called by several goroutines at once, and keeps neither slice.
type Method func(dst, value []byte) (masked []byte, null bool, err error)

// Table is what happens to the rows of one table.
type Table struct {
	Name    string   // for errors, such as "public.users"
	None    bool     // no rows at all
	Columns []Column // those of the COPY statement, in its order
}

// Column is what happens to one column of a Table.
type Column struct {
	Name   string
	Method Method // nil: as it is
}

// Reader returns the rows of r masked. Both are in COPY's text format, r up to
// the line "\." that ends the rows, or its end; what follows that line passes as
// it is. An error names the row's number, counted from 1, and the column, and
// never a value.
func (t *Table) Reader(r io.Reader) io.Reader {
	return &reader{table: t, in: bufio.NewReaderSize(r, 64<<10)}
}

type reader struct {
	table *Table
	in    *bufio.Reader
	row   int64
	out   []byte // masked, not yet read
	rest  []byte
	over  bool // the rows are
	err   error
}

// Read implements io.Reader.
func (m *reader) Read(p []byte) (int, error) {
	for len(m.rest) == 0 {
		if m.err != nil {
			return 0, m.err
		}
		if m.over {
			return m.in.Read(p)
		}
		m.next()
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

// next masks one row.
func (m *reader) next() {
	line, err := m.in.ReadBytes('\n')
	if m.err = err; len(line) == 0 {
		return
	}
	m.row++
	m.out = m.out[:0]
	switch body := bytes.TrimSuffix(line, []byte("\n")); {
	case string(body) == `\.`:
		m.over = true
		m.out = append(m.out, line...)
	case errors.Is(err, io.EOF):
		m.err = fmt.Errorf("%s: row %d: %w", m.table.Name, m.row, io.ErrUnexpectedEOF)
	case m.table.None:
	default:
		if m.err = m.mask(body); m.err == nil {
			m.out = append(m.out, '\n')
		}
	}
	m.rest = m.out
}

func (m *reader) mask(row []byte) error {
	fields := bytes.Split(row, []byte("\t"))
	if len(fields) != len(m.table.Columns) {
		return fmt.Errorf("%s: row %d: %d columns instead of %d", m.table.Name, m.row, len(fields), len(m.table.Columns))
	}
	for i, f := range fields {
		if i > 0 {
			m.out = append(m.out, '\t')
		}
		c := m.table.Columns[i]
		if c.Method == nil || string(f) == `\N` {
			m.out = append(m.out, f...)
			continue
		}
		masked, null, err := c.Method(nil, Unescape(nil, f))
		switch {
		case err != nil:
			return fmt.Errorf("%s: row %d: column %s: %w", m.table.Name, m.row, c.Name, err)
		case null:
			m.out = append(m.out, `\N`...)
		default:
			m.out = Escape(m.out, masked)
		}
	}
	return nil
}

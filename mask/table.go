package mask

import (
	"bytes"
	"io"
)

// A Method changes one value that is not NULL. It appends the new value, in the
// text form that Postgres reads for the column's type and not escaped, to dst.
// null says that the new value is NULL; dst is then returned as it was. An error
// never tells anything of the value.
//
// It may be called by several goroutines at once, keeps neither slice, and does
// not change value.
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
	Where  *Where // nil: in every row
}

// Where picks the rows in which a column of the Table has a value.
type Where struct {
	Column int    // its place in Table.Columns
	Value  string // as it is, not escaped
}

// picks tells whether a row is one of them.
func (w *Where) picks(row []byte) bool {
	if w == nil {
		return true
	}
	for range w.Column {
		_, row, _ = bytes.Cut(row, []byte{'\t'})
	}
	field, _, _ := bytes.Cut(row, []byte{'\t'})
	return string(field) == string(Escape(nil, []byte(w.Value)))
}

// Reader returns the rows of r masked. Both are in COPY's text format, r up to
// the line "\." that ends the rows, or its end; what follows that line passes as
// it is. An error names the row's number, counted from 1, and the column, and
// never a value. Rows before it are read first.
//
// It holds one row in memory, and at least 64 kB.
func (t *Table) Reader(r io.Reader) io.Reader {
	return &reader{masker: masker{table: t, masked: maskedColumns(t.Columns)}, in: r}
}

// Rows appends rows, masked, to dst. They are whole, without the line that ends
// all. before is how many rows came before them, for errors.
func (t *Table) Rows(dst, rows []byte, before int64) ([]byte, error) {
	m := masker{table: t, masked: maskedColumns(t.Columns), number: before, out: dst}
	for len(rows) > 0 {
		row, rest, whole := bytes.Cut(rows, []byte{'\n'})
		if !whole {
			m.number++
			return m.out, m.fault("", io.ErrUnexpectedEOF)
		}
		if err := m.mask(row); err != nil {
			return m.out, err
		}
		rows = rest
	}
	return m.out, nil
}

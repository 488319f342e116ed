package rows

import (
	"bytes"
	"io"
	"slices"

	"github.com/rubyforgood/hectl/mask/methods"
)

// Table is what happens to the rows of one table.
type Table struct {
	Name    string   // for errors, such as "public.users"
	None    bool     // no rows at all
	Columns []Column // those of the COPY statement, in its order

	// Key are the places of the columns that tell a row from all others, of which
	// each comes before the first that draws for each row; without any, its number
	// does.
	Key []int
}

// Column is what happens to one column of a Table.
type Column struct {
	Name   string
	Method methods.Func // nil to keep the values
	Where  *Where       // nil for every row

	PerRow bool   // Method draws for each row
	Scope  []byte // identifies the column among those of all tables, for a PerRow Method
	Blind  bool   // Method looks only at whether a value is empty
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
// It holds about 1 MiB in memory. Of a longer row it holds the values that are
// masked, one at a time, and refuses one of more than MaxValue; of such a row, some
// may be read before its error.
func (t *Table) Reader(r io.Reader) io.Reader { return t.ReaderAfter(r, 0) }

// ReaderAfter is Reader for rows that come after so many others of the table.
func (t *Table) ReaderAfter(r io.Reader, before int64) io.Reader {
	return &reader{masker: newMasker(t, before), in: r}
}

// Rows appends rows, masked, to dst. They are whole, without the line that ends
// all. before is how many rows of the table came before them.
func (t *Table) Rows(dst, rows []byte, before int64) ([]byte, error) {
	m := newMasker(t, before)
	m.out = dst
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

// Masks reports whether the table, which may be nil, has a method for a column in
// every row.
func (t *Table) Masks(column string) bool {
	return t != nil && slices.ContainsFunc(t.Columns, func(c Column) bool {
		return c.Name == column && c.Method != nil && c.Where == nil
	})
}

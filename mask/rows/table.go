package rows

import (
	"bytes"
	"io"
	"slices"

	"github.com/rubyforgood/hectl/mask/methods"
)

// A Table masks the rows of one table.
type Table struct {
	Name    string   // for errors, such as "public.users"
	None    bool     // leave out all rows
	Columns []Column // in the order of the COPY statement

	// Key has the indexes of the columns that identify a row, for methods that are PerRow.
	// They precede the first column that is PerRow. If Key is empty, the row's number
	// identifies the row.
	Key []int
}

// A Column masks one column of a Table.
type Column struct {
	Name   string
	Method methods.Func // nil keeps the values
	Where  *Where       // nil means every row

	PerRow bool   // Method draws for each row
	Scope  []byte // identifies the column among all tables; only if PerRow
	Blind  bool   // Method only needs to know whether a value is empty
}

// Where selects the rows with a given value in a column.
type Where struct {
	Column int    // index in Table.Columns
	Value  string // not escaped
}

// picks reports whether w selects a row. A nil w selects all.
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

// Reader returns the masked rows of r. Both are in COPY's text format. r may have a line
// "\." after the rows; everything after it passes unchanged. An error has the row's number,
// counted from 1, and the column, but never a value. Reader returns the error after all
// preceding rows.
//
// Reader needs about 1 MiB of memory. For a longer row, it buffers only the masked values,
// one at a time, and refuses a value longer than maxValue. It may return part of such a row
// before its error.
func (t *Table) Reader(r io.Reader) io.Reader { return t.ReaderAfter(r, 0) }

// ReaderAfter is like Reader, for a later part of the table. before is the number of rows
// that precede it.
func (t *Table) ReaderAfter(r io.Reader, before int64) io.Reader {
	return &reader{masker: newMasker(t, before), in: r}
}

// Rows masks rows and appends them to dst. rows must be complete and without the line "\.".
// before is the number of preceding rows in the table.
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

// Masks reports whether the table, which may be nil, masks a column in every row.
func (t *Table) Masks(column string) bool {
	return t != nil && slices.ContainsFunc(t.Columns, func(c Column) bool {
		return c.Name == column && c.Method != nil && c.Where == nil
	})
}

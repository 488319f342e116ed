package rows

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// A masker masks rows, one after the other, into out.
type masker struct {
	table  *Table
	masked []int // those of table.Columns that have a method
	number int64 // of the last row, counted from 1
	out    []byte
	draws  bool   // a column draws for each row
	key    []byte // what tells the row from others, when one does
	row    []byte // the same, and the column
	value  []byte // unescaped, used again and again
	plain  []byte // masked and not yet escaped, as well
}

func newMasker(t *Table, before int64) masker {
	return masker{
		table: t, masked: maskedColumns(t.Columns), number: before,
		draws: slices.ContainsFunc(t.Columns, func(c Column) bool { return c.PerRow }),
	}
}

// maskedColumns returns the indexes of the columns that have a method.
func maskedColumns(columns []Column) []int {
	var masked []int
	for i, c := range columns {
		if c.Method != nil {
			masked = append(masked, i)
		}
	}
	return masked
}

// mask appends row, which has no newline, masked to out with one. After an error
// out is as it was.
func (m *masker) mask(row []byte) error {
	m.number++
	if m.table.None {
		return nil
	}
	length := len(m.out)
	err := m.columns(row)
	if err != nil {
		m.out = m.out[:length]
		return err
	}
	m.out = append(m.out, '\n')
	return nil
}

func (m *masker) columns(row []byte) error {
	if m.draws {
		m.keyOf(row)
	}
	rest, next := row, 0 // next is the column that rest begins with
	for _, i := range m.masked {
		// Columns between two masked ones are copied at once.
		at := 0
		for ; next < i; next++ {
			tab := bytes.IndexByte(rest[at:], '\t')
			if tab < 0 {
				return m.count(row)
			}
			at += tab + 1
		}
		m.out = append(m.out, rest[:at]...)
		rest = rest[at:]

		tab := bytes.IndexByte(rest, '\t')
		if last := i == len(m.table.Columns)-1; last != (tab < 0) {
			return m.count(row)
		}
		field := rest
		if tab >= 0 {
			field, rest = rest[:tab], rest[tab:]
		} else {
			rest = nil
		}
		if c := &m.table.Columns[i]; !c.Where.picks(row) {
			m.out = append(m.out, field...)
		} else if err := m.field(field, c); err != nil {
			return err
		}
		if tab >= 0 {
			m.out = append(m.out, '\t')
			rest = rest[1:]
		}
		next++
	}
	if columns := len(m.table.Columns); next < columns && bytes.Count(rest, []byte{'\t'}) != columns-next-1 || columns == 0 && len(row) > 0 {
		return m.count(row)
	}
	m.out = append(m.out, rest...)
	return nil
}

// field appends a column's value, masked, to out.
func (m *masker) field(field []byte, c *Column) error {
	value := field
	if bytes.IndexByte(field, '\\') >= 0 {
		if string(field) == `\N` {
			m.out = append(m.out, field...)
			return nil
		}
		if endsEscaping(field) {
			return m.fault(c.Name, errors.New("ends in a backslash"))
		}
		m.value = Unescape(m.value[:0], field)
		value = m.value
	}
	if bytes.IndexByte(field, '\r') >= 0 {
		return m.fault(c.Name, errors.New("has a carriage return that is not escaped"))
	}
	from := len(m.out)
	masked, null, err := m.apply(c, value)
	if err != nil {
		return m.fault(c.Name, err)
	}
	m.put(masked, from, null)
	return nil
}

// put has masked, which is out and from from on a value, take the place of out.
func (m *masker) put(masked []byte, from int, null bool) {
	if null {
		m.out = append(m.out, `\N`...)
		return
	}
	m.out = masked
	// Hardly any value has anything to escape, and those that have are rare
	// enough to be copied.
	if i := special(masked[from:]); i >= 0 {
		m.plain = append(m.plain[:0], masked[from+i:]...)
		m.out = Escape(masked[:from+i], m.plain)
	}
}

// apply appends a value, masked, to out.
func (m *masker) apply(c *Column, value []byte) (masked []byte, null bool, err error) {
	if !c.PerRow {
		return c.Method(m.out, value, nil)
	}
	m.row = append(append(m.row[:0], c.Scope...), m.key...)
	return c.Method(m.out, value, m.row)
}

// endsEscaping says whether field ends in a backslash that escapes what comes
// after it.
func endsEscaping(field []byte) bool {
	n := len(field) - len(bytes.TrimRight(field, `\`))
	return n%2 == 1
}

// count returns the error about a row with the wrong number of columns. Where
// columns are missing it names the first; where there are more, the last.
func (m *masker) count(row []byte) error {
	have, want := bytes.Count(row, []byte{'\t'})+1, len(m.table.Columns)
	column := ""
	if want > 0 {
		column = m.table.Columns[min(have, want-1)].Name
	}
	return m.fault(column, fmt.Errorf("%d columns instead of %d", have, want))
}

// fault returns err with the place where it happened.
func (m *masker) fault(column string, err error) error {
	return &RowError{Table: m.table.Name, Row: m.number, Column: column, Err: err}
}

// A RowError says which row of a table cannot be masked. The archive that it is in
// may be damaged: only gzip has a checksum of its own.
type RowError struct {
	Table  string
	Row    int64  // from 1
	Column string // "" when it is about the row as a whole
	Err    error
}

// Error implements error.
func (e *RowError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("%s: row %d: %v", e.Table, e.Row, e.Err)
	}
	return fmt.Sprintf("%s: row %d: column %s: %v", e.Table, e.Row, e.Column, e.Err)
}

// Unwrap returns what is wrong with the row.
func (e *RowError) Unwrap() error { return e.Err }

// keyOf notes what tells a row from others.
func (m *masker) keyOf(row []byte) {
	if m.table.Key == nil {
		m.key = strconv.AppendInt(m.key[:0], m.number, 10)
		return
	}
	m.key = m.key[:0]
	for _, place := range m.table.Key {
		rest := row
		for range place {
			_, rest, _ = bytes.Cut(rest, []byte{'\t'})
		}
		field, _, _ := bytes.Cut(rest, []byte{'\t'})
		m.key = append(append(m.key, field...), '\t')
	}
}

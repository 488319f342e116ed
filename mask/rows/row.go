package rows

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// A masker masks rows, one after another, and appends them to out.
type masker struct {
	table  *Table
	masked []int // indexes of the columns that have a method
	number int64 // number of the last row, from 1
	out    []byte
	draws  bool   // some column is PerRow
	key    []byte // identifies the row
	row    []byte // the column's scope and key, reused
	value  []byte // an unescaped value, reused
	plain  []byte // a masked value before it is escaped, reused
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

// mask masks row, which has no newline, and appends it to out with a newline. After an
// error, out is unchanged.
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
	rest, next := row, 0 // next is the index of the first column of rest
	for _, i := range m.masked {
		// Copy all columns before the next masked one at once.
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

// field appends the masked value of a column.
func (m *masker) field(field []byte, c *Column) error {
	value := field
	if bytes.IndexByte(field, '\\') >= 0 {
		if string(field) == `\N` {
			m.out = append(m.out, field...)
			return nil
		}
		if endsEscaping(field) {
			return m.fault(c.Name, errors.New("ends with a backslash"))
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

// put appends the masked value of a column. masked is out, followed by the value at index
// from.
func (m *masker) put(masked []byte, from int, null bool) {
	if null {
		m.out = append(m.out, `\N`...)
		return
	}
	m.out = masked
	// Few values need escaping, so copying them is cheap enough.
	if i := special(masked[from:]); i >= 0 {
		m.plain = append(m.plain[:0], masked[from+i:]...)
		m.out = Escape(masked[:from+i], m.plain)
	}
}

// apply masks a value and appends it to out without escaping it.
func (m *masker) apply(c *Column, value []byte) (masked []byte, null bool, err error) {
	if !c.PerRow {
		return c.Method(m.out, value, nil)
	}
	m.row = append(append(m.row[:0], c.Scope...), m.key...)
	return c.Method(m.out, value, m.row)
}

// endsEscaping reports whether field ends with a backslash that escapes the next byte.
func endsEscaping(field []byte) bool {
	n := len(field) - len(bytes.TrimRight(field, `\`))
	return n%2 == 1
}

// count returns the error for a row with the wrong number of columns. It names the first
// missing column, or the last one before the extra ones.
func (m *masker) count(row []byte) error {
	have, want := bytes.Count(row, []byte{'\t'})+1, len(m.table.Columns)
	column := ""
	if want > 0 {
		column = m.table.Columns[min(have, want-1)].Name
	}
	return m.fault(column, fmt.Errorf("%d columns instead of %d", have, want))
}

// fault returns err with the current row and the column.
func (m *masker) fault(column string, err error) error {
	return &RowError{Table: m.table.Name, Row: m.number, Column: column, Err: err}
}

// A RowError reports a row that cannot be masked. The archive may be damaged: only gzip
// has a checksum.
type RowError struct {
	Table  string
	Row    int64  // from 1
	Column string // "" means the whole row
	Err    error
}

// Error returns the place and the cause.
func (e *RowError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("%s: row %d: %v", e.Table, e.Row, e.Err)
	}
	return fmt.Sprintf("%s: row %d: column %s: %v", e.Table, e.Row, e.Column, e.Err)
}

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Err }

// keyOf sets key to the fields that identify row.
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

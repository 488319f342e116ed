package rows

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/rubyforgood/hectl/internal/fault"
)

const (
	// longRow is the length from which hectl no longer keeps a row in memory.
	longRow = 1 << 20 // in bytes

	// maxValue is the longest value that a method takes, in bytes of COPY's text format,
	// which uses two bytes for each byte of a bytea. Several copies of a value are in
	// memory at once.
	maxValue = 32 << 20

	// maxRow is the longest row in COPY's text format, in bytes. Postgres refuses longer
	// rows: MaxAllocSize in src/include/utils/memutils.h.
	maxRow = 1<<30 - 1
)

// blindPrefix is the number of bytes that show whether a value is NULL or empty.
const blindPrefix = 3

// long is the state of a row that is masked as it arrives. It passes unmasked values on,
// and buffers values to mask, one at a time.
type long struct {
	column int      // index of the current column
	masked bool     // whether the current column is masked
	length int      // length of the row so far, in bytes
	field  []byte   // buffered part of the current column's value
	size   int      // size of the current column's value so far, in bytes
	kept   [][]byte // values of the columns that affect the masking of others
}

// begin starts a long row, whose first bytes are in buf.
func (r *reader) begin() {
	r.number++
	r.long = &long{kept: make([][]byte, len(r.table.Columns))}
	r.seen = 0
	if r.draws && r.table.Key == nil {
		r.keyOf(nil)
	}
	r.column()
}

// column starts the next column of a long row.
func (r *reader) column() {
	l := r.long
	l.field, l.size, l.masked = l.field[:0], 0, false
	if cap(l.field) > longRow {
		l.field = nil
	}
	if l.column >= len(r.table.Columns) {
		return // the row has too many columns
	}
	c := r.table.Columns[l.column]
	if c.Method == nil || r.table.None {
		return
	}
	if c.PerRow && r.table.Key != nil {
		r.key = r.key[:0]
		for _, place := range r.table.Key {
			r.key = append(append(r.key, l.kept[place]...), '\t')
		}
	}
	l.masked = true
	if c.Where == nil {
		return
	}
	if c.Where.Column >= l.column {
		r.outErr = r.fault(c.Name, fmt.Errorf("the row has more than %d bytes, and column %s, which decides whether it is masked, comes later", longRow, r.table.Columns[c.Where.Column].Name))
		return
	}
	l.masked = string(l.kept[c.Where.Column]) == string(Escape(nil, []byte(c.Where.Value)))
}

// goOn masks the part of a long row that is in buf.
func (r *reader) goOn() {
	l := r.long
	for r.outErr == nil && len(r.out) < chunk {
		rest := r.buf[r.start:]
		if len(rest) == 0 {
			return
		}
		piece := rest[:min(len(rest), chunk)]
		end := bytes.IndexByte(piece, '\n')
		if end >= 0 {
			piece = piece[:end]
		}
		if tab := bytes.IndexByte(piece, '\t'); tab >= 0 {
			end, piece = tab, piece[:tab]
		}
		r.start += len(piece)
		if r.outErr = r.take(piece); r.outErr != nil || end < 0 {
			continue
		}
		delimiter := rest[end]
		r.start++
		l.length++
		if r.outErr = r.endColumn(delimiter); r.outErr != nil {
			return
		}
		if delimiter == '\n' {
			r.long = nil
			return
		}
	}
}

// take processes a piece of a column.
func (r *reader) take(piece []byte) error {
	l := r.long
	l.length += len(piece)
	l.size += len(piece)
	name := ""
	if l.column < len(r.table.Columns) {
		name = r.table.Columns[l.column].Name
	}
	if l.length > maxRow {
		return r.fault(name, fault.New(fault.Integrity, "", "the row is larger than 1 GiB, the Postgres limit"))
	}
	hold := maxValue
	switch {
	case r.table.None:
		return nil
	case l.masked && r.table.Columns[l.column].Blind:
		hold = blindPrefix
		piece = piece[:max(0, min(len(piece), hold-len(l.field)))]
	case !l.masked:
		r.out = append(r.out, piece...)
		if !r.decides(l.column) {
			return nil
		}
	}
	if len(l.field)+len(piece) > hold {
		return r.fault(name, fault.New(fault.Failed, "keep it, or mask it with null, empty or a fixed value, which fit any length",
			"a value of more than %d MiB cannot be masked: hectl would have to hold it in memory", maxValue>>20))
	}
	l.field = append(l.field, piece...)
	return nil
}

// decides reports whether the value of a column affects the masking of others.
func (r *reader) decides(column int) bool {
	if r.draws && slices.Contains(r.table.Key, column) {
		return true
	}
	for _, i := range r.masked {
		if w := r.table.Columns[i].Where; w != nil && w.Column == column {
			return true
		}
	}
	return false
}

// endColumn ends a column of a long row, and the row if delimiter is a newline.
func (r *reader) endColumn(delimiter byte) error {
	l := r.long
	columns := len(r.table.Columns)
	if l.column >= columns || delimiter == '\n' && l.column < columns-1 {
		have := l.column + 1
		if delimiter == '\t' {
			have++
		}
		column := ""
		if columns > 0 {
			column = r.table.Columns[min(have, columns-1)].Name
		}
		return r.fault(column, fmt.Errorf("%d columns instead of %d", have, columns))
	}
	if r.table.None {
		l.column++
		return nil
	}
	c := &r.table.Columns[l.column]
	switch {
	case l.masked && c.Blind && l.size > blindPrefix:
		from := len(r.out)
		masked, null, err := c.Method(r.out, l.field, nil)
		if err != nil {
			return r.fault(c.Name, err)
		}
		r.put(masked, from, null)
	case l.masked:
		if err := r.field(l.field, c); err != nil {
			return err
		}
	case r.decides(l.column):
		l.kept[l.column] = bytes.Clone(l.field)
	}
	r.out = append(r.out, delimiter)
	l.column++
	if delimiter == '\t' {
		r.column()
	}
	return r.outErr
}

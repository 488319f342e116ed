package archive

import (
	"bytes"
	"hash/crc32"
)

// The sizes of a segment's text, in bytes. Only a single row over the limit makes a
// segment longer.
const (
	minSegment = 1 << 20
	maxSegment = 4 << 20
	meanTail   = 1 << 20 // mean length after minSegment, without the limit
)

// isBoundary reports whether a segment of at least minSegment bytes ends with row. It looks
// only at the row itself, so adding or removing a row changes only the segments around it;
// the other segments are the same in the next dump.
func isBoundary(row []byte) bool {
	share := min(uint64(len(row))<<32/meanTail, 1<<32)
	castagnoli := crc32.MakeTable(crc32.Castagnoli) // the library computes it once, and uses the CPU's instruction
	return uint64(crc32.Checksum(row, castagnoli)) < share
}

// A Cutter divides the rows of a table into segments. Write takes their text with or
// without the end marker (see DataReader), in pieces of any size. Call Flush after the
// last piece.
type Cutter struct {
	begin func() ([]byte, error)            // returns an empty buffer for the next segment
	emit  func(text []byte, rows int) error // takes a segment, or takes back an empty buffer

	text  []byte // text of the segment; nil before its first byte
	rows  int    // complete rows in text
	start int    // start of the incomplete row in text
	over  bool   // the rows have ended
}

// Write implements io.Writer. It ignores everything after the line "\.".
func (c *Cutter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0 && !c.over; {
		piece, whole := rest, false
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			piece, whole = rest[:i+1], true
		}
		if err := c.add(piece, whole); err != nil {
			return 0, err
		}
		rest = rest[len(piece):]
	}
	return len(p), nil
}

// add takes a piece of a row. whole reports whether it completes the row.
func (c *Cutter) add(piece []byte, whole bool) error {
	if c.rows > 0 && len(c.text)+len(piece) > maxSegment {
		piece = append(bytes.Clone(c.text[c.start:]), piece...)
		c.text = c.text[:c.start]
		if err := c.Flush(); err != nil {
			return err
		}
	}
	if c.text == nil {
		var err error
		if c.text, err = c.begin(); err != nil {
			return err
		}
	}
	c.text = append(c.text, piece...)
	if !whole {
		return nil
	}
	row := c.text[c.start:]
	if string(row) == "\\.\n" {
		c.text, c.over = c.text[:c.start], true
		return nil
	}
	c.rows, c.start = c.rows+1, len(c.text)
	if len(c.text) >= minSegment && isBoundary(row) {
		return c.Flush()
	}
	return nil
}

// Flush ends the current segment, if there is one.
func (c *Cutter) Flush() error {
	if c.text == nil {
		return nil
	}
	text, rows := c.text, c.rows
	c.text, c.rows, c.start = nil, 0, 0
	return c.emit(text, rows)
}

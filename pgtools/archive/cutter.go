package archive

import (
	"bytes"
	"hash/crc32"
)

// The size of a segment's text, in bytes. Only a row that is longer makes a longer one.
const (
	minSegment = 1 << 20
	maxSegment = 4 << 20
	meanTail   = 1 << 20 // the mean length after minSegment, ignoring the limit
)

// isBoundary reports whether a segment of at least minSegment bytes ends with row. That
// depends on the row alone: where a row is added or removed, only the segments around it
// change, and the others are the same in the next dump.
func isBoundary(row []byte) bool {
	share := min(uint64(len(row))<<32/meanTail, 1<<32)
	castagnoli := crc32.MakeTable(crc32.Castagnoli) // computed once by the library, and in hardware
	return uint64(crc32.Checksum(row, castagnoli)) < share
}

// A Cutter divides the rows of a table into segments. It takes their text with or without
// its end (see DataReader), in pieces of any size. Call Flush after the last one.
type Cutter struct {
	begin func() ([]byte, error)            // returns an empty buffer for the next segment
	emit  func(text []byte, rows int) error // takes a segment, or takes back an empty buffer

	text  []byte // of the segment; nil before its first byte
	rows  int    // complete ones in text
	start int    // of the row in text that is not whole
	over  bool   // the rows have ended
}

// Write implements io.Writer. It ignores what follows the line "\.".
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

// add takes a piece of a row. whole reports whether it is the last one.
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

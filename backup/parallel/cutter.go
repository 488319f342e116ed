package parallel

import (
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

// A cutter divides the rows of an item into segments. It gets each row in one Write.
type cutter struct {
	begin func() ([]byte, error)            // returns an empty buffer for the next segment
	emit  func(text []byte, rows int) error // takes a segment

	text []byte
	rows int
}

// Write implements io.Writer.
func (c *cutter) Write(row []byte) (int, error) {
	if c.rows > 0 && len(c.text)+len(row) > maxSegment {
		if err := c.flush(); err != nil {
			return 0, err
		}
	}
	if c.rows == 0 {
		var err error
		if c.text, err = c.begin(); err != nil {
			return 0, err
		}
	}
	c.text = append(c.text, row...)
	c.rows++
	if len(c.text) >= minSegment && isBoundary(row) {
		if err := c.flush(); err != nil {
			return 0, err
		}
	}
	return len(row), nil
}

// flush ends the current segment, if there is one.
func (c *cutter) flush() error {
	if c.rows == 0 {
		return nil
	}
	text, rows := c.text, c.rows
	c.text, c.rows = nil, 0
	return c.emit(text, rows)
}

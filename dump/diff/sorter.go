package diff

import (
	"bufio"
	"bytes"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/rubyforgood/hectl/internal/files"
)

// A sorter sorts rows by their keys. It keeps up to limit bytes of rows in memory, and
// writes more to files.
type sorter struct {
	limit int // in bytes
	dir   string

	bytes []byte
	rows  []place
	runs  []run
}

// A run is a file of sorted rows. Its level is the number of times its rows were merged.
type run struct {
	*os.File
	level int
}

// mostRuns is the maximum number of runs per level. It limits the number of open files and
// the memory to read them, for a table of any size.
const mostRuns = 64

// A place is the position of a key and its row in sorter.bytes.
type place struct{ at, key, row int }

// placeSize is the size of a place in memory, in bytes.
const placeSize = 24

func (s *sorter) keyOf(p place) []byte { return s.bytes[p.at : p.at+p.key] }
func (s *sorter) rowOf(p place) []byte { return s.bytes[p.at+p.key : p.at+p.key+p.row] }

// add adds a row. It copies both arguments.
func (s *sorter) add(key, row []byte) error {
	if len(s.rows) > 0 && len(s.bytes)+len(s.rows)*placeSize+len(key)+len(row) > s.limit {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.rows = append(s.rows, place{len(s.bytes), len(key), len(row)})
	s.bytes = append(append(s.bytes, key...), row...)
	return nil
}

func (s *sorter) sort() {
	slices.SortFunc(s.rows, func(a, b place) int { return bytes.Compare(s.keyOf(a), s.keyOf(b)) })
}

// spill writes the rows in memory to a file without a name.
func (s *sorter) spill() error {
	s.sort()
	if err := s.write(s.inMemory(), 0); err != nil {
		return err
	}
	s.bytes, s.rows = s.bytes[:0], s.rows[:0]
	for len(s.runs) >= mostRuns && s.runs[len(s.runs)-mostRuns].level == s.runs[len(s.runs)-1].level {
		if err := s.merge(); err != nil {
			return err
		}
	}
	return nil
}

// merge replaces the last mostRuns runs with one.
func (s *sorter) merge() error {
	last := slices.Clone(s.runs[len(s.runs)-mostRuns:])
	all := make(merged, len(last))
	for i, r := range last {
		var err error
		if all[i], err = r.read(); err != nil {
			return err
		}
	}
	c, err := mergeOf(all)
	if err != nil {
		return err
	}
	if err := s.write(c, last[0].level+1); err != nil {
		return err
	}
	s.runs = slices.Delete(s.runs, len(s.runs)-1-mostRuns, len(s.runs)-1)
	for _, r := range last {
		err = errors.Join(err, r.Close())
	}
	return err
}

// write writes sorted rows to a new run, a file without a name.
func (s *sorter) write(rows *cursor, level int) error {
	f, err := files.Unlinked(s.dir)
	if err != nil {
		return err
	}
	s.runs = append(s.runs, run{f, level})
	w := bufio.NewWriterSize(f, 256<<10)
	var head []byte
	for {
		switch err := rows.next(); {
		case errors.Is(err, io.EOF):
			return w.Flush()
		case err != nil:
			return err
		}
		head = binary.AppendUvarint(binary.AppendUvarint(head[:0], uint64(len(rows.key))), uint64(len(rows.row)))
		_, _ = w.Write(head) // Flush returns the error
		_, _ = w.Write(rows.key)
		_, _ = w.Write(rows.row)
	}
}

// read returns a cursor before the first row of the run.
func (r run) read() (*cursor, error) {
	_, err := r.Seek(0, io.SeekStart)
	return readRun(bufio.NewReaderSize(r.File, 64<<10)), err
}

// close removes the files.
func (s *sorter) close() error {
	var errs []error
	for _, f := range s.runs {
		errs = append(errs, f.Close())
	}
	s.runs = nil
	return errors.Join(errs...)
}

// A cursor is a position in a series of sorted rows. next moves to the following row, and
// returns io.EOF after the last one.
type cursor struct {
	key, row []byte // valid until the next call to next
	next     func() error
}

// sorted returns a cursor before the first row.
func (s *sorter) sorted() (*cursor, error) {
	s.sort()
	var all merged
	for _, r := range s.runs {
		c, err := r.read()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return mergeOf(append(all, s.inMemory()))
}

// mergeOf returns a cursor over the rows of all cursors, before the first row.
func mergeOf(all merged) (*cursor, error) {
	for i := 0; i < len(all); {
		switch err := all[i].next(); {
		case errors.Is(err, io.EOF):
			all = slices.Delete(all, i, i+1)
		case err != nil:
			return nil, err
		default:
			i++
		}
	}
	heap.Init(&all)
	c := &cursor{}
	started := false
	c.next = func() error {
		if started {
			switch err := all[0].next(); {
			case errors.Is(err, io.EOF):
				heap.Pop(&all)
			case err != nil:
				return err
			default:
				heap.Fix(&all, 0)
			}
		}
		started = true
		if len(all) == 0 {
			started = false
			return io.EOF
		}
		c.key, c.row = all[0].key, all[0].row
		return nil
	}
	return c, nil
}

func (s *sorter) inMemory() *cursor {
	c, i := &cursor{}, 0
	c.next = func() error {
		if i == len(s.rows) {
			return io.EOF
		}
		c.key, c.row = s.keyOf(s.rows[i]), s.rowOf(s.rows[i])
		i++
		return nil
	}
	return c
}

// readRun reads a run that spill wrote.
func readRun(r *bufio.Reader) *cursor {
	c := &cursor{}
	var buffer []byte
	c.next = func() error {
		key, err := binary.ReadUvarint(r)
		if err != nil {
			return err // io.EOF at the end of the run
		}
		row, err := binary.ReadUvarint(r)
		if err != nil {
			return noEOF(err)
		}
		buffer = slices.Grow(buffer[:0], int(key+row))[:key+row]
		if _, err := io.ReadFull(r, buffer); err != nil {
			return noEOF(err)
		}
		c.key, c.row = buffer[:key], buffer[key:]
		return nil
	}
	return c
}

// noEOF returns err, or io.ErrUnexpectedEOF for io.EOF.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// merged is a heap of cursors with the smallest key first.
type merged []*cursor

func (m merged) Len() int           { return len(m) }
func (m merged) Less(i, j int) bool { return bytes.Compare(m[i].key, m[j].key) < 0 }
func (m merged) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merged) Push(x any)        { *m = append(*m, x.(*cursor)) } //nolint:forcetypeassert // of this type alone
func (m *merged) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

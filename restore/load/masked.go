package load

import (
	"errors"
	"io"

	"github.com/rubyforgood/hectl/internal/readers"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// masked notes what happens to the rows of each table, and leaves out what the
// plan wants nothing of, which is then never downloaded: rows, and the bytes of
// large objects.
func masked(plan *mask.Plan, copies []tableCopy, rest remainder) ([]tableCopy, remainder) {
	var wanted []tableCopy
	for _, c := range copies {
		if c.mask = plan.Table(c.entry); c.mask == nil || !c.mask.None {
			wanted = append(wanted, c)
		}
	}
	return wanted, rest.without(func(e *archive.Entry) bool {
		t := plan.Table(e)
		return t != nil && t.None || e.Desc == "BLOBS" && plan.EmptiesLargeObjects()
	})
}

// masked returns the rows of data as they go into the table.
func (c tableCopy) masked(data io.Reader) io.Reader {
	if c.mask == nil {
		return data
	}
	return c.maskedAfter(data, 0)
}

// maskedAfter returns rows as they go into the table that so many others come
// before.
func (c tableCopy) maskedAfter(rows io.Reader, before int64) io.Reader {
	from := &readers.Failing{Reader: rows}
	return maskedReader{c.mask.ReaderAfter(from, before), from}
}

// maskedRows returns some of the rows as they go into the table, written over
// buffer. before is how many came before them.
func (c tableCopy) maskedRows(buffer, rows []byte, before int64) ([]byte, error) {
	masked, err := c.mask.Rows(buffer[:0], rows, before)
	if err != nil {
		return nil, &maskError{err}
	}
	return masked, nil
}

// maskedReader reads rows masked, and tells what keeps them from being masked
// from what keeps them from being read.
type maskedReader struct {
	rows io.Reader
	from *readers.Failing
}

// Read implements io.Reader.
func (m maskedReader) Read(p []byte) (int, error) {
	n, err := m.rows.Read(p)
	switch {
	case err == nil || errors.Is(err, io.EOF):
	case m.from.Err != nil:
		err = m.from.Err // half a row, say, is why the mask failed
	default:
		err = &maskError{err}
	}
	return n, err
}

// maskError is why a row could not be masked.
type maskError struct{ error }

// Unwrap returns what the mask said.
func (e *maskError) Unwrap() error { return e.error }

// notMasked tells whether err is about a row that could not be masked.
func notMasked(err error) bool {
	_, is := errors.AsType[*maskError](err)
	return is
}

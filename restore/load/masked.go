package load

import (
	"errors"
	"io"

	"github.com/rubyforgood/hectl/internal/readers"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// setMasks sets the mask of each table. It leaves out the rows and large objects that the
// plan leaves out, so hectl never downloads them.
func setMasks(plan *mask.Plan, copies []tableCopy, rest remainder) ([]tableCopy, remainder) {
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

// maskReader returns a reader of data that masks its rows.
func (c tableCopy) maskReader(data io.Reader) io.Reader {
	if c.mask == nil {
		return data
	}
	return c.maskReaderAfter(data, 0)
}

// maskReaderAfter returns a reader of rows that masks them. before is the number of rows of the
// table that precede them.
func (c tableCopy) maskReaderAfter(rows io.Reader, before int64) io.Reader {
	from := &readers.Failing{Reader: rows}
	return maskedReader{c.mask.ReaderAfter(from, before), from}
}

// maskChunk masks rows into the memory of buffer. before is the number of rows of the
// table that precede them.
func (c tableCopy) maskChunk(buffer, rows []byte, before int64) ([]byte, error) {
	masked, err := c.mask.Rows(buffer[:0], rows, before)
	if err != nil {
		return nil, &maskError{err}
	}
	return masked, nil
}

// maskedReader reads masked rows. It separates errors of the mask from errors of the
// underlying reader.
type maskedReader struct {
	rows io.Reader
	from *readers.Failing
}

func (m maskedReader) Read(p []byte) (int, error) {
	n, err := m.rows.Read(p)
	switch {
	case err == nil || errors.Is(err, io.EOF):
	case m.from.Err != nil:
		err = m.from.Err // the mask failed because the read did, for example on half a row
	default:
		err = &maskError{err}
	}
	return n, err
}

// maskError is the error for a row that could not be masked.
type maskError struct{ error }

func (e *maskError) Unwrap() error { return e.error }

// isMaskError reports whether err is about a row that could not be masked.
func isMaskError(err error) bool {
	_, is := errors.AsType[*maskError](err)
	return is
}

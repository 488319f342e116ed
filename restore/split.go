package restore

import (
	"bytes"
	"context"
	"errors"
	"io"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/pgtools"
)

const (
	worthSplitting = 8 << 20 // bytes of a block
	chunkSize      = 1 << 20 // bytes of rows that a session gets at a time
)

// parts returns over how many sessions the rows of a block are spread, given the
// length of all blocks: a table that is most of a database would otherwise keep
// one processor busy long after the others have nothing left to do. Reading and
// decompressing, which cannot be shared, is several times faster than COPY.
func parts(block, all int64, jobs int) int {
	if block < worthSplitting {
		return 1
	}
	n := (block*int64(jobs) + all/2) / all // rounded
	return int(min(max(n, 1), int64(jobs)))
}

// copySplit copies data, in COPY's text format, over c.parts sessions, or fewer
// while others are busy. The rows come into the table in about the order in which
// they are in data: chunkSize to one session, the next to whichever is free. Each
// session masks what it gets. If it fails, some rows may be in.
func (s *sessions) copySplit(ctx context.Context, c tableCopy, data io.Reader) error {
	group, copying := errgroup.WithContext(ctx)
	chunks := make(chan chunk)
	group.Go(func() error {
		if err := deal(copying, data, chunks); err != nil {
			return err
		}
		close(chunks) // only now: it is what makes the sessions commit
		return nil
	})
	for range c.parts {
		group.Go(func() error {
			return s.do(copying, func(db *pgtools.DB) error {
				_, err := db.CopyIn(copying, c.entry.Copy, &dealt{ctx: copying, chunks: chunks, into: c})
				return err
			})
		})
	}
	return group.Wait()
}

// chunk is some whole rows of a table.
type chunk struct {
	rows   []byte
	before int64 // how many rows of the table come before them
}

// deal sends the rows of data in chunks of whole rows, up to the line "\." that
// ends them, and reads data to its end. In COPY's text format a line break is the
// end of a row, always.
func deal(ctx context.Context, data io.Reader, chunks chan<- chunk) error {
	var rest []byte // the beginning of a row
	var before int64
	for {
		rows := make([]byte, max(chunkSize, 2*len(rest)))
		n := copy(rows, rest)
		m, err := io.ReadFull(data, rows[n:])
		rows = rows[:n+m]
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return err
		}
		end := bytes.LastIndexByte(rows, '\n') + 1
		if terminator := endOfRows(rows); terminator >= 0 {
			end, last = terminator, true
		} else if last {
			end = len(rows)
		}
		if end > 0 {
			select {
			case chunks <- chunk{rows[:end:end], before}:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			before += int64(bytes.Count(rows[:end], []byte{'\n'}))
		}
		if last {
			_, err := io.Copy(io.Discard, data) // which checks the rest
			return err
		}
		rest = rows[end:]
	}
}

// endOfRows returns where in a chunk, which begins with a row, the line "\."
// begins, -1 when it is not there.
func endOfRows(chunk []byte) int {
	if bytes.HasPrefix(chunk, []byte("\\.\n")) {
		return 0
	}
	if i := bytes.Index(chunk, []byte("\n\\.\n")); i >= 0 {
		return i + 1
	}
	return -1
}

// dealt reads the chunks that one session gets, and masks them: of a large table
// that is as much work as to take the rows.
type dealt struct {
	ctx    context.Context //nolint:containedctx // a reader has no other way to be cancelled
	chunks <-chan chunk
	into   tableCopy
	rows   []byte // not read yet
	buffer []byte // of masked rows
}

// Read implements io.Reader.
func (d *dealt) Read(p []byte) (int, error) {
	for len(d.rows) == 0 {
		select {
		case c, ok := <-d.chunks:
			if !ok {
				return 0, io.EOF
			}
			d.rows = c.rows
			if d.into.mask != nil {
				var err error
				if d.buffer, err = d.into.maskedRows(d.buffer, c.rows, c.before); err != nil {
					return 0, err
				}
				d.rows = d.buffer
			}
		case <-d.ctx.Done():
			return 0, context.Cause(d.ctx)
		}
	}
	n := copy(p, d.rows)
	d.rows = d.rows[n:]
	return n, nil
}

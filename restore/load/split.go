package load

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

// sessionsFor returns the number of sessions that share the rows of a block, given the
// length of all blocks. Without sharing, a table that is most of a database would keep
// one processor busy long after the others are idle. Reading and decompressing cannot
// be shared, but are several times faster than COPY. From a pipe, whose blocks have no
// known length, every table of more than a chunk gets all sessions (piped.go).
func sessionsFor(block, all int64, jobs int) int {
	if block < worthSplitting {
		return 1
	}
	n := (block*int64(jobs) + all/2) / all // rounded
	return int(min(max(n, 1), int64(jobs)))
}

// copySplit copies data, in COPY's text format, over c.parts sessions, or fewer while
// others are busy. It deals chunks of chunkSize to the next free session, so the order
// of the rows in the table is only roughly that of data. Each session masks its own
// rows. After an error, some rows may be in the table.
func (s *sessions) copySplit(ctx context.Context, c tableCopy, data io.Reader) error {
	group, copying := errgroup.WithContext(ctx)
	chunks := make(chan chunk)
	group.Go(func() error {
		if err := deal(copying, data, chunks); err != nil {
			return err
		}
		close(chunks) // only on success: it makes the sessions commit
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

// chunk is the part of the data that one session gets at a time: whole rows, or the
// start of a row that is longer than a chunk.
type chunk struct {
	rows   []byte
	before int64         // number of rows of the table before these
	goesOn <-chan []byte // the rest of a long row, in pieces; nil if the rows are complete
}

// oneRow reads a long row: the chunk and the rest of the row.
type oneRow struct {
	ctx   context.Context //nolint:containedctx // a reader has no other way to be canceled
	chunk chunk
}

func (r *oneRow) Read(p []byte) (int, error) {
	for len(r.chunk.rows) == 0 {
		select {
		case piece, ok := <-r.chunk.goesOn:
			if !ok {
				return 0, io.EOF
			}
			r.chunk.rows = piece
		case <-r.ctx.Done():
			return 0, context.Cause(r.ctx)
		}
	}
	n := copy(p, r.chunk.rows)
	r.chunk.rows = r.chunk.rows[n:]
	return n, nil
}

// deal sends the rows of data in chunks, up to the end marker "\.", and reads data to its
// end. In COPY's text format, a line break always ends a row. A row that is longer than a
// chunk is sent in pieces, so that no session needs a hundred megabytes.
func deal(ctx context.Context, data io.Reader, chunks chan<- chunk) error {
	var rest []byte // the beginning of a row, shorter than a chunk
	var before int64
	for {
		rows, last, err := fill(data, rest)
		if err != nil {
			return err
		}
		end := bytes.LastIndexByte(rows, '\n') + 1
		if terminator := endOfRows(rows); terminator >= 0 {
			end, last = terminator, true
		} else if last {
			end = len(rows)
		}
		switch {
		case end > 0:
			err = send(ctx, chunks, chunk{rows: rows[:end:end], before: before})
			rest = rows[end:]
			before += int64(bytes.Count(rows[:end], []byte{'\n'}))
		case !last:
			rest, err = dealRow(ctx, data, chunk{rows: rows, before: before}, chunks)
			before++
		}
		if err != nil {
			return err
		}
		if last {
			_, err := io.Copy(io.Discard, data) // checks the rest
			return err
		}
	}
}

// dealRow sends a long row that begins with first. rest is the start of the next row.
func dealRow(ctx context.Context, data io.Reader, first chunk, chunks chan<- chunk) (rest []byte, err error) {
	pieces := make(chan []byte)
	first.goesOn = pieces
	if err := send(ctx, chunks, first); err != nil {
		return nil, err
	}
	for {
		piece, last, err := fill(data, nil)
		if err != nil {
			return nil, err
		}
		end := bytes.IndexByte(piece, '\n') + 1
		ended := end > 0 || last
		if end == 0 {
			end = len(piece)
		}
		if err := send(ctx, pieces, piece[:end:end]); err != nil {
			return nil, err
		}
		if ended {
			close(pieces) // only here: a row that is cut short must not look complete
			return piece[end:], nil
		}
	}
}

// fill reads a chunk that begins with rest, until it is full or data ends.
func fill(data io.Reader, rest []byte) (rows []byte, last bool, err error) {
	rows = make([]byte, chunkSize)
	n := copy(rows, rest)
	m, err := io.ReadFull(data, rows[n:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		last, err = true, nil
	}
	return rows[:n+m], last, err
}

func send[T any](ctx context.Context, to chan<- T, x T) error {
	select {
	case to <- x:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// endOfRows returns the index of the line "\." in a chunk that begins with a row, -1 if
// there is none.
func endOfRows(chunk []byte) int {
	if bytes.HasPrefix(chunk, []byte("\\.\n")) {
		return 0
	}
	if i := bytes.Index(chunk, []byte("\n\\.\n")); i >= 0 {
		return i + 1
	}
	return -1
}

// dealt reads the chunks for one session and masks them. For a large table, masking
// takes as much work as copying.
type dealt struct {
	ctx    context.Context //nolint:containedctx // a reader has no other way to be canceled
	chunks <-chan chunk
	into   tableCopy
	chunk  chunk     // the part that is not read yet
	long   io.Reader // the rest of a long row, masked; nil if there is none
	buffer []byte    // buffer for masked rows
}

func (d *dealt) Read(p []byte) (int, error) {
	for len(d.chunk.rows) == 0 {
		if d.long != nil {
			n, err := d.long.Read(p)
			if !errors.Is(err, io.EOF) {
				return n, err
			}
			d.long = nil
		}
		if err := d.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, d.chunk.rows)
	d.chunk.rows = d.chunk.rows[n:]
	return n, nil
}

// next takes the next piece of a long row, or else the next chunk.
func (d *dealt) next() error {
	if d.chunk.goesOn != nil {
		select {
		case piece, ok := <-d.chunk.goesOn:
			if d.chunk.rows = piece; !ok {
				d.chunk.goesOn = nil
			}
			return nil
		case <-d.ctx.Done():
			return context.Cause(d.ctx)
		}
	}
	select {
	case c, ok := <-d.chunks:
		if !ok {
			return io.EOF
		}
		d.chunk = c
	case <-d.ctx.Done():
		return context.Cause(d.ctx)
	}
	if d.into.mask == nil {
		return nil
	}
	var err error
	if d.chunk.goesOn != nil {
		d.long = d.into.maskReaderAfter(&oneRow{d.ctx, d.chunk}, d.chunk.before)
		d.chunk = chunk{}
		return nil
	}
	d.buffer, err = d.into.maskChunk(d.buffer, d.chunk.rows, d.chunk.before)
	d.chunk = chunk{rows: d.buffer}
	return err
}

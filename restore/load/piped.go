package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/internal/readers"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// rowsInOrder restores the rows of an archive that can only be read once, from its
// first byte to its last: one from a pipe, or one in the bucket without offsets.
//
// A small table is read into memory and copied while the next one is read. The rows of
// a larger one are divided among all sessions. Blocks for pg_restore are kept in an
// unlinked temporary file until the end. A table that must be copied alone is copied
// when its block is reached.
func (l *Loader) rowsInOrder(ctx context.Context, head string, copies []tableCopy, rest remainder, copied func(tableCopy)) ([]pgtools.Ignored, error) {
	bar := l.Out.Progress("data", console.Bytes, l.Dump.Size)
	defer bar.Done()
	body := l.Dump.Stream(ctx)
	defer func() { _ = body.Close() }()
	in := readers.Counting{ReadCloser: body, Add: bar.Add}
	if _, err := io.CopyN(io.Discard, in, l.Dump.Head.Length); err != nil {
		return nil, fmt.Errorf("read %s: %w", l.Dump.Name, err)
	}

	group, copying := errgroup.WithContext(ctx)
	group.SetLimit(l.Jobs)
	o := &inOrder{Loader: l, pool: newSessions(l), group: group, copied: copied, bar: bar,
		data: archive.NewDataReader(l.Dump.Head), copies: map[int]tableCopy{}, rest: map[int]bool{}}
	defer o.pool.close(ctx)
	defer o.spool.close()
	for _, c := range copies {
		o.copies[c.entry.ID] = c
	}
	for _, e := range rest.entries {
		o.rest[e.ID] = e.HasBlock()
	}
	_, err := archive.Walk(in, l.Dump.Head, func(b archive.Block, r io.Reader) error { return o.block(copying, b, r) })
	if failed := group.Wait(); failed != nil {
		err = failed // the read failed because a copy did
	}
	if _, damaged := errors.AsType[*archive.FormatError](err); damaged && fault.CodeOf(err) != fault.Integrity {
		return nil, dump.DamageError(l.Dump.Name, err)
	}
	if err != nil {
		return nil, err
	}
	rest.blocks = o.spool.blocks
	return l.restoreRest(ctx, head, rest, o.spool.part)
}

// inOrder is the state of rowsInOrder.
type inOrder struct {
	*Loader
	pool   *sessions
	group  *errgroup.Group // copies of small tables
	small  sync.WaitGroup  // the copies that are running
	copied func(tableCopy)
	bar    *console.Progress
	data   *archive.DataReader
	copies map[int]tableCopy // copies, by the entry's ID
	rest   map[int]bool
	spool  spool
}

// block restores or keeps one block, whose bytes are in r.
func (o *inOrder) block(ctx context.Context, b archive.Block, r io.Reader) error {
	if ctx.Err() != nil { // a copy has failed
		return context.Cause(ctx)
	}
	if o.rest[b.ID] {
		return o.spool.keep(b, r)
	}
	c, ok := o.copies[b.ID]
	if !ok {
		return nil // left out; Walk skips it
	}
	err := o.data.Reset(r, b)
	var first []byte
	if err == nil {
		first, err = io.ReadAll(io.LimitReader(o.data, chunkSize))
	}
	done := o.bar.Job(c.entry.DisplayName())
	if err == nil && c.alone {
		o.small.Wait() // wait for the earlier copies
		err = o.pool.copyTable(ctx, c, io.MultiReader(bytes.NewReader(first), o.data))
		done()
		return o.finish(c, err)
	}
	if err == nil && len(first) < chunkSize { // the whole table
		o.small.Add(1)
		o.group.Go(func() error {
			defer o.small.Done()
			defer done()
			return o.finish(c, o.pool.copyTable(ctx, c, bytes.NewReader(first)))
		})
		return nil
	}
	if err == nil {
		c.parts = o.Jobs
		err = o.pool.copySplit(ctx, c, io.MultiReader(bytes.NewReader(first), o.data))
	}
	done()
	return o.finish(c, err)
}

// finish reports that a table's rows are loaded, or returns the error.
func (o *inOrder) finish(c tableCopy, err error) error {
	if err != nil {
		return o.tableError(c, err)
	}
	o.copied(c)
	return nil
}

// spool keeps blocks until all others have been read. Its file is unlinked, so no other
// user can open it, and it disappears when hectl exits.
type spool struct {
	file   *os.File // nil until the first block
	blocks []archive.Block
}

// keep writes a block at its offset in the archive. The gaps between blocks take no
// disk space.
func (s *spool) keep(b archive.Block, r io.Reader) (err error) {
	if s.file == nil {
		if s.file, err = files.Unlinked(""); err != nil {
			return err
		}
	}
	w := &readers.FailingWriter{Writer: io.NewOffsetWriter(s.file, b.Offset)}
	b.Length, err = io.Copy(w, r)
	if w.Err != nil {
		return fmt.Errorf("write large objects to a temporary file (in the folder TMPDIR): %w", w.Err)
	}
	s.blocks = append(s.blocks, b)
	return err
}

// part implements dump.RangeReader.
func (s *spool) part(_ context.Context, offset, length int64) io.ReadCloser {
	return io.NopCloser(io.NewSectionReader(s.file, offset, length))
}

func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close() // the contents of the file are no longer needed
	}
}

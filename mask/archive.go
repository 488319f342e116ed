package mask

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// Archive writes the archive in r to w, masked by the plan that judge returns for its head.
// It writes nothing before judge returns.
//
// Entries keep their ids and their order. Blocks keep their order in the file. The table
// of contents has no offsets, as when pg_dump writes to a pipe. Archive copies a block
// without masked columns. It decompresses and masks every other block, each step in its
// own goroutine, and compresses its rows in segments (archive.Pool). level is that of
// archive.NewDataWriter. It returns the rows in those blocks, by the ids of their entries.
//
// Archive refuses statements that pg_dump does not write (see schema.Genuine), and
// regenerates COPY statements.
//
// If the plan masks anything, Archive leaves out the statistics that pg_dump 18 may add,
// because they contain values. It always leaves out the entries of LeftOut.
//
// It returns errors of judge, r and w, which may be wrapped. If the archive is malformed,
// the error is an *archive.FormatError.
func Archive(w io.Writer, r io.Reader, judge func(*archive.Head) (*Plan, error), level int) (map[int]archive.Rows, error) {
	in := bufio.NewReaderSize(r, stageBuffer)
	var raw bytes.Buffer
	head, err := archive.ReadHead(io.TeeReader(in, &raw))
	if err != nil {
		return nil, err
	}
	plan, err := judge(head)
	if err != nil {
		return nil, err
	}
	if err := plan.fits(head); err != nil {
		return nil, err
	}
	if err := schema.Genuine(head); err != nil {
		return nil, fmt.Errorf("this is not what pg_dump writes: %w", err)
	}
	copies, err := schema.CopyStatements(head)
	if err != nil {
		return nil, fmt.Errorf("this is not what pg_dump writes: %w", err)
	}
	out := NewLeftOut(head)
	masked, err := archive.Rewrite(raw.Bytes(), head, func(e *archive.Entry) archive.Edit {
		return archive.Edit{Drop: plan.Drops(e) || out.Drops(e), Copy: copies[e.ID]}
	})
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(masked); err != nil {
		return nil, err
	}
	return rewrite(w, in, head, plan, level)
}

// rewrite writes the blocks of a masked archive.
func rewrite(w io.Writer, in io.Reader, head *archive.Head, plan *Plan, level int) (map[int]archive.Rows, error) {
	ctx, fail := context.WithCancelCause(context.Background()) // r and w end with the caller's context
	defer fail(nil)
	group, ctx := errgroup.WithContext(ctx)
	pool := archive.StartPool(ctx, group, w, archive.PoolOptions{Head: head, Level: level, Feeds: 1})
	_, err := archive.Walk(in, head, newRewriter(pool, head, plan, level).block)
	if err != nil {
		fail(err)
	}
	pool.Close()
	if failed := group.Wait(); err == nil {
		err = failed
	}
	return pool.Tables(), err
}

// fits refuses an archive with rows that a Table cannot mask, or with an unknown kind of
// data.
func (p *Plan) fits(head *archive.Head) error {
	for e := range head.All() {
		if !e.HasBlock() || p.Drops(e) {
			continue
		}
		if t := p.Table(e); t != nil && !t.None && e.Copy == "" {
			return fmt.Errorf("mask %s: its rows are INSERT statements (pg_dump --inserts), which are not masked", e)
		}
		if p.Masks() && e.Desc != "TABLE DATA" && e.Desc != "BLOBS" {
			return fmt.Errorf("mask %s: this version of hectl does not support this kind of data", e)
		}
	}
	return nil
}

// Drops reports whether a masked archive leaves out an entry.
func (p *Plan) Drops(e *archive.Entry) bool {
	return p.Masks() && strings.HasSuffix(e.Desc, "STATISTICS DATA")
}

// stageBuffer is the number of bytes that one stage passes to the next at once.
const stageBuffer = 128 << 10

// A rewriter passes the blocks of a masked archive to a pool.
type rewriter struct {
	plan    *Plan
	entries map[int]*archive.Entry
	in      *archive.DataReader
	out     *archive.DataWriter // writes blocks without rows
	pool    *archive.Pool
	feed    *archive.Feed

	packed, plain, masked *bufio.Writer // buffers between the stages
}

func newRewriter(pool *archive.Pool, head *archive.Head, plan *Plan, level int) *rewriter {
	return &rewriter{
		plan: plan, entries: head.ByID(),
		in: archive.NewDataReader(head), out: archive.NewDataWriter(head, level),
		pool: pool, feed: pool.NewFeed(),
		packed: bufio.NewWriterSize(nil, stageBuffer),
		plain:  bufio.NewWriterSize(nil, stageBuffer),
		masked: bufio.NewWriterSize(nil, stageBuffer),
	}
}

// block passes one block to the pool. r has its original bytes.
func (a *rewriter) block(b archive.Block, r io.Reader) error {
	e := a.entries[b.ID]
	table := a.plan.Table(e)
	switch {
	case a.plan.Drops(e):
		return nil
	case b.LargeObjects && a.plan.EmptiesLargeObjects():
		return a.bytes(func(w io.Writer) error { return a.emptyObjects(w, b, r) })
	case b.LargeObjects, table == nil:
		return a.bytes(func(w io.Writer) error {
			_, err := io.Copy(w, r)
			return err
		})
	case table.None && e.Copy == "": // INSERT statements
		return a.bytes(func(w io.Writer) error { return errors.Join(a.out.Reset(w, b), a.out.Close()) })
	}
	part := archive.NewRows(b.ID, true, true)
	if err := a.pool.Append(part); err != nil {
		return err
	}
	if !table.None {
		if err := a.rows(part, b, r, table); err != nil {
			return err
		}
	}
	part.Close()
	return nil
}

// bytes passes the bytes that write writes to the pool.
func (a *rewriter) bytes(write func(w io.Writer) error) error {
	part := archive.NewPart()
	out := a.feed.Bytes(part)
	if err := a.pool.Append(part); err != nil {
		return err
	}
	if err := write(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	part.Close()
	return nil
}

// emptyObjects writes empty large objects. It keeps their oids, because rows refer to them.
func (a *rewriter) emptyObjects(w io.Writer, b archive.Block, r io.Reader) error {
	if err := errors.Join(a.in.Reset(r, b), a.out.Reset(w, b)); err != nil {
		return err
	}
	for {
		oid, err := a.in.NextObject()
		if errors.Is(err, io.EOF) {
			return a.out.Close()
		}
		if err != nil {
			return err
		}
		if err := a.out.NextObject(oid); err != nil {
			return err
		}
	}
}

// rows passes the masked rows of a table to part. It reads, decompresses and masks
// concurrently.
func (a *rewriter) rows(part *archive.Part, b archive.Block, r io.Reader, table *rows.Table) error {
	packedR, packedW := io.Pipe()
	plainR, plainW := io.Pipe()
	var group errgroup.Group
	group.Go(func() error {
		err := a.in.Reset(packedR, b)
		if err == nil {
			err = pass(a.plain, plainW, a.in)
		}
		return ended(err, packedR, plainW)
	})
	group.Go(func() error {
		rows := a.feed.Rows(part)
		err := pass(a.masked, rows, table.Reader(plainR))
		if err == nil {
			err = rows.Flush()
		}
		return ended(err, plainR, nil)
	})
	// This stage runs here, because r is valid only during the call of rows.
	err := ended(pass(a.packed, packedW, r), nil, packedW)
	if failed := group.Wait(); failed != nil {
		return failed
	}
	return err
}

// pass passes all of r to the next stage, one buffer at a time.
func pass(buffer *bufio.Writer, to io.Writer, r io.Reader) error {
	buffer.Reset(to)
	if _, err := io.Copy(buffer, r); err != nil {
		return err
	}
	return buffer.Flush()
}

// ended closes this stage's pipes with err, so that the neighboring stages end too.
func ended(err error, in *io.PipeReader, out *io.PipeWriter) error {
	if in != nil {
		_ = in.CloseWithError(err) // never fails
	}
	if out != nil {
		_ = out.CloseWithError(err)
	}
	return err
}

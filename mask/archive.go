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

// Archive writes the archive in r to w, masked by the plan that judge returns for its
// head. It writes nothing before that.
//
// Entries keep their ids and their order. Blocks keep their order in the file. The
// table of contents has no offsets, as when pg_dump writes to a pipe. Archive copies a
// block without masked columns. It decompresses and masks every other block, in one
// goroutine each, and compresses its rows in segments (archive.Pool), with a level for
// archive.NewDataWriter. It returns what is in those blocks, by the ids of their entries.
//
// Archive refuses statements that pg_dump does not write (see schema.Genuine), and
// regenerates COPY statements.
//
// If anything is masked, it leaves out the statistics that pg_dump 18 may add, because
// they contain values. It always leaves out the entries of LeftOut.
//
// It returns errors of judge, r and w, which may be wrapped. If the archive is
// malformed, the error is an *archive.FormatError.
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
	pool := archive.StartPool(ctx, group, head, level, 1)
	a, err := newRewriter(w, head, plan, level, pool)
	if err == nil {
		a.fail = fail
		_, err = archive.Walk(in, head, a.block)
	}
	pool.Close()
	if failed := group.Wait(); err == nil {
		err = failed
	}
	return a.tables, err
}

// fits refuses an archive whose rows a Table cannot mask, and one with an unknown kind
// of data.
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

// stageBuffer is how many bytes one stage passes to the next at once.
const stageBuffer = 128 << 10

// A rewriter writes the blocks of a masked archive.
type rewriter struct {
	w       io.Writer
	plan    *Plan
	entries map[int]*archive.Entry
	in      *archive.DataReader
	out     *archive.DataWriter // for blocks without masked rows
	feed    *archive.Feed
	blocks  *archive.BlockWriter // for the others
	tables  map[int]archive.Rows // in them
	fail    func(error)          // ends the pool of feed and blocks

	packed, plain, masked *bufio.Writer // between the stages
}

func newRewriter(w io.Writer, head *archive.Head, plan *Plan, level int, pool *archive.Pool) (*rewriter, error) {
	blocks, err := pool.NewBlockWriter(w)
	return &rewriter{
		w: w, plan: plan, entries: head.ByID(),
		in: archive.NewDataReader(head), out: archive.NewDataWriter(head, level),
		feed: pool.NewFeed(), blocks: blocks, tables: map[int]archive.Rows{},
		packed: bufio.NewWriterSize(nil, stageBuffer),
		plain:  bufio.NewWriterSize(nil, stageBuffer),
		masked: bufio.NewWriterSize(nil, stageBuffer),
	}, err
}

// block writes one block. r has its original bytes.
func (a *rewriter) block(b archive.Block, r io.Reader) error {
	e := a.entries[b.ID]
	table := a.plan.Table(e)
	switch {
	case a.plan.Drops(e):
		return nil
	case b.LargeObjects && a.plan.EmptiesLargeObjects():
		return a.emptyObjects(b, r)
	case b.LargeObjects, table == nil:
		_, err := io.Copy(a.w, r)
		return err
	case table.None:
		return a.noRows(b, e)
	}
	return a.rows(b, r, table)
}

// noRows writes the block of a table whose rows are left out.
func (a *rewriter) noRows(b archive.Block, e *archive.Entry) error {
	if e.Copy == "" { // INSERT statements
		return errors.Join(a.out.Reset(a.w, b), a.out.Close())
	}
	none := archive.NewPart()
	none.Close()
	return a.table(b, none)
}

// table writes the block of a table whose rows are in part.
func (a *rewriter) table(b archive.Block, part *archive.Part) error {
	err := a.blocks.Begin(b.ID)
	if err == nil {
		err = a.blocks.Part(part)
	}
	if err == nil {
		a.tables[b.ID], err = a.blocks.End()
	}
	return err
}

// emptyObjects writes empty large objects. Their oids stay, because rows refer to them.
func (a *rewriter) emptyObjects(b archive.Block, r io.Reader) error {
	if err := errors.Join(a.in.Reset(r, b), a.out.Reset(a.w, b)); err != nil {
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

// rows writes the masked rows of a table. It reads, decompresses, masks, compresses and
// writes concurrently.
func (a *rewriter) rows(b archive.Block, r io.Reader, table *rows.Table) error {
	packedR, packedW := io.Pipe()
	plainR, plainW := io.Pipe()
	part := archive.NewPart()
	var group errgroup.Group
	group.Go(func() error {
		err := a.in.Reset(packedR, b)
		if err == nil {
			err = pass(a.plain, plainW, a.in)
		}
		return a.ended(err, packedR, plainW)
	})
	group.Go(func() error {
		rows := a.feed.Rows(part)
		err := pass(a.masked, rows, table.Reader(plainR))
		if err == nil {
			err = rows.Flush()
		}
		if err == nil {
			part.Close()
		}
		return a.ended(err, plainR, nil)
	})
	group.Go(func() error { return a.ended(a.table(b, part), nil, nil) })
	// This stage runs here, because r is valid only during this call.
	err := a.ended(pass(a.packed, packedW, r), nil, packedW)
	if failed := group.Wait(); failed != nil {
		return failed
	}
	return err
}

// pass passes all of r to the next stage, a buffer at a time.
func pass(buffer *bufio.Writer, to io.Writer, r io.Reader) error {
	buffer.Reset(to)
	if _, err := io.Copy(buffer, r); err != nil {
		return err
	}
	return buffer.Flush()
}

// ended tells the other stages that this one has ended, and why.
func (a *rewriter) ended(err error, in *io.PipeReader, out *io.PipeWriter) error {
	if in != nil {
		_ = in.CloseWithError(err) // never fails
	}
	if out != nil {
		_ = out.CloseWithError(err)
	}
	if err != nil {
		a.fail(err)
	}
	return err
}

package parallel

import (
	"context"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// work is the state of reading all rows.
type work struct {
	head     *archive.Head
	level    int
	items    []*item
	sessions []*pgtools.Snapshot
	pool     *archive.Pool        // set by write
	tables   map[int]archive.Rows // set by write
}

func (w *work) close() {
	var all sync.WaitGroup
	for _, s := range w.sessions {
		all.Go(func() { s.Close(context.Background()) })
	}
	all.Wait()
}

// write writes the archive to out, beginning with the bytes of the head.
func (w *work) write(ctx context.Context, out io.Writer, head []byte) error {
	group, ctx := errgroup.WithContext(ctx)
	w.pool = archive.StartPool(ctx, group, w.head, w.level, len(w.sessions))
	todo, order := make(chan *item), make(chan *item, len(w.sessions))
	group.Go(func() error { return w.give(ctx, todo, order) })
	var reading sync.WaitGroup
	for _, s := range w.sessions {
		reading.Add(1)
		group.Go(func() error {
			defer reading.Done()
			return w.read(ctx, s, todo)
		})
	}
	group.Go(func() error {
		reading.Wait()
		w.pool.Close()
		return nil
	})
	group.Go(func() error { return w.join(ctx, out, head, order) })
	return group.Wait()
}

// give passes the items to the sessions, and to the archive in the same order.
func (w *work) give(ctx context.Context, todo, order chan<- *item) error {
	defer close(todo)
	defer close(order)
	for _, it := range w.items {
		it.part = archive.NewPart()
		for _, to := range []chan<- *item{order, todo} {
			select {
			case to <- it:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// read reads items in a session until there are no more. Then it ends the transaction.
func (w *work) read(ctx context.Context, s *pgtools.Snapshot, todo <-chan *item) error {
	feed := w.pool.NewFeed()
	for it := range todo {
		var err error
		if it.sql == "" {
			err = w.readObjects(ctx, s, it, feed)
		} else {
			err = readRows(ctx, s, it, feed)
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", it.entry, err)
		}
		it.part.Close()
	}
	return s.Finish(ctx)
}

func readRows(ctx context.Context, s *pgtools.Snapshot, it *item, feed *archive.Feed) error {
	rows := feed.Rows(it.part)
	if err := s.CopyOut(ctx, it.sql, rows); err != nil {
		return err
	}
	return rows.Flush()
}

// join writes the head, and the segments of each item as they are ready.
func (w *work) join(ctx context.Context, out io.Writer, head []byte, order <-chan *item) error {
	blocks, err := w.pool.NewBlockWriter(out)
	if err != nil {
		return err
	}
	w.tables = map[int]archive.Rows{}
	if _, err := out.Write(head); err != nil {
		return err
	}
	for it := range order {
		rows, id := it.sql != "", it.entry.ID
		if it.first && rows {
			if err := blocks.Begin(id); err != nil {
				return err
			}
		}
		if err := blocks.Part(it.part); err != nil {
			return err
		}
		if it.last && rows {
			if w.tables[id], err = blocks.End(); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

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
	pool     *archive.Pool // set by write
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
	w.pool = archive.StartPool(ctx, group, out, archive.PoolOptions{Head: w.head, Level: w.level, Feeds: len(w.sessions)})
	todo := make(chan *item)
	var feeding sync.WaitGroup
	run := func(f func() error) {
		feeding.Add(1)
		group.Go(func() error {
			defer feeding.Done()
			return f()
		})
	}
	run(func() error { return w.give(ctx, head, todo) })
	for _, s := range w.sessions {
		run(func() error { return w.read(ctx, s, todo) })
	}
	group.Go(func() error {
		feeding.Wait()
		w.pool.Close()
		return nil
	})
	return group.Wait()
}

// give passes the head and the items to the archive, and the items to the sessions in the
// same order.
func (w *work) give(ctx context.Context, head []byte, todo chan<- *item) error {
	defer close(todo)
	first := archive.NewPart()
	out := w.pool.NewFeed().Bytes(first)
	if _, err := out.Write(head); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	first.Close()
	if err := w.pool.Append(first); err != nil {
		return err
	}
	for _, it := range w.items {
		if it.part = archive.NewPart(); it.sql != "" {
			it.part = archive.NewRows(it.entry.ID, it.first, it.last)
		}
		if err := w.pool.Append(it.part); err != nil {
			return err
		}
		select {
		case todo <- it:
		case <-ctx.Done():
			return context.Cause(ctx)
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

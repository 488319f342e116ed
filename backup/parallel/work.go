package parallel

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// ahead is how many segments a session may be ahead of the archive.
const ahead = 6

// work is the reading of all rows.
type work struct {
	head     *archive.Head
	level    int
	items    []*item
	sessions []*pgtools.Snapshot
	tables   map[int]Rows // set by write

	texts  chan []byte   // empty buffers for the text of segments; nil for one that is not allocated yet
	chunks chan []byte   // empty buffers for their chunks
	pack   chan *segment // to compress
}

// A segment is a piece of a block on its way from a session to the archive.
type segment struct {
	text   []byte
	rows   int
	packed archive.Segment
	ready  chan struct{} // closed when packed is set
	slot   chan struct{} // gets its place back once it is in the archive
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
	processors := runtime.GOMAXPROCS(0)
	buffers := len(w.sessions) + processors + 1
	w.texts, w.pack = make(chan []byte, buffers), make(chan *segment)
	w.chunks = make(chan []byte, ahead*len(w.sessions))
	for range buffers {
		w.texts <- nil
	}
	group, ctx := errgroup.WithContext(ctx)
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
		close(w.pack)
		return nil
	})
	for range processors {
		group.Go(func() error { return w.compress(ctx) })
	}
	group.Go(func() error { return w.join(ctx, out, head, order) })
	return group.Wait()
}

// give passes the items to the sessions, and to the archive in the same order.
func (w *work) give(ctx context.Context, todo, order chan<- *item) error {
	defer close(todo)
	defer close(order)
	for _, it := range w.items {
		it.segments = make(chan *segment, ahead)
		for _, to := range []chan<- *item{order, todo} {
			if err := send(ctx, to, it); err != nil {
				return err
			}
		}
	}
	return nil
}

// read reads items in a session until there are no more. Then it ends the transaction.
func (w *work) read(ctx context.Context, s *pgtools.Snapshot, todo <-chan *item) error {
	slots := make(chan struct{}, ahead)
	for range ahead {
		slots <- struct{}{}
	}
	for it := range todo {
		var err error
		if it.sql == "" {
			err = w.readObjects(ctx, s, it, slots)
		} else {
			err = w.readRows(ctx, s, it, slots)
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", it.entry, err)
		}
		close(it.segments)
	}
	return s.Finish(ctx)
}

func (w *work) readRows(ctx context.Context, s *pgtools.Snapshot, it *item, slots chan struct{}) error {
	c := &cutter{
		begin: func() ([]byte, error) {
			if _, err := receive(ctx, slots); err != nil {
				return nil, err
			}
			text, err := receive(ctx, w.texts)
			if text == nil {
				text = make([]byte, 0, maxSegment)
			}
			return text, err
		},
		emit: func(text []byte, rows int) error {
			seg := &segment{text: text, rows: rows, ready: make(chan struct{}), slot: slots}
			it.segments <- seg // there is room for all slots
			return send(ctx, w.pack, seg)
		},
	}
	if err := s.CopyOut(ctx, it.sql, c); err != nil {
		return err
	}
	return c.flush()
}

// compress compresses segments until there are no more.
func (w *work) compress(ctx context.Context) error {
	packer, err := archive.NewSegmentPacker(w.head, w.level)
	if err != nil {
		return err
	}
	for {
		seg, err := receive(ctx, w.pack)
		if seg == nil {
			return err
		}
		var buffer []byte
		select {
		case buffer = <-w.chunks:
		default:
		}
		if seg.packed, err = packer.Pack(buffer, seg.text); err != nil {
			return err
		}
		text := seg.text[:0]
		if cap(text) > maxSegment {
			text = nil // do not keep the memory of a long row
		}
		seg.text = nil
		w.texts <- text // there is room for all buffers
		close(seg.ready)
	}
}

// join writes the head, and the segments of each item as they are ready.
func (w *work) join(ctx context.Context, out io.Writer, head []byte, order <-chan *item) error {
	joiner, err := archive.NewBlockJoiner(w.head)
	if err != nil {
		return err
	}
	w.tables = map[int]Rows{}
	if _, err := out.Write(head); err != nil {
		return err
	}
	var table Rows
	var at int64 // in the block
	write := func(b []byte) error {
		n, err := out.Write(b)
		at += int64(n)
		return err
	}
	for it := range order {
		rows := it.sql != ""
		if it.first {
			table, at = Rows{}, 0
			if rows {
				if err := write(joiner.Begin(nil, it.entry.ID)); err != nil {
					return err
				}
			}
		}
		for {
			seg, err := it.next(ctx)
			if err != nil {
				return err
			}
			if seg == nil {
				break
			}
			place := catalog.ManifestSegment{Offset: at, Length: int64(len(seg.packed.Chunks)), Rows: int64(seg.rows), SHA256: seg.packed.SHA256}
			if err := write(seg.packed.Chunks); err != nil {
				return err
			}
			if rows {
				joiner.Add(seg.packed)
				table.Count += place.Rows
				table.Segments = append(table.Segments, place)
			}
			select {
			case w.chunks <- seg.packed.Chunks[:0]:
			default:
			}
			seg.slot <- struct{}{} // there is room for all slots
		}
		if it.last && rows {
			if err := write(joiner.End(nil)); err != nil {
				return err
			}
			w.tables[it.entry.ID] = table
		}
	}
	return ctx.Err()
}

// next waits for the next segment of it, and for its compression. It returns nil after the
// last one.
func (it *item) next(ctx context.Context) (*segment, error) {
	seg, err := receive(ctx, it.segments)
	if seg != nil {
		_, err = receive(ctx, seg.ready)
	}
	return seg, err
}

// send sends v unless ctx ends first.
func send[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// receive receives a value, zero if the channel is closed, unless ctx ends first.
func receive[T any](ctx context.Context, from <-chan T) (v T, err error) {
	select {
	case v = <-from:
		return v, nil
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
}

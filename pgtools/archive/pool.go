package archive

import (
	"context"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// ahead is how many segments a Feed may be ahead of the archive.
const ahead = 6

// A Pool compresses the segments of an archive on all processors. Feeds give it the
// segments of a Part, and a BlockWriter writes them in order:
//
//	rows ─ Feed ─ segments ─┐               ┌─ Part ─┐
//	rows ─ Feed ─ segments ─┼─ goroutines ──┼─ Part ─┼─ BlockWriter
//	…                       │               │        │
//
// It takes the memory of a text for each processor and Feed, and of a few segments for
// each Feed. Only a row that is longer than a segment takes more.
type Pool struct {
	ctx   context.Context //nolint:containedctx // the life of the goroutines
	head  *Head
	level int

	texts  chan []byte   // empty buffers for the text of segments; nil for one that is not allocated yet
	chunks chan []byte   // empty buffers for their chunks
	todo   chan *pending // to compress
}

// pending is a segment on its way from a Feed to the archive.
type pending struct {
	text   []byte
	rows   int
	packed Segment
	ready  chan struct{} // closed when packed is set
	slot   chan struct{} // takes back the Feed's slot once the segment is in the archive
}

// StartPool starts the goroutines of a Pool in group. They end after Close, or with ctx, and
// so does everything that waits for them. level is as for NewDataWriter.
func StartPool(ctx context.Context, group *errgroup.Group, h *Head, level, feeds int) *Pool {
	processors := runtime.GOMAXPROCS(0)
	p := &Pool{
		ctx: ctx, head: h, level: level,
		texts:  make(chan []byte, feeds+processors+1),
		chunks: make(chan []byte, feeds*ahead),
		todo:   make(chan *pending),
	}
	for range cap(p.texts) {
		p.texts <- nil
	}
	for range processors {
		group.Go(p.compress)
	}
	return p
}

// Close ends the goroutines once no Feed has more segments.
func (p *Pool) Close() { close(p.todo) }

// compress compresses segments until there are no more.
func (p *Pool) compress() error {
	packer, err := NewSegmentPacker(p.head, p.level)
	if err != nil {
		return err
	}
	for {
		seg, err := receive(p.ctx, p.todo)
		if seg == nil {
			return err
		}
		var buffer []byte
		select {
		case buffer = <-p.chunks:
		default:
		}
		if seg.packed, err = packer.Pack(buffer, seg.text); err != nil {
			return err
		}
		p.texts <- reusable(seg.text) // there is room for all buffers
		seg.text = nil
		close(seg.ready)
	}
}

// reusable empties a buffer. It returns nil for that of a long row, whose memory is not kept.
func reusable(buffer []byte) []byte {
	if cap(buffer) > 2*maxSegment {
		return nil
	}
	return buffer[:0]
}

// A Part is a series of segments, such as the rows of a table. One goroutine feeds it.
type Part struct {
	segments chan *pending
}

// NewPart returns an empty Part.
func NewPart() *Part { return &Part{make(chan *pending, ahead)} }

// Close ends the series.
func (p *Part) Close() { close(p.segments) }

// A Feed gives segments to a Pool, for one Part after another. It waits while it is a few
// segments ahead of the archive.
type Feed struct {
	pool  *Pool
	slots chan struct{}
}

// NewFeed returns a new Feed of p.
func (p *Pool) NewFeed() *Feed {
	f := &Feed{p, make(chan struct{}, ahead)}
	for range ahead {
		f.slots <- struct{}{}
	}
	return f
}

// Rows returns a Cutter that divides rows into the segments of part.
func (f *Feed) Rows(part *Part) *Cutter {
	return &Cutter{
		begin: func() ([]byte, error) {
			if _, err := receive(f.pool.ctx, f.slots); err != nil {
				return nil, err
			}
			text, err := receive(f.pool.ctx, f.pool.texts)
			if text == nil {
				text = make([]byte, 0, maxSegment)
			}
			return text, err
		},
		emit: func(text []byte, rows int) error {
			if rows == 0 {
				f.pool.texts <- text // there is room for all buffers
				f.slots <- struct{}{}
				return nil
			}
			seg := &pending{text: text, rows: rows, ready: make(chan struct{}), slot: f.slots}
			part.segments <- seg // there is room for all slots
			return send(f.pool.ctx, f.pool.todo, seg)
		},
	}
}

// Chunks adds bytes of a block, already in their final form, to part.
func (f *Feed) Chunks(part *Part, chunks []byte) error {
	if _, err := receive(f.pool.ctx, f.slots); err != nil {
		return err
	}
	seg := &pending{packed: Segment{Chunks: chunks}, ready: make(chan struct{}), slot: f.slots}
	close(seg.ready)
	part.segments <- seg // there is room for all slots
	return nil
}

// Rows describes the rows of a table in an archive.
type Rows struct {
	Count    int64
	Segments []SegmentPlace // all of the block but its first and last bytes
}

// A SegmentPlace is where a Segment is in its block.
type SegmentPlace struct {
	Offset int64 // bytes from the start of the block
	Length int64 // bytes
	Rows   int64
	SHA256 [32]byte // of the text of the rows
}

// A BlockWriter writes the Parts of a Pool.
type BlockWriter struct {
	pool   *Pool
	out    io.Writer
	joiner *BlockJoiner
	at     int64 // in the block
	rows   Rows
}

// NewBlockWriter returns a BlockWriter that writes to out.
func (p *Pool) NewBlockWriter(out io.Writer) (*BlockWriter, error) {
	joiner, err := NewBlockJoiner(p.head)
	return &BlockWriter{pool: p, out: out, joiner: joiner}, err
}

// Begin writes the start of the block of an entry whose rows come in Parts.
func (w *BlockWriter) Begin(id int) error {
	w.at, w.rows = 0, Rows{}
	return w.write(w.joiner.Begin(nil, id))
}

// Part writes the segments of part as they are ready.
func (w *BlockWriter) Part(part *Part) error {
	for {
		seg, err := receive(w.pool.ctx, part.segments)
		if seg == nil {
			return err
		}
		if _, err := receive(w.pool.ctx, seg.ready); err != nil {
			return err
		}
		place := SegmentPlace{Offset: w.at, Length: int64(len(seg.packed.Chunks)), Rows: int64(seg.rows), SHA256: seg.packed.SHA256}
		if err := w.write(seg.packed.Chunks); err != nil {
			return err
		}
		if seg.rows > 0 {
			w.joiner.Add(seg.packed)
			w.rows.Count += place.Rows
			w.rows.Segments = append(w.rows.Segments, place)
		}
		select {
		case w.pool.chunks <- reusable(seg.packed.Chunks):
		default:
		}
		seg.slot <- struct{}{} // there is room for all slots
	}
}

// End writes the end of the block, and describes its rows.
func (w *BlockWriter) End() (Rows, error) { return w.rows, w.write(w.joiner.End(nil)) }

func (w *BlockWriter) write(b []byte) error {
	n, err := w.out.Write(b)
	w.at += int64(n)
	return err
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

package archive

import (
	"context"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// ahead is how many segments a Feed may be ahead of the archive.
const ahead = 6

// A Pool writes the blocks of an archive as consecutive Parts. It compresses their rows in
// segments, on all processors:
//
//	rows ─ Feed ─ segments ─┐               ┌─ Part ─┐
//	rows ─ Feed ─ segments ─┼─ goroutines ──┼─ Part ─┼─ archive
//	…                       │               │        │
//
// It needs memory for the text of one segment per processor and Feed, and for a few
// compressed segments per Feed. Only a row that is longer than a segment takes more.
type Pool struct {
	ctx   context.Context //nolint:containedctx // the life of the goroutines
	head  *Head
	level int

	texts  chan []byte   // empty buffers for segment text; nil for one not allocated yet
	chunks chan []byte   // empty buffers for compressed chunks
	todo   chan *pending // segments to compress
	parts  chan *Part    // Parts to write
	tables map[int]Rows
}

// pending is a segment on its way from a Feed to the archive.
type pending struct {
	text   []byte
	rows   int
	packed Segment
	ready  chan struct{} // closed when packed is set
	slot   chan struct{} // gets the Feed's slot back once the segment is in the archive
}

// PoolOptions are the options of a Pool.
type PoolOptions struct {
	Head  *Head
	Level int // compression level, as for NewDataWriter
	Feeds int // maximum number of Feeds
}

// StartPool starts the goroutines of a Pool that writes to out, in group. They end after
// Close or when ctx ends. The end of ctx also unblocks calls that wait for the goroutines.
func StartPool(ctx context.Context, group *errgroup.Group, out io.Writer, opt PoolOptions) *Pool {
	processors := runtime.GOMAXPROCS(0)
	p := &Pool{
		ctx: ctx, head: opt.Head, level: opt.Level,
		texts:  make(chan []byte, opt.Feeds+processors+1),
		chunks: make(chan []byte, opt.Feeds*ahead),
		todo:   make(chan *pending),
		parts:  make(chan *Part, opt.Feeds),
		tables: map[int]Rows{},
	}
	for range cap(p.texts) {
		p.texts <- nil
	}
	for range processors {
		group.Go(p.compress)
	}
	group.Go(func() error { return p.write(out) })
	return p
}

// Append adds a Part to the archive. Its segments may come later.
func (p *Pool) Append(part *Part) error { return send(p.ctx, p.parts, part) }

// Close lets the goroutines end once all Parts and segments are written.
func (p *Pool) Close() {
	close(p.todo)
	close(p.parts)
}

// Tables returns the rows written for each table, by the dump id of its entry. Call it
// after the goroutines have ended.
func (p *Pool) Tables() map[int]Rows { return p.tables }

// compress compresses segments until none are left.
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
		if seg.packed, err = packer.Pack(p.buffer(), seg.text); err != nil {
			return err
		}
		p.texts <- reusable(seg.text) // there is room for every buffer
		seg.text = nil
		close(seg.ready)
	}
}

// buffer returns an empty buffer for chunks.
func (p *Pool) buffer() []byte {
	select {
	case buffer := <-p.chunks:
		return buffer
	default:
		return nil
	}
}

// reusable empties a buffer. It returns nil for a long row's buffer to free its memory.
func reusable(buffer []byte) []byte {
	if cap(buffer) > 2*maxSegment {
		return nil
	}
	return buffer[:0]
}

// A Part is a series of segments: all or some rows of a table, or other bytes of the
// archive. Only one goroutine may feed it.
type Part struct {
	id          int
	first, last bool // first or last part of a table
	segments    chan *pending
}

// NewPart returns a Part for bytes that are already in their final form.
func NewPart() *Part { return &Part{segments: make(chan *pending, ahead)} }

// NewRows returns a Part for rows of the entry with this dump id. first and last report
// whether these are the first and the last rows of the table.
func NewRows(id int, first, last bool) *Part {
	return &Part{id, first, last, make(chan *pending, ahead)}
}

// Close ends the series.
func (p *Part) Close() { close(p.segments) }

// A Feed gives segments to a Pool, for one Part after another. It waits while it is too
// many segments ahead of the archive.
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
				f.pool.texts <- text // there is room for every buffer
				f.slots <- struct{}{}
				return nil
			}
			seg := &pending{text: text, rows: rows, ready: make(chan struct{}), slot: f.slots}
			part.segments <- seg // there is room for every slot
			return send(f.pool.ctx, f.pool.todo, seg)
		},
	}
}

// Bytes returns a Copier that writes bytes to part.
func (f *Feed) Bytes(part *Part) *Copier { return &Copier{feed: f, part: part} }

// A Copier divides bytes of an archive into segments. Call Flush after the last one.
type Copier struct {
	feed *Feed
	part *Part
	held []byte
}

// Write implements io.Writer.
func (c *Copier) Write(p []byte) (int, error) {
	if c.held == nil {
		c.held = c.feed.pool.buffer()
	}
	c.held = append(c.held, p...)
	if len(c.held) < minSegment {
		return len(p), nil
	}
	return len(p), c.Flush()
}

// Flush passes on the buffered bytes.
func (c *Copier) Flush() error {
	if len(c.held) == 0 {
		return nil
	}
	if _, err := receive(c.feed.pool.ctx, c.feed.slots); err != nil {
		return err
	}
	seg := &pending{packed: Segment{Chunks: c.held}, ready: make(chan struct{}), slot: c.feed.slots}
	close(seg.ready)
	c.held = nil
	c.part.segments <- seg // there is room for every slot
	return nil
}

// Rows describes the rows of a table in an archive.
type Rows struct {
	Count    int64
	Segments []SegmentPlace // the whole block except its first and last bytes
}

// A SegmentPlace is the place of a Segment in its block.
type SegmentPlace struct {
	Offset int64 // in bytes, from the start of the block
	Length int64 // in bytes
	Rows   int64
	SHA256 [32]byte // checksum of the text of the rows
}

// write writes the segments of all Parts when they are ready.
func (p *Pool) write(out io.Writer) error {
	joiner, err := NewBlockJoiner(p.head)
	if err != nil {
		return err
	}
	w := &blockWriter{pool: p, out: out, joiner: joiner}
	for {
		part, err := receive(p.ctx, p.parts)
		if part == nil {
			return err
		}
		if err := w.part(part); err != nil {
			return err
		}
	}
}

// blockWriter writes Parts.
type blockWriter struct {
	pool   *Pool
	out    io.Writer
	joiner *BlockJoiner
	at     int64 // offset in a table's block
	rows   Rows
}

func (w *blockWriter) part(part *Part) error {
	if part.first {
		w.at, w.rows = 0, Rows{}
		if err := w.write(w.joiner.Begin(nil, part.id)); err != nil {
			return err
		}
	}
	for {
		seg, err := receive(w.pool.ctx, part.segments)
		if err != nil {
			return err
		}
		if seg == nil {
			break
		}
		if _, err := receive(w.pool.ctx, seg.ready); err != nil {
			return err
		}
		if err := w.segment(seg); err != nil {
			return err
		}
	}
	if !part.last {
		return nil
	}
	w.pool.tables[part.id] = w.rows
	return w.write(w.joiner.End(nil))
}

func (w *blockWriter) segment(seg *pending) error {
	if seg.rows > 0 {
		if err := w.write(w.joiner.Add(nil, seg.packed)); err != nil {
			return err
		}
		w.rows.Count += int64(seg.rows)
		w.rows.Segments = append(w.rows.Segments, SegmentPlace{
			Offset: w.at, Length: int64(len(seg.packed.Chunks)), Rows: int64(seg.rows), SHA256: seg.packed.SHA256,
		})
	}
	if err := w.write(seg.packed.Chunks); err != nil {
		return err
	}
	select {
	case w.pool.chunks <- reusable(seg.packed.Chunks):
	default:
	}
	seg.slot <- struct{}{} // there is room for every slot
	return nil
}

func (w *blockWriter) write(b []byte) error {
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

// receive receives a value unless ctx ends first. It returns zero if the channel is closed.
func receive[T any](ctx context.Context, from <-chan T) (v T, err error) {
	select {
	case v = <-from:
		return v, nil
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
}

package archive

import (
	"errors"
	"io"
)

// Walk reads an archive that does not tell where its blocks lie, once, from the
// end of its head on. It calls visit as each block begins, with its ID and
// place, a Length of -1, and a reader of its bytes that ends where the block
// does; what visit leaves unread is skipped. An error of visit ends the walk.
//
// It returns the blocks in the order in which they lie, and an error when the
// archive is not whole, as Indexer.Finish has it.
func Walk(r io.Reader, h *Head, visit func(b Block, r io.Reader) error) ([]Block, error) {
	w := &walker{r: r, store: make([]byte, 64<<10), at: h.Length}
	w.indexer = NewIndexer(h, IndexOptions{
		tail:  true,
		Begun: func(b Block) { w.begun = append(w.begun, b) },
		Found: func(b Block) error {
			w.ends = append(w.ends, b.Offset+b.Length)
			return nil
		},
	})
	for {
		b, err := w.next()
		if errors.Is(err, io.EOF) {
			return w.indexer.Finish()
		}
		if err != nil {
			return nil, err
		}
		if err := visit(b, w); err != nil {
			return nil, err
		}
		if _, err := io.Copy(io.Discard, w); err != nil {
			if errors.Is(w.err, io.EOF) {
				return w.indexer.Finish() // which knows what is missing
			}
			return nil, err
		}
	}
}

// walker reads ahead by a buffer, which an Indexer has seen, so it knows where
// the block at hand ends before it hands out its last byte.
type walker struct {
	r       io.Reader
	indexer *Indexer
	store   []byte
	ahead   []byte // in store: read and indexed, but not handed out
	at      int64  // of ahead[0], from the start of the archive
	begun   []Block
	ends    []int64 // of the block at hand and those after it
	err     error   // of what comes after ahead
}

// next returns the next block, or io.EOF when there is none.
func (w *walker) next() (Block, error) {
	w.ends = w.ends[min(1, len(w.ends)):]
	for len(w.begun) == 0 {
		if w.err != nil {
			return Block{}, w.err
		}
		w.fill()
	}
	b := w.begun[0]
	b.Length = -1
	w.begun = w.begun[1:]
	return b, nil
}

// Read reads from the block at hand.
func (w *walker) Read(p []byte) (int, error) {
	for len(w.ahead) == 0 && len(w.ends) == 0 {
		if errors.Is(w.err, io.EOF) {
			return 0, malformed(w.at, "data: %w", io.ErrUnexpectedEOF)
		}
		if w.err != nil {
			return 0, w.err
		}
		w.fill()
	}
	if len(w.ends) > 0 {
		p = p[:min(int64(len(p)), w.ends[0]-w.at)]
		if w.at == w.ends[0] {
			return 0, io.EOF
		}
	}
	n := copy(p, w.ahead)
	w.ahead = w.ahead[n:]
	w.at += int64(n)
	return n, nil
}

// fill reads more behind what is ahead. Where the Indexer stops, what came
// before is still handed out.
func (w *walker) fill() {
	have := copy(w.store, w.ahead)
	n, err := w.r.Read(w.store[have:])
	fits, bad := w.indexer.Write(w.store[have : have+n])
	w.ahead = w.store[:have+fits]
	if w.indexer.state == inTail {
		w.ahead = w.ahead[:w.indexer.ended-w.at]
	}
	switch {
	case bad != nil:
		w.err = bad
	case err != nil && !errors.Is(err, io.EOF):
		w.err = readFailure(w.indexer.at, "walk", err)
	default:
		w.err = err
	}
}

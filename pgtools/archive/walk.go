package archive

import (
	"errors"
	"io"
)

// Walk reads an archive without offsets once, from the end of its head on. At the start of
// each block it calls visit with the block's ID and offset, a Length of -1, and a reader
// for the block's bytes. Walk skips bytes that visit does not read. An error from visit
// ends the walk.
//
// Like Indexer.Finish, Walk returns the blocks in order, and an error if the archive is
// incomplete.
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
				return w.indexer.Finish() // its error names the missing block
			}
			return nil, err
		}
	}
}

// A walker passes each buffer to an Indexer before it returns bytes from it. It therefore
// knows the end of the current block before it returns the last byte.
type walker struct {
	r       io.Reader
	indexer *Indexer
	store   []byte
	ahead   []byte // buffer: read and indexed, but not returned yet
	at      int64  // offset of ahead[0] from the start of the archive
	begun   []Block
	ends    []int64 // ends of the current and following blocks
	err     error   // error to return after ahead
}

// next returns the next block, or io.EOF if there is none.
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

// Read reads from the current block.
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

// fill appends bytes to ahead. If the Indexer fails, the bytes before the failure are
// still returned.
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

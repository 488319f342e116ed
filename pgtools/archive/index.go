package archive

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// IndexOptions are the options of an Indexer. The zero value is valid.
type IndexOptions struct {
	SHA256 bool              // fill in Block.SHA256
	Begun  func(Block)       // called for each block when its ID is known
	Found  func(Block) error // called at the end of each block; Write returns its error

	tail bool // skip a second table of contents; see inTail
}

// An Indexer records the places of an archive's blocks. Write takes the bytes after the
// head, in pieces of any size. The Indexer does not keep them; it needs a few bytes of
// memory per block.
//
// Write returns an error at the first impossible byte, and on every further call. Finish
// reports whether the archive is complete.
type Indexer struct {
	opt     IndexOptions
	entries map[int]*Entry // entries whose block has not arrived yet
	blocks  []Block
	err     error

	at    int64 // bytes from the start of the archive
	ended int64 // end of the last block, or of the head
	state indexState
	block Block // the current block
	hash  hash.Hash
	left  int64 // bytes left in the current chunk

	number [intBytes]byte // an integer that arrived in pieces
	have   int
}

// indexState is the part of the archive that the Indexer expects next.
type indexState int

const (
	atBlock  indexState = iota // a block's type, or the end
	atID                       // an entry's dump id
	atObject                   // a large object's oid; 0 ends the block
	atChunk                    // a chunk's length; 0 ends a table's data or a large object
	inChunk                    // the chunk's remaining bytes

	// inTail comes after the last block, where the archive should end. When a shell
	// redirects its output to a file, pg_dump 17 to 19 append the table of contents with
	// offsets, instead of overwriting the one at the start. pg_restore does not read the
	// second one.
	inTail
)

// NewIndexer returns an Indexer for the archive with head h.
func NewIndexer(h *Head, opt IndexOptions) *Indexer {
	x := &Indexer{opt: opt, entries: h.withBlocks(), at: h.Length, ended: h.Length}
	if opt.SHA256 {
		x.hash = sha256.New()
	}
	return x
}

// Scan reads an archive from the end of its head on, and returns its blocks in order. It
// returns an error if the archive is incomplete.
func Scan(r io.Reader, h *Head, opt IndexOptions) ([]Block, error) {
	opt.tail = true
	x := NewIndexer(h, opt)
	// Write is cheap, so a small buffer that stays in the processor's cache is fastest.
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		if _, err := x.Write(buf[:n]); err != nil {
			return nil, err
		}
		if errors.Is(err, io.EOF) {
			return x.Finish()
		}
		if err != nil {
			return nil, readFailure(x.at, "scan", err)
		}
	}
}

// Write implements io.Writer for the bytes after the head.
func (x *Indexer) Write(p []byte) (int, error) {
	if x.err != nil {
		return 0, x.err
	}
	start := x.at
	unhashed := 0 // p[unhashed:] is not hashed yet
	for i := 0; i < len(p); x.at = start + int64(i) {
		switch x.state {
		case atBlock:
			unhashed = i
			x.err = x.begin(p[i])
			i++
		case inChunk:
			i += x.skip(len(p) - i)
		case inTail:
			i = len(p)
		default:
			n, used, whole := x.integer(p[i:])
			i += used
			if !whole {
				continue
			}
			x.at = start + int64(i)
			if x.take(n); x.state == atBlock && x.err == nil {
				x.sum(p[unhashed:i])
				x.err = x.end()
			}
		}
		if x.err != nil {
			return i, x.err
		}
	}
	if x.state != atBlock && x.state != inTail {
		x.sum(p[unhashed:])
	}
	return len(p), nil
}

func (x *Indexer) sum(p []byte) {
	if x.hash != nil {
		_, _ = x.hash.Write(p) // a hash never fails
	}
}

// skip skips up to n bytes of a chunk.
func (x *Indexer) skip(n int) int {
	n = int(min(x.left, int64(n)))
	if x.left -= int64(n); x.left == 0 {
		x.state = atChunk
	}
	return n
}

// integer reads an integer, which may be only partly in p. used is the number of bytes of p
// that belong to it.
func (x *Indexer) integer(p []byte) (n int64, used int, whole bool) {
	if x.have == 0 && len(p) >= intBytes {
		return decodeInt(p), intBytes, true
	}
	used = copy(x.number[x.have:], p)
	if x.have += used; x.have < intBytes {
		return 0, used, false
	}
	x.have = 0
	return decodeInt(x.number[:]), used, true
}

// begin starts a block.
func (x *Indexer) begin(kind byte) error {
	if x.opt.tail && kind == 0 && len(x.entries) == 0 { // 0 is the sign byte of the number of entries in a second table of contents
		x.state = inTail
		return nil
	}
	if kind != typeData && kind != typeLargeObjects {
		return malformed(x.at, "%#x where a block should begin or the archive should end", kind)
	}
	x.block = Block{Offset: x.at, LargeObjects: kind == typeLargeObjects}
	x.state = atID
	return nil
}

// take handles an integer that ends at x.at. At the end of a block it sets the state to
// atBlock.
func (x *Indexer) take(n int64) {
	begin := x.at - intBytes
	switch x.state {
	case atID:
		e := x.entries[int(n)]
		if e == nil {
			x.err = malformed(begin, "a block of entry %d, which has no block or had one before", n)
			return
		}
		if (e.Desc == largeObjects) != x.block.LargeObjects {
			x.err = malformed(x.block.Offset, "wrong type of block for entry %d, %s", n, e)
			return
		}
		x.block.ID = int(n)
		x.state = atChunk
		if x.block.LargeObjects {
			x.state = atObject
		}
		if x.opt.Begun != nil {
			x.opt.Begun(x.block)
		}
	case atObject:
		x.state = atChunk // oids from 2^31 on are written as negative integers
		if n == 0 {
			x.state = atBlock
		}
	default:
		switch {
		case n < 0 || n > maxChunk:
			x.err = malformed(begin, "%s: the chunk has %d bytes", x.entries[x.block.ID], n)
		case n > 0:
			x.left, x.state = n, inChunk
		case x.block.LargeObjects:
			x.state = atObject
		default:
			x.state = atBlock
		}
	}
}

// maxChunk is the length of the longest chunk that pg_dump can write, in bytes.
const maxChunk = 1<<31 - 1

// end ends the block at x.at.
func (x *Indexer) end() error {
	b := x.block
	b.Length = x.at - b.Offset
	x.ended = x.at
	if x.hash != nil {
		x.hash.Sum(b.SHA256[:0])
		x.hash.Reset()
	}
	delete(x.entries, b.ID)
	x.blocks = append(x.blocks, b)
	if x.opt.Found != nil {
		return x.opt.Found(b)
	}
	return nil
}

// Finish returns the blocks in order. Call it at the end of the archive. It returns a
// FormatError unless every entry's block is complete.
func (x *Indexer) Finish() ([]Block, error) {
	if x.err != nil {
		return nil, x.err
	}
	if x.state != atBlock && x.state != inTail {
		what := "the beginning of a block"
		if e := x.entries[x.block.ID]; e != nil {
			what = e.String()
		}
		return nil, malformed(x.at, "the archive ends in the middle of %s: %w", what, io.ErrUnexpectedEOF)
	}
	if len(x.entries) > 0 {
		return nil, malformed(x.at, "the archive ends without %s: %w", x.missing(), io.ErrUnexpectedEOF)
	}
	return x.blocks, nil
}

// missing names the first entry whose block is missing.
func (x *Indexer) missing() string {
	var first *Entry
	for _, e := range x.entries {
		if first == nil || e.OffsetAt < first.OffsetAt {
			first = e
		}
	}
	if more := len(x.entries) - 1; more > 0 {
		return fmt.Sprintf("%s and %d more", first, more)
	}
	return first.String()
}

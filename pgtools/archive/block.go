package archive

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// A Block is the place of one entry's data in the archive.
type Block struct {
	ID           int   // the entry's dump id
	Offset       int64 // the block's first byte, from the start of the archive
	Length       int64 // in bytes, from the type byte to the end marker's last byte
	LargeObjects bool  // the block contains large objects, not a table's rows

	// SHA256 is the checksum of the block's bytes, or all zeros if unknown.
	SHA256 [sha256.Size]byte
}

// The first byte of a block.
const (
	typeData         = 1
	typeLargeObjects = 3
)

// largeObjects is the kind (Entry.Desc) of an entry whose block contains large objects: one
// for all of them up to PostgreSQL 16, one for every 1,000 from 17 on. Any other block
// contains the rows of one table.
const largeObjects = "BLOBS"

// ErrNoOffsets is the error for a table of contents without offsets, as in every
// archive that pg_dump wrote to a pipe. Scan finds the blocks.
var ErrNoOffsets = errors.New("the table of contents has no offsets")

// HasBlock reports whether the entry's data is in a block of the archive.
func (e *Entry) HasBlock() bool { return e.HadDumper && e.OffsetState != OffsetNoData }

// String returns the kind and the qualified name: "TABLE DATA public.users".
func (e *Entry) String() string {
	namespace, tag := e.Names()
	switch {
	case e.Desc == largeObjects:
		return "large objects"
	case namespace == "":
		return e.Desc + " " + tag
	}
	return e.Desc + " " + namespace + "." + tag
}

// Place sets the offsets of blocks, by dump id. It ignores entries without a block and
// those that already have an offset. Blocks checks the offsets.
func (h *Head) Place(offsets map[int]int64) {
	for i := range h.Entries {
		e := &h.Entries[i]
		if offset, ok := offsets[e.ID]; ok && e.OffsetState == OffsetUnknown {
			e.OffsetState, e.Offset = OffsetKnown, offset
		}
	}
}

// minBlock is the length of the shortest block in bytes: a type byte, an id, the end.
const minBlock = 1 + 2*intBytes

// Blocks returns the archive's blocks in the order of their offsets, according to the table
// of contents. size is the length of the archive in bytes, which determines the length of
// the last block. Blocks does not read the blocks themselves; a DataReader detects wrong
// offsets.
//
// The error is ErrNoOffsets, or a FormatError for impossible offsets.
func (h *Head) Blocks(size int64) ([]Block, error) {
	var blocks []Block
	for i := range h.Entries {
		e := &h.Entries[i]
		if !e.HasBlock() {
			continue
		}
		if e.OffsetState != OffsetKnown {
			return nil, fmt.Errorf("%s: %w", e, ErrNoOffsets)
		}
		if e.Offset < h.Length || e.Offset > size-minBlock {
			return nil, malformed(e.OffsetAt, "%s: the offset is %d, in an archive of %d bytes whose blocks begin at %d", e, e.Offset, size, h.Length)
		}
		blocks = append(blocks, Block{ID: e.ID, Offset: e.Offset, LargeObjects: e.Desc == largeObjects})
	}
	slices.SortFunc(blocks, func(a, b Block) int { return cmp.Compare(a.Offset, b.Offset) })
	end := size
	for i := len(blocks) - 1; i >= 0; i-- {
		b := &blocks[i]
		b.Length = end - b.Offset
		if b.Length < minBlock {
			return nil, malformed(b.Offset, "the blocks of entries %d and %d overlap", b.ID, blocks[i+1].ID)
		}
		end = b.Offset
	}
	// There must be no gaps between the head, the blocks and the end.
	if end != h.Length && len(blocks) > 0 {
		return nil, malformed(h.Length, "%d bytes do not belong to any entry", end-h.Length)
	}
	return blocks, nil
}

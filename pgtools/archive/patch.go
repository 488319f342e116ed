package archive

import (
	"bytes"
	"fmt"
)

// Patch writes the offsets of blocks into raw, which contains the head, like pg_dump at the
// end of a dump to a file. Entries without one of the blocks stay unchanged, and so does
// the length of raw.
func Patch(raw []byte, h *Head, blocks []Block) error {
	if int64(len(raw)) != h.Length {
		return fmt.Errorf("patch the table of contents: got %d bytes of a head of %d", len(raw), h.Length)
	}
	entries := h.withBlocks()
	for _, b := range blocks {
		e := entries[b.ID]
		if e == nil {
			return fmt.Errorf("patch the table of contents: entry %d does not exist or has no data", b.ID)
		}
		if h.OffsetSize < 8 && b.Offset>>(8*h.OffsetSize) != 0 {
			return fmt.Errorf("patch the table of contents: %s: an offset of %d does not fit in %d bytes", e, b.Offset, h.OffsetSize)
		}
		putOffset(raw[e.OffsetAt:][:1+h.OffsetSize], OffsetKnown, b.Offset)
	}
	return nil
}

// Excerpt returns the head of a smaller archive that consists of this head and the given
// blocks, one after another. raw is the original head, and Excerpt does not change it.
//
// The excerpt keeps the whole table of contents, so pg_restore needs -L with the entries to
// restore. pg_restore fails for entries whose data the excerpt lacks. From standard input,
// it also needs the blocks in the order in which it restores them: the order of the
// original, unless the list changes it.
func Excerpt(raw []byte, h *Head, blocks []Block) ([]byte, error) {
	head := bytes.Clone(raw)
	if int64(len(head)) == h.Length { // otherwise Patch fails
		for _, e := range h.withBlocks() {
			putOffset(head[e.OffsetAt:][:1+h.OffsetSize], OffsetUnknown, 0)
		}
	}
	moved := make([]Block, len(blocks))
	at := h.Length
	for i, b := range blocks {
		moved[i] = Block{ID: b.ID, Offset: at}
		at += b.Length
	}
	if err := Patch(head, h, moved); err != nil {
		return nil, err
	}
	return head, nil
}

// An Edit is the change that Rewrite makes to one entry. The zero value keeps it.
type Edit struct {
	Drop       bool   // leave the entry out
	Definition string // replaces the entry's definition; "" keeps it
	Copy       string // replaces the entry's COPY statement; "" keeps it
}

// Rewrite returns the head with edited entries and without the offsets of blocks. raw is
// the original head, and Rewrite does not change it. Entries keep their dump ids;
// pg_restore ignores dependencies on entries that do not exist. The caller must leave out
// the blocks of dropped entries.
func Rewrite(raw []byte, h *Head, edit func(*Entry) Edit) ([]byte, error) {
	head, err := Excerpt(raw, h, nil)
	if err != nil {
		return nil, err
	}
	p := &decoder{r: bytes.NewReader(raw)}
	p.header()
	countAt := p.at
	p.integer("number of entries")
	if p.err != nil {
		return nil, fmt.Errorf("rewrite the table of contents: %w", p.err)
	}
	out := bytes.Clone(head[:p.at])
	n, at := 0, p.at
	for i := range h.Entries {
		e := &h.Entries[i]
		end := e.OffsetAt + 1 + int64(h.OffsetSize)
		if change := edit(e); !change.Drop {
			for _, s := range []struct {
				at       int64
				old, new string
			}{{e.definitionAt, e.Definition, change.Definition}, {e.copyAt, e.Copy, change.Copy}} {
				if s.new == "" {
					continue
				}
				out = append(out, head[at:s.at]...)
				out = appendInt(out, int32(len(s.new)))
				out = append(out, s.new...)
				at = s.at + intBytes + int64(len(s.old))
			}
			out = append(out, head[at:end]...)
			n++
		}
		at = end
	}
	appendInt(out[:countAt], int32(n)) // overwrites the number of entries
	return out, nil
}

func (h *Head) withBlocks() map[int]*Entry {
	entries := map[int]*Entry{}
	for i := range h.Entries {
		if e := &h.Entries[i]; e.HasBlock() {
			entries[e.ID] = e
		}
	}
	return entries
}

func putOffset(b []byte, state OffsetState, offset int64) {
	b[0] = byte(state)
	for i := range b[1:] {
		b[1+i] = byte(offset >> (8 * i))
	}
}

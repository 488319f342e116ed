package s3store

import (
	"fmt"
	"io"
)

// Reviser is a stream whose beginning is known for certain only at its end: the
// offsets in an archive's table of contents, for instance, come after the blocks
// have been seen. Upload keeps back the parts that may change, and sends them
// last; each takes the memory of a part.
type Reviser interface {
	io.Reader

	// Held returns how many bytes at the start may change, or more than that
	// while it is not known yet. It is called while Read is.
	Held() int64

	// Revise changes these bytes in place. It is called once, after the stream
	// has ended; head holds as many bytes as Held says, or all there are.
	Revise(head []byte) error
}

// revise lets the stream change its beginning, which is in the held parts.
func (u *upload) revise(held []part) error {
	if u.reviser == nil || len(held) == 0 {
		return nil
	}
	head := held[0].data
	if len(held) > 1 {
		head = nil
		for _, p := range held {
			head = append(head, p.data...)
		}
	}
	if err := u.reviser.Revise(head[:min(int64(len(head)), u.reviser.Held())]); err != nil {
		return fmt.Errorf("%s: %w", u.store.on(u.op), err)
	}
	if len(held) > 1 {
		for _, p := range held {
			head = head[copy(p.data, head):]
		}
	}
	return nil
}

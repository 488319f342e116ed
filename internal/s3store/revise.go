package s3store

import (
	"fmt"
	"io"
)

// reviser is a stream whose start is final only after its end. The offsets in an
// archive's table of contents, for example, are known only after all blocks. Upload keeps
// the parts that may change in memory and sends them last.
type reviser interface {
	io.Reader

	// Held returns the number of bytes at the start that may change, or a larger number
	// while that is not known. It can be called during a Read.
	Held() int64

	// Revise changes these bytes in place. It is called once, after the end of the
	// stream. head has as many bytes as Held returns, or the whole stream if it is shorter.
	Revise(head []byte) error
}

// revise lets the stream change its start, which is in the held parts.
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

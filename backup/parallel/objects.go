package parallel

import (
	"context"
	"fmt"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

const (
	objectBatch = 32       // large objects that one query begins to read
	objectStart = 64 << 10 // bytes of each of them
	objectPart  = 1 << 20  // bytes of a further query
)

// readObjects reads the large objects of a block.
func (w *work) readObjects(ctx context.Context, s *pgtools.Snapshot, it *item, slots chan struct{}) error {
	out := &objectSegments{emit: func(chunks []byte) error {
		if _, err := receive(ctx, slots); err != nil {
			return err
		}
		seg := &segment{packed: archive.Segment{Chunks: chunks}, ready: make(chan struct{}), slot: slots}
		close(seg.ready)
		it.segments <- seg // there is room for all slots
		return nil
	}}
	data := archive.NewDataWriter(w.head, w.level)
	if err := data.Reset(out, archive.Block{ID: it.entry.ID, LargeObjects: true}); err != nil {
		return err
	}
	for oids := it.objects; len(oids) > 0; {
		n := min(len(oids), objectBatch)
		starts, err := s.ObjectsStart(ctx, oids[:n], objectStart)
		if err != nil {
			return err
		}
		if len(starts) != n {
			return fmt.Errorf("%d of %d large objects exist", len(starts), n)
		}
		for _, part := range starts {
			if err := writeObject(ctx, s, data, part); err != nil {
				return err
			}
		}
		oids = oids[n:]
	}
	if err := data.Close(); err != nil {
		return err
	}
	return out.flush()
}

// writeObject writes a large object that begins with part.
func writeObject(ctx context.Context, s *pgtools.Snapshot, data *archive.DataWriter, part pgtools.ObjectPart) error {
	if err := data.NextObject(part.OID); err != nil {
		return err
	}
	offset, limit := int64(0), objectStart
	for {
		if len(part.Data) > 0 {
			if _, err := data.Write(part.Data); err != nil {
				return err
			}
		}
		if len(part.Data) < limit {
			return nil
		}
		offset += int64(len(part.Data))
		limit = objectPart
		var err error
		if part.Data, err = s.ObjectPart(ctx, part.OID, offset, limit); err != nil {
			return err
		}
	}
}

// objectSegments divides the bytes of a block of large objects into pieces.
type objectSegments struct {
	emit func(chunks []byte) error
	held []byte
}

// Write implements io.Writer.
func (o *objectSegments) Write(p []byte) (int, error) {
	o.held = append(o.held, p...)
	if len(o.held) < minSegment {
		return len(p), nil
	}
	return len(p), o.flush()
}

func (o *objectSegments) flush() error {
	held := o.held
	o.held = nil
	if len(held) == 0 {
		return nil
	}
	return o.emit(held)
}

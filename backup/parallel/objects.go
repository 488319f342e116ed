package parallel

import (
	"context"
	"fmt"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

const (
	objectBatch = 32       // large objects that one query begins to read
	objectStart = 64 << 10 // bytes of each object that this query reads
	objectPart  = 1 << 20  // bytes that each further query reads
)

// readObjects reads the large objects of a block.
func (w *work) readObjects(ctx context.Context, s *pgtools.Snapshot, it *item, feed *archive.Feed) error {
	out := feed.Bytes(it.part)
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
			return fmt.Errorf("only %d of %d large objects exist", len(starts), n)
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
	return out.Flush()
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

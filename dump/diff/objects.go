package diff

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"

	"github.com/rubyforgood/hectl/pgtools/archive"
)

// SameObjects downloads the large objects of both dumps and reports whether they are the
// same. The blocks of equal objects can differ: a block begins with the id of an entry, and
// one more entry makes pg_dump number all of them differently.
func (t *Table) SameObjects(ctx context.Context) (bool, error) {
	if t.From == nil || t.To == nil {
		return false, nil
	}
	from, err := t.From.sumObjects(ctx)
	if err != nil {
		return false, err
	}
	to, err := t.To.sumObjects(ctx)
	return from == to, err
}

// sumObjects returns a checksum of the oids and contents of the large objects.
func (r *Rows) sumObjects(ctx context.Context) (sum [sha256.Size]byte, err error) {
	all := sha256.New()
	data := archive.NewDataReader(r.dump.Head)
	for _, b := range r.blocks {
		body := r.dump.ReadRange(ctx, b.Offset, b.Length)
		err := data.Reset(body, b)
		for err == nil {
			var oid uint32
			if oid, err = data.NextObject(); err == nil {
				one := sha256.New()
				if _, err = io.Copy(one, data); err == nil {
					_, _ = all.Write(one.Sum(binary.BigEndian.AppendUint32(nil, oid))) // a hash never fails
				}
			}
		}
		if closeErr := body.Close(); errors.Is(err, io.EOF) {
			err = closeErr
		}
		if err != nil {
			return sum, r.explain(err)
		}
	}
	return [sha256.Size]byte(all.Sum(nil)), nil
}

package restore

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// vouched is a dump that is read from its first byte to its last. In place of
// io.EOF comes an integrity fault, unless the bytes have the store's checksum and
// those of the manifest: what is made of them is then thrown away.
type vouched struct {
	r    io.Reader
	dump *dump
	sum  *s3store.Sum

	head    int // bytes of the head that are still to come
	indexer *archive.Indexer
	err     error
}

// newVouched returns dump d, which r has from its first byte on.
func newVouched(r io.Reader, d *dump, sum *s3store.Sum) *vouched {
	v := &vouched{r: r, dump: d, sum: sum, head: len(d.raw)}
	if d.manifest != nil {
		want := map[int][sha256.Size]byte{}
		for _, b := range d.Blocks {
			want[b.ID] = b.SHA256
		}
		v.indexer = archive.NewIndexer(d.Head, archive.IndexOptions{SHA256: true, Found: func(b archive.Block) error {
			if b.SHA256 != want[b.ID] {
				return fmt.Errorf("the checksum of block %d is not that of its manifest", b.ID)
			}
			return nil
		}})
	}
	return v
}

// Read implements io.Reader.
func (v *vouched) Read(p []byte) (int, error) {
	if v.err != nil {
		return 0, v.err
	}
	n, err := v.r.Read(p)
	_, _ = v.sum.Write(p[:n]) // a hash never fails
	if bad := v.look(p[:n]); bad != nil {
		v.err = notWhole(v.dump.Name, bad)
		return 0, v.err
	}
	if errors.Is(err, io.EOF) && !v.sum.Matches() {
		err = fault.New(fault.Integrity, suggestOlder, "%s is not whole: its %s is not that of what the store once received", v.dump.Name, v.sum.Kind)
	}
	v.err = err
	return n, err
}

// look compares the next bytes with the head as it was judged and, where there
// is a manifest, with its checksums.
func (v *vouched) look(p []byte) error {
	n := min(v.head, len(p))
	if at := len(v.dump.raw) - v.head; !bytes.Equal(p[:n], v.dump.raw[at:at+n]) {
		return errors.New("its table of contents is not what it was a moment ago")
	}
	v.head -= n
	if v.indexer == nil || n == len(p) {
		return nil
	}
	_, err := v.indexer.Write(p[n:])
	return err
}

// asDamage gives an error about what is wrong with an archive its exit code.
func asDamage(name string, err error) error {
	if _, damaged := errors.AsType[*archive.FormatError](err); damaged && fault.CodeOf(err) != fault.Integrity {
		return notWhole(name, err)
	}
	return err
}

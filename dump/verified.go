package dump

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

// VerifiedReader reads a whole dump. Unless the bytes match the checksums of the store and
// of the manifest, it returns an integrity fault instead of io.EOF, and the caller must
// discard its output.
type VerifiedReader struct {
	r    io.Reader
	dump *Dump
	sum  *s3store.Sum

	head    int // bytes of the head not read yet
	indexer *archive.Indexer
	err     error
}

// NewVerifiedReader returns a reader for dump d. r starts at the dump's first byte.
func NewVerifiedReader(r io.Reader, d *Dump, sum *s3store.Sum) *VerifiedReader {
	v := &VerifiedReader{r: r, dump: d, sum: sum, head: len(d.HeadBytes)}
	if d.Manifest != nil {
		want := map[int][sha256.Size]byte{}
		for _, b := range d.Blocks {
			want[b.ID] = b.SHA256
		}
		v.indexer = archive.NewIndexer(d.Head, archive.IndexOptions{SHA256: true, Found: func(b archive.Block) error {
			if b.SHA256 != want[b.ID] {
				return fmt.Errorf("the checksum of block %d does not match the manifest", b.ID)
			}
			return nil
		}})
	}
	return v
}

// Read implements io.Reader.
func (v *VerifiedReader) Read(p []byte) (int, error) {
	if v.err != nil {
		return 0, v.err
	}
	n, err := v.r.Read(p)
	_, _ = v.sum.Write(p[:n]) // a hash never fails
	if bad := v.look(p[:n]); bad != nil {
		v.err = DamageError(v.dump.Name, bad)
		return 0, v.err
	}
	if errors.Is(err, io.EOF) && !v.sum.Matches() {
		err = fault.New(fault.Integrity, SuggestOlder, "%s is damaged: its %s does not match the one that the store computed on upload", v.dump.Name, v.sum.Kind)
	}
	v.err = err
	return n, err
}

// look compares the next bytes with the head read earlier and, if there is a manifest, with
// its checksums.
func (v *VerifiedReader) look(p []byte) error {
	n := min(v.head, len(p))
	if at := len(v.dump.HeadBytes) - v.head; !bytes.Equal(p[:n], v.dump.HeadBytes[at:at+n]) {
		return errors.New("its table of contents changed while it was read")
	}
	v.head -= n
	if v.indexer == nil || n == len(p) {
		return nil
	}
	_, err := v.indexer.Write(p[n:])
	return err
}

// MarkDamage converts an archive.FormatError to a damage error.
func MarkDamage(name string, err error) error {
	if _, damaged := errors.AsType[*archive.FormatError](err); damaged && fault.CodeOf(err) != fault.Integrity {
		return DamageError(name, err)
	}
	return err
}

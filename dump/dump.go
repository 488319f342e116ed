package dump

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Dump is an archive that can be restored: its head, read and checked,
// and a way to its blocks.
type Dump struct {
	Name        string    // "s3://…", a file's path, or "standard input"
	Size        int64     // bytes; -1 when not known before the end
	Taken       time.Time // UTC; zero when not known
	Fingerprint string    // of the database it was made of; "" when not known

	Head      *archive.Head
	HeadBytes []byte // the bytes of Head
	Edits     Edits  // what of Head is restored otherwise than it says

	// Blocks are in the order in which they lie; nil when they can only be read
	// in order, from stream.
	Blocks []archive.Block
	// ReadRange reads length bytes from offset on, any number at once.
	ReadRange RangeReader
	// Stream reads the whole archive from its first byte on, once.
	Stream func(ctx context.Context) io.ReadCloser
	// Close may be called again.
	Close func() error

	Manifest *catalog.Manifest // nil when there is none
	bucket   *config.Bucket    // in which it is; nil when it is in none
	Masked   bool              // when it was made: see trust
}

// RangeReader reads length bytes from offset on.
type RangeReader func(ctx context.Context, offset, length int64) io.ReadCloser

// Empty reports whether a table is known to have no rows in the dump: its block is as
// short as the end of COPY's text is in its frame. No row is shorter than one byte more.
func (d *Dump) Empty(dataID int) bool {
	var shortest int64 // bytes
	switch d.Head.Compression {
	case archive.None:
		shortest = 21
	case archive.Gzip:
		shortest = 29
	case archive.Zstd:
		shortest = 30
	case archive.LZ4: // whose frames may be of two lengths: nothing is known
	}
	return slices.ContainsFunc(d.Blocks, func(b archive.Block) bool { return b.ID == dataID && b.Length <= shortest })
}

// SourceIdentity recognizes the database that a dump was made of; nil when the dump
// does not say.
func (d *Dump) SourceIdentity() *catalog.SourceIdentity {
	if d.Manifest == nil {
		return nil
	}
	return d.Manifest.SourceIdentity
}

// TableName names the table of an entry for people: without its schema, if that is
// public.
func TableName(e *archive.Entry) string {
	namespace, tag := e.Names()
	if namespace == "public" || namespace == "" {
		return tag
	}
	return namespace + "." + tag
}

// CompressionName names a compression for people.
func CompressionName(c archive.Compression) string {
	if c == archive.None {
		return "not compressed"
	}
	return "compressed by " + c.String()
}

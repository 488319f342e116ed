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

// Dump is an archive that can be restored: its head, read and checked, and access to its
// blocks.
type Dump struct {
	Name        string    // "s3://…", a file's path, or "standard input"
	Size        int64     // in bytes; -1 if not known before the end
	Taken       time.Time // UTC; zero if not known
	Fingerprint string    // the source's fingerprint; "" if not known

	Head      *archive.Head
	HeadBytes []byte // the bytes of Head
	Edits     Edits  // changes that a restore makes to Head

	// Blocks are ordered by offset. They are nil if the archive can only be read in order,
	// from Stream.
	Blocks []archive.Block
	// ReadRange reads length bytes, starting at offset. Concurrent reads are allowed.
	ReadRange RangeReader
	// Stream reads the whole archive from its first byte. It may be called only once.
	Stream func(ctx context.Context) io.ReadCloser
	// Close may be called more than once.
	Close func() error

	Manifest *catalog.Manifest // nil if there is none
	bucket   *config.Bucket    // the dump's bucket; nil for a file or a pipe
	Masked   bool              // whether the dump counts as masked: see Trust
}

// A RangeReader reads length bytes, starting at offset.
type RangeReader func(ctx context.Context, offset, length int64) io.ReadCloser

// Empty reports whether a table certainly has no rows in the dump: its block is no longer
// than COPY's end marker, compressed. Any row adds at least one byte.
func (d *Dump) Empty(dataID int) bool {
	var shortest int64 // in bytes
	switch d.Head.Compression {
	case archive.None:
		shortest = 21
	case archive.Gzip:
		shortest = 29
	case archive.Zstd:
		shortest = 30
	case archive.LZ4: // lz4 frames vary in length, so an empty table cannot be recognized
	}
	return slices.ContainsFunc(d.Blocks, func(b archive.Block) bool { return b.ID == dataID && b.Length <= shortest })
}

// SourceIdentity returns the SourceIdentity in the manifest, or nil if there is none.
func (d *Dump) SourceIdentity() *catalog.SourceIdentity {
	if d.Manifest == nil {
		return nil
	}
	return d.Manifest.SourceIdentity
}

// ManifestRows returns the number of rows of each block in the manifest, by dump id. A
// number that is not in the manifest is nil.
func (d *Dump) ManifestRows() map[int]*int64 {
	rows := map[int]*int64{}
	if d.Manifest != nil {
		for _, b := range d.Manifest.Blocks {
			rows[b.ID] = b.Rows
		}
	}
	return rows
}

// CompressionName returns the display name of a compression.
func CompressionName(c archive.Compression) string {
	if c == archive.None {
		return "not compressed"
	}
	return "compressed with " + c.String()
}

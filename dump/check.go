package dump

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Report contains the findings of a check that read a whole dump.
type Report struct {
	Bytes        int64 `json:"bytes"`
	Entries      int   `json:"entries"` // in the table of contents
	Blocks       int   `json:"blocks"`
	Tables       int   `json:"tables"` // tables with counted rows
	Rows         int64 `json:"rows"`
	LargeObjects int64 `json:"large_objects"`

	// The checksums with which the bytes were compared.
	Store       string `json:"store_checksum,omitempty"` // "CRC64NVME" or "MD5"
	Manifest    bool   `json:"manifest_checksums"`
	Compression string `json:"compression,omitempty"`

	// Opaque is the reason why only the object as a whole was checked; "" otherwise.
	Opaque  string   `json:"not_read,omitempty"`
	Damaged []Damage `json:"damaged,omitempty"`

	dump   *Dump
	intact bool            // the object matches the store's checksum, if any
	blocks []archive.Block // as read, with their SHA-256
	rows   map[int]int64   // number of rows by dump id, where known
}

// WholeObject is Damage.What for a dump that does not match the store's checksum.
const WholeObject = "the object as a whole"

// Damage describes one damaged part of a dump.
type Damage struct {
	What  string `json:"what"`
	Error string `json:"error"`
}

func (d Damage) String() string { return d.What + ": " + d.Error }

// HasChecksum reports whether the check had a checksum that detects changed bytes. Of the
// compressions that pg_dump writes, only gzip has one.
func (c *Report) HasChecksum() bool {
	return c.Store != "" || c.Manifest || c.Compression == archive.Gzip.String()
}

// Fault returns the error for a damaged dump, or nil for an intact one.
func (c *Report) Fault() error {
	switch n := len(c.Damaged); n {
	case 0:
		return nil
	case 1:
		return fault.New(fault.Integrity, "", "%s is damaged: %s", c.dump.Name, c.Damaged[0])
	default:
		return fault.New(fault.Integrity, "", "%s is damaged: %s, and %d more", c.dump.Name, c.Damaged[0], n-1)
	}
}

// OpenAny opens the dump. If this version of hectl cannot read the object as an archive,
// Head is nil, opaque gives the reason, and only the object as a whole can be checked.
func (s Object) OpenAny(ctx context.Context) (d *Dump, opaque string, err error) {
	if d, err = s.describe(ctx); err != nil {
		return nil, "", err
	}
	err = d.begin(ctx)
	_, misread := errors.AsType[*archive.FormatError](err)
	isDump := catalog.ManifestKey(s.Bucket.Base, s.Dump.Key) != ""
	switch {
	case err == nil:
		return d, "", nil
	case d.Manifest != nil || d.Head != nil || !misread: // it was readable once, or the error is not about the format
		return nil, "", err
	case errors.Is(err, archive.ErrLayout):
		return d, "this version of hectl cannot read the layout of its archive", nil
	case !isDump && !bytes.HasPrefix(d.HeadBytes, []byte(magic)):
		return d, "it is not an archive of pg_dump -Fc", nil
	}
	return nil, "", err
}

// OpenReadable opens a dump for masking. It returns an error if this version of hectl
// cannot read the object as an archive.
func (s Object) OpenReadable(ctx context.Context) (*Dump, error) {
	d, opaque, err := s.OpenAny(ctx)
	if err != nil {
		return nil, err
	}
	if opaque != "" {
		return nil, fault.New(fault.Failed, "", "%s cannot be masked: %s", d.Name, opaque)
	}
	return d, nil
}

// Check reads dump d from in, from its first byte to its last, and looks for damage of
// every kind. It returns an error only if reading fails. Damage is in Report.Damaged, and
// Check continues after it as long as it can follow the structure of the archive.
func Check(d *Dump, opaque string, in io.Reader, sum *s3store.Sum) (*Report, error) {
	c := &checking{Report: Report{dump: d, Store: sum.Kind, Opaque: opaque, rows: map[int]int64{}}}
	in = io.TeeReader(in, io.MultiWriter(sum, &c.size))
	if d.Head != nil {
		if err := c.archive(in); err != nil {
			return nil, err
		}
	}
	if _, err := io.Copy(io.Discard, in); err != nil { // the rest of a damaged archive, or all of an object without a head
		return nil, err
	}
	if c.intact = sum.Matches(); !c.intact {
		c.found(WholeObject, fmt.Errorf("its %s does not match the one that the store computed on upload", sum.Kind))
	}
	c.Bytes = int64(c.size)
	return &c.Report, nil
}

// checking is the state of a check.
type checking struct {
	Report
	data    *archive.DataReader
	entries map[int]*archive.Entry
	size    byteCount

	manifestRows map[int]*int64 // number of rows by dump id
}

// archive checks the head and the blocks.
func (c *checking) archive(in io.Reader) error {
	d := c.dump
	c.Entries, c.Compression, c.Manifest = len(d.Head.Entries), d.Head.Compression.String(), d.Manifest != nil
	c.data = archive.NewDataReader(d.Head)
	c.entries = d.Head.ByID()
	c.manifestRows = d.ManifestRows()
	head := make([]byte, len(d.HeadBytes))
	if _, err := io.ReadFull(in, head); err != nil {
		return err
	}
	if !bytes.Equal(head, d.HeadBytes) {
		c.found("the table of contents", errors.New("it changed while it was read"))
	}
	if d.Blocks == nil {
		blocks, err := archive.Walk(in, d.Head, c.block)
		if format, ok := errors.AsType[*archive.FormatError](err); ok {
			// The start of the next block is unknown.
			c.found("the archive", format)
			return nil
		}
		for i, b := range blocks {
			c.blocks[i].Length = b.Length
		}
		return err
	}
	for _, b := range d.Blocks {
		if err := c.block(b, io.LimitReader(in, b.Length)); err != nil {
			return err
		}
	}
	return nil
}

// block reads a block to its end even if it is damaged, so the next one can be read.
func (c *checking) block(b archive.Block, in io.Reader) error {
	hash := sha256.New()
	in = io.TeeReader(in, hash)
	plain := b
	plain.SHA256 = [sha256.Size]byte{} // compared below, over all bytes of the block
	rows, err := c.read(plain, in)
	format, damaged := errors.AsType[*archive.FormatError](err)
	if err != nil && !damaged {
		return err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		if _, ok := errors.AsType[*archive.FormatError](err); ok {
			return nil // Walk returns the same error
		}
		return err
	}
	e := c.entries[b.ID]
	want := b.SHA256
	hash.Sum(b.SHA256[:0])
	switch {
	case damaged:
		c.found(BlockName(e), format)
	case want != [sha256.Size]byte{} && want != b.SHA256:
		c.found(BlockName(e), fmt.Errorf("the SHA-256 of its block at byte %d does not match the manifest", b.Offset))
	case rows >= 0 && c.manifestRows[b.ID] != nil && *c.manifestRows[b.ID] != rows:
		c.found(BlockName(e), fmt.Errorf("it has %d rows, but the manifest has %d", rows, *c.manifestRows[b.ID]))
	}
	c.Blocks++
	c.blocks = append(c.blocks, b)
	if rows >= 0 {
		c.Tables++
		c.Rows += rows
		c.rows[b.ID] = rows
	}
	return nil
}

// read reads the contents of a block and returns the number of rows, or -1 if they cannot
// be counted.
func (c *checking) read(b archive.Block, in io.Reader) (rows int64, err error) {
	if err := c.data.Reset(in, b); err != nil {
		return -1, err
	}
	if b.LargeObjects {
		for {
			_, err := c.data.NextObject()
			if errors.Is(err, io.EOF) {
				return -1, nil
			}
			if err != nil {
				return -1, err
			}
			c.LargeObjects++
		}
	}
	text := &copyText{}
	if _, err := io.Copy(text, c.data); err != nil {
		return -1, err
	}
	if c.entries[b.ID].Copy == "" { // only Postgres can parse statements
		return -1, nil
	}
	rows, whole := text.rows()
	if !whole {
		return -1, &archive.FormatError{At: b.Offset, Err: errors.New(`the rows of the block do not end with "\."`)}
	}
	return rows, nil
}

func (c *checking) found(what string, err error) {
	c.Damaged = append(c.Damaged, Damage{what, err.Error()})
}

// BlockName returns the display name of an entry's block.
func BlockName(e *archive.Entry) string {
	if e.Desc == "TABLE DATA" {
		return "table " + e.DisplayName()
	}
	return e.String()
}

// copyText counts the rows in COPY's text format, one per line, and keeps the last bytes.
type copyText struct {
	lines int64
	tail  []byte
}

// copyEnd is the text that pg_dump writes after the last row.
const copyEnd = "\\.\n\n\n"

func (t *copyText) Write(p []byte) (int, error) {
	t.lines += int64(bytes.Count(p, []byte("\n")))
	const keep = len("\n" + copyEnd)
	t.tail = append(t.tail, p[max(0, len(p)-keep):]...)
	t.tail = t.tail[max(0, len(t.tail)-keep):]
	return len(p), nil
}

// rows returns the number of rows. whole reports whether the end marker follows them.
func (t *copyText) rows() (n int64, whole bool) {
	const ends = 3 // number of lines in copyEnd
	return t.lines - ends, string(t.tail) == "\n"+copyEnd || string(t.tail) == copyEnd
}

// byteCount counts the bytes written to it.
type byteCount int64

func (n *byteCount) Write(p []byte) (int, error) {
	*n += byteCount(len(p))
	return len(p), nil
}

// Text lists the checked parts, one per line, each with the checksum used.
func (c *Report) Text() string {
	var b strings.Builder
	line := func(what, format string, args ...any) {
		fmt.Fprintf(&b, "  %-18s %s\n", what, fmt.Sprintf(format, args...))
	}
	object := humanize.Bytes(uint64(c.Bytes))
	switch {
	case c.Store == "":
		line("object", "%s; the store has no checksum", object)
	case c.intact:
		line("object", "%s; %s of the store matches", object, c.Store)
	default:
		line("object", "%s; %s of the store does not match", object, c.Store)
	}
	if c.Opaque != "" {
		line("archive", "not read: %s", c.Opaque)
		return b.String()
	}
	by := "; no manifest to compare with"
	if c.Manifest {
		by = ", compared with the manifest's SHA-256"
	}
	line("table of contents", "%s entries%s", humanize.Comma(int64(c.Entries)), by)
	if !c.Manifest && c.Compression == archive.Gzip.String() {
		by = ", compared with gzip's own checksums"
	}
	line("blocks", "%s%s", humanize.Comma(int64(c.Blocks)), by)
	line("rows", "%s in %s tables", humanize.Comma(c.Rows), humanize.Comma(int64(c.Tables)))
	if c.LargeObjects > 0 {
		line("large objects", "%s", humanize.Comma(c.LargeObjects))
	}
	return b.String()
}

// NewManifest returns a manifest for a dump that has none, from the findings of the check.
// It has no facts about the source.
func (c *Report) NewManifest(of catalog.Dump) *catalog.Manifest {
	d := c.dump
	m := &catalog.Manifest{
		Key: of.Key, Size: of.Size, ETag: of.ETag, Label: of.Label, Started: of.Time, Finished: of.Upload,
		Database: d.Head.Database, ServerVersion: d.Head.ServerVersion, DumpVersion: d.Head.DumpVersion,
		ArchiveVersion: d.Head.Version.String(), Compression: c.Compression,
		Head:   catalog.ManifestHead{Length: d.Head.Length, SHA256: sha256.Sum256(d.HeadBytes)},
		Blocks: []catalog.ManifestBlock{},
	}
	entries := d.Head.ByID()
	for _, b := range c.blocks {
		namespace, tag := entries[b.ID].Names()
		m.Blocks = append(m.Blocks, catalog.ManifestBlock{
			ID: b.ID, Schema: namespace, Table: tag,
			Offset: b.Offset, Length: b.Length, SHA256: b.SHA256,
		})
	}
	return m
}

// NoteRows records the number of rows of each block in a manifest.
func (c *Report) NoteRows(m *catalog.Manifest) {
	for i := range m.Blocks {
		if n, ok := c.rows[m.Blocks[i].ID]; ok {
			m.Blocks[i].Rows = &n
		}
	}
}

// BlocksRead returns the blocks that were read, with their SHA-256.
func (c *Report) BlocksRead() []archive.Block { return c.blocks }

// TableRows returns the number of rows in each block, where known, by dump id.
func (c *Report) TableRows() map[int]int64 { return c.rows }

package catalog

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"sync/atomic"

	"github.com/rubyforgood/hectl/internal/readers"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// A Stream is an archive that is being uploaded: pg_dump's output or a masked copy. It
// detects an incomplete archive, and adds the offsets of the blocks to the table of
// contents.
//
// A program that writes to a pipe cannot seek back to fill in those offsets. The Stream
// therefore collects them as the blocks pass, and the upload holds back the first part
// until they are filled in (s3store.Reviser).
type Stream struct {
	in     *bufio.Reader
	source *readers.Failing
	writer string // the program that writes the archive, for errors
	held   atomic.Int64

	raw     []byte // bytes of the head
	unread  []byte // rest of raw that Read has not returned yet
	head    *archive.Head
	indexer *archive.Indexer
	blocks  []archive.Block // set at the end of the archive
	headSum [sha256.Size]byte
	started bool
	at      atomic.Pointer[archive.Entry] // entry of the latest block; nil before the first
}

// newestLayout is the newest minor version of the archive format that package
// archive reads.
const newestLayout = 16

// NewStream returns a Stream of the archive in source. writer names the program that writes
// the archive, for errors.
func NewStream(source io.Reader, writer string) *Stream {
	failing := &readers.Failing{Reader: source}
	s := &Stream{in: bufio.NewReaderSize(failing, 256<<10), source: failing, writer: writer}
	s.held.Store(math.MaxInt64)
	return s
}

// Read implements io.Reader. It returns io.EOF only after a complete archive.
func (s *Stream) Read(p []byte) (int, error) {
	if !s.started {
		s.started = true
		if err := s.readHead(); err != nil {
			return 0, err
		}
	}
	if len(s.unread) > 0 {
		n := copy(p, s.unread)
		s.unread = s.unread[n:]
		return n, nil
	}
	n, err := s.in.Read(p)
	if s.indexer == nil {
		return n, err
	}
	if _, bad := s.indexer.Write(p[:n]); bad != nil {
		return 0, fmt.Errorf("the output of %s is not an archive: %w", s.writer, bad)
	}
	if errors.Is(err, io.EOF) {
		blocks, bad := s.indexer.Finish()
		if bad != nil {
			return 0, fmt.Errorf("%s exited without an error, but its archive is incomplete: %w", s.writer, bad)
		}
		s.blocks = blocks
	}
	return n, err
}

// readHead reads the head. An archive in a newer layout than this version of hectl supports
// passes unchanged.
func (s *Stream) readHead() error {
	var raw bytes.Buffer
	head, err := archive.ReadHead(io.TeeReader(s.in, &raw))
	s.raw = raw.Bytes()
	s.unread = s.raw
	switch {
	case err == nil:
		s.head = head
		entries := head.ByID()
		begun := func(b archive.Block) { s.at.Store(entries[b.ID]) }
		s.indexer = archive.NewIndexer(head, archive.IndexOptions{SHA256: true, Begun: begun})
		s.held.Store(head.Length)
		return nil
	case len(s.raw) >= 7 && bytes.HasPrefix(s.raw, []byte("PGDMP\x01")) && s.raw[6] > newestLayout:
		s.held.Store(0)
		return nil
	case s.source.Err != nil:
		return s.source.Err // the cause of the incomplete archive
	case errors.Is(err, io.ErrUnexpectedEOF) && len(s.raw) == 0:
		return fmt.Errorf("%s exited without an error, but wrote nothing", s.writer)
	}
	if _, ok := errors.AsType[*archive.FormatError](err); ok {
		return fmt.Errorf("the output of %s is not an archive: %w", s.writer, err)
	}
	return err
}

// Held implements s3store.Reviser.
func (s *Stream) Held() int64 { return s.held.Load() }

// Revise implements s3store.Reviser: it fills in the offsets of the blocks.
func (s *Stream) Revise(head []byte) error {
	if s.head == nil {
		return nil
	}
	if err := archive.Patch(head, s.head, s.blocks); err != nil {
		return fmt.Errorf("fill in the offsets of the blocks: %w", err)
	}
	s.headSum = sha256.Sum256(head)
	return nil
}

// Position describes the writer's progress. Call it at any time.
func (s *Stream) Position() string {
	e := s.at.Load()
	switch {
	case e == nil:
		return s.writer + " had not reached the first table's rows"
	case e.Namespace == "":
		return s.writer + " was at " + e.Desc
	}
	namespace, tag := e.Names()
	return fmt.Sprintf("%s was at %s %s.%s", s.writer, e.Desc, namespace, tag)
}

// Known reports whether this version of hectl can read the layout of the archive. Call it
// at the end of the stream. An archive in an unknown layout gets no manifest.
func (s *Stream) Known() bool { return s.head != nil }

// Describe records the head and the blocks of the archive in m. Call it after the
// upload, and only if the layout is Known.
func (s *Stream) Describe(m *Manifest) {
	m.ArchiveVersion = s.head.Version.String()
	m.Head = ManifestHead{Length: s.head.Length, SHA256: s.headSum}
	m.Blocks = make([]ManifestBlock, len(s.blocks))
	entries := s.head.ByID()
	for i, b := range s.blocks {
		m.Blocks[i] = ManifestBlock{
			ID: b.ID, Offset: b.Offset, Length: b.Length, SHA256: b.SHA256,
		}
		m.Blocks[i].Schema, m.Blocks[i].Table = entries[b.ID].Names()
	}
}

package load

import (
	"errors"
	"fmt"
	"io"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools/archive"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// statements checks blocks of INSERT statements before pg_restore runs them, and
// recompresses blocks that pg_restore cannot decompress.
type statements struct {
	l       *Loader
	entries map[int]*archive.Entry
	inserts func(*archive.Entry, io.Reader) io.Reader
}

func (l *Loader) statements() statements {
	return statements{l, l.given.ByID(), schema.Inserts(l.given)}
}

// repacks reports whether a block is recompressed on its way to pg_restore.
func (s statements) repacks(b archive.Block) bool {
	return s.has(b) || s.l.given.Compression != s.l.Dump.Head.Compression
}

// has reports whether a block contains statements.
func (s statements) has(b archive.Block) bool {
	e := s.entries[b.ID]
	return e != nil && e.Desc == "TABLE DATA" && e.Copy == ""
}

// genuine returns a reader of the block in r, recompressed. At the first text that
// pg_dump would not write there, it returns an error in place of io.EOF.
func (s statements) genuine(b archive.Block, r io.Reader) io.ReadCloser {
	out, in := io.Pipe()
	return &genuineBlock{PipeReader: out, pack: func() { _ = in.CloseWithError(s.pack(b, r, in)) }} // never fails
}

func (s statements) pack(b archive.Block, r io.Reader, w io.Writer) error {
	e := s.entries[b.ID]
	data, packed := archive.NewDataReader(s.l.Dump.Head), archive.NewDataWriter(s.l.given, 1)
	if err := errors.Join(data.Reset(r, b), packed.Reset(w, b)); err != nil {
		return dump.DamageError(s.l.Dump.Name, fmt.Errorf("%s: %w", dump.BlockName(e), err))
	}
	var err error
	switch {
	case b.LargeObjects:
		err = copyObjects(packed, data)
	case s.has(b):
		_, err = io.Copy(packed, s.inserts(e, data))
	default:
		_, err = io.Copy(packed, data)
	}
	if err == nil {
		err = packed.Close()
	}
	_, damaged := errors.AsType[*archive.FormatError](err)
	switch {
	case errors.Is(err, schema.ErrInserts):
		return fault.New(fault.Integrity, "find out who wrote the dump; docs/security.md describes what hectl checks",
			"%s is not what pg_dump writes: %s: %w", s.l.Dump.Name, e, err)
	case damaged && fault.CodeOf(err) != fault.Integrity:
		return dump.DamageError(s.l.Dump.Name, fmt.Errorf("%s: %w", dump.BlockName(e), err))
	}
	return err
}

func copyObjects(w *archive.DataWriter, r *archive.DataReader) error {
	for {
		oid, err := r.NextObject()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = w.NextObject(oid)
		}
		if err == nil {
			_, err = io.Copy(w, r)
		}
		if err != nil {
			return err
		}
	}
}

// genuineBlock starts to recompress a block at the first Read.
type genuineBlock struct {
	*io.PipeReader
	pack    func()
	started bool
	ended   chan struct{}
}

func (g *genuineBlock) Read(p []byte) (int, error) {
	if !g.started {
		g.started, g.ended = true, make(chan struct{})
		go func() {
			defer close(g.ended)
			g.pack()
		}()
	}
	return g.PipeReader.Read(p)
}

// Close stops the work and waits for it. The underlying reader must be closed first, or
// reach its end.
func (g *genuineBlock) Close() error {
	err := g.PipeReader.Close()
	if g.started {
		<-g.ended
	}
	return err
}

package archive

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"golang.org/x/text/encoding"
)

// Version is the version of an archive's layout, such as 1.14.
type Version struct {
	Major, Minor, Revision int
}

// String returns the form that PostgreSQL's source uses, such as "1.14-0".
func (v Version) String() string {
	return fmt.Sprintf("%d.%d-%d", v.Major, v.Minor, v.Revision)
}

// The package reads layouts 1.OldMinor to 1.MaxMinor. PostgreSQL 12 introduced 1.14, 16
// introduced 1.15, and 17 introduced 1.16, which 18 and 19 also write.
const (
	OldMinor = 14
	MaxMinor = 16
)

// ErrLayout is the error for an archive whose layout this package does not read. The
// archive may be intact.
var ErrLayout = fmt.Errorf("hectl reads 1.%d to 1.%d (PostgreSQL 12 to 19)", OldMinor, MaxMinor)

// Compression is the compression of an archive's blocks.
type Compression int

// The compressions, numbered as in archives of layout 1.15 and later.
const (
	None Compression = iota
	Gzip
	LZ4
	Zstd
)

func (c Compression) String() string {
	switch c {
	case None:
		return "none"
	case Gzip:
		return "gzip"
	case LZ4:
		return "lz4"
	case Zstd:
		return "zstd"
	}
	return fmt.Sprintf("compression %d", int(c))
}

// Section is the part of a restore to which an entry belongs.
type Section int

// The sections, numbered as in the archive.
const (
	SectionNone Section = iota + 1
	SectionPreData
	SectionData
	SectionPostData
)

// OffsetState reports whether an entry has a block and whether its offset is known.
type OffsetState byte

// The states, numbered as in the archive.
const (
	OffsetUnknown OffsetState = 1 // the block has no offset yet (the archive was written to a pipe)
	OffsetKnown   OffsetState = 2 // the block starts at Entry.Offset
	OffsetNoData  OffsetState = 3 // the entry has no block
)

// Head is an archive's header and table of contents.
type Head struct {
	Version       Version
	OffsetSize    int // in bytes
	Compression   Compression
	Level         int       // gzip level, 1 to 9; 0 if unknown, as from layout 1.15 on
	Created       time.Time // pg_dump's local time, labeled UTC: the archive does not name the zone
	Database      string    // name at the time of the dump
	ServerVersion string    // such as "15.18 (Debian 15.18-0+deb12u1)"
	DumpVersion   string    // pg_dump's version
	Entries       []Entry   // in the order in which pg_restore would create the objects
	Length        int64     // bytes up to the end of the table of contents
}

// Entry is one line of the table of contents. NULL strings become "".
type Entry struct {
	ID           int
	HadDumper    bool   // the entry announces a block
	TableOID     string // oid of the catalog that describes the object
	OID          string
	Tag          string // name, such as "users"
	Desc         string // kind, such as "TABLE DATA"
	Section      Section
	Definition   string // SQL
	Drop         string // SQL
	Copy         string // for TABLE DATA: the COPY statement; empty in archives made with --inserts
	Namespace    string
	Tablespace   string
	AccessMethod string
	RelKind      int // from layout 1.16 on
	Owner        string
	Dependencies []int
	OffsetState  OffsetState
	Offset       int64 // bytes from the start of the archive
	OffsetAt     int64 // offset of the state byte in the head; Offset follows it

	encoding             encoding.Encoding // encoding of the text; nil for UTF-8 and unknown encodings
	definitionAt, copyAt int64             // offsets of the strings in the head, including their lengths
	descAt, relKindAt    int64
}

// maxHead is the maximum size of a head, in bytes. A table with its indexes, keys and
// comments takes about 2 kB, so there is room for 100,000 tables.
const maxHead = 256 << 20

// maxEntries keeps a hostile head with only tiny entries from taking many times its
// length in memory. Real entries have more than 128 bytes.
const maxEntries = maxHead / 128

// ReadHead reads the header and the table of contents from the start of an archive, in many
// small reads, and nothing after them. An error is a FormatError or comes from r. Patch and
// Excerpt need the bytes of the head, which an io.TeeReader can keep.
func ReadHead(r io.Reader) (*Head, error) {
	p := &decoder{r: r}
	h := p.header()
	n := p.integer("number of entries")
	if p.err == nil && (n < 0 || n > maxEntries) {
		p.fail("number of entries: %d is out of range", n)
	}
	seen := map[int]bool{}
	for i := 0; i < n && p.err == nil; i++ {
		e := p.entry(h.Version)
		if p.err != nil {
			p.err = fmt.Errorf("entry %d of %d: %w", i+1, n, p.err)
			break
		}
		if seen[e.ID] {
			p.fail("entry %d of %d: dump id %d is already used", i+1, n, e.ID)
			break
		}
		seen[e.ID] = true
		h.Entries = append(h.Entries, e)
	}
	if p.err != nil {
		return nil, fmt.Errorf("not a readable pg_dump archive: %w", p.err)
	}
	h.Length = p.at
	h.decodeNames()
	return h, nil
}

func (p *decoder) header() *Head {
	h := &Head{}
	if magic := p.bytes("magic", 5); p.err == nil && string(magic) != "PGDMP" {
		p.at = 0
		p.fail("it begins with %q instead of \"PGDMP\"", magic)
	}
	h.Version = Version{p.byte("version"), p.byte("version"), p.byte("version")}
	if v := h.Version; p.err == nil && (v.Major != 1 || v.Minor < OldMinor || v.Minor > MaxMinor) {
		p.fail("layout %s; %w", v, ErrLayout)
	}
	intSize := p.byte("integer size")
	h.OffsetSize = p.byte("offset size")
	if p.err == nil && (intSize != intBytes-1 || h.OffsetSize < 1 || h.OffsetSize > 8) {
		p.fail("integers have %d bytes, offsets have %d bytes", intSize, h.OffsetSize)
	}
	p.offsetSize = h.OffsetSize
	if format := p.byte("format"); p.err == nil && format != 1 {
		p.fail("format %d instead of the custom format (pg_dump -Fc)", format)
	}
	if h.Version.Minor >= 15 {
		h.Compression = Compression(p.byte("compression"))
		if p.err == nil && h.Compression > Zstd {
			p.fail("unknown %s", h.Compression)
		}
	} else if level := p.integer("compression level"); level != 0 {
		h.Compression = Gzip // the field is a level, or -1 for zlib's default
		h.Level = max(level, 0)
	}
	var tm [7]int
	for i := range tm {
		tm[i] = p.integer("creation time")
	}
	h.Created = time.Date(tm[5]+1900, time.Month(tm[4]+1), tm[3], tm[2], tm[1], tm[0], 0, time.UTC)
	h.Database = p.text("database")
	h.ServerVersion = p.text("server version")
	h.DumpVersion = p.text("pg_dump version")
	return h
}

func (p *decoder) entry(v Version) Entry {
	var e Entry
	e.ID = p.integer("dump id")
	if p.err == nil && e.ID <= 0 {
		p.fail("dump id %d", e.ID)
	}
	e.HadDumper = p.integer("had-dumper flag") != 0
	e.TableOID = p.text("table oid")
	e.OID = p.text("oid")
	e.Tag = p.text("tag")
	e.descAt = p.at
	e.Desc = p.text("desc")
	e.Section = Section(p.integer("section"))
	e.definitionAt = p.at
	e.Definition = p.text("definition")
	e.Drop = p.text("drop statement")
	e.copyAt = p.at
	e.Copy = p.text("COPY statement")
	e.Namespace = p.text("namespace")
	e.Tablespace = p.text("tablespace")
	e.AccessMethod = p.text("access method")
	e.relKindAt = p.at
	if v.Minor >= 16 {
		e.RelKind = p.integer("relation kind")
	}
	e.Owner = p.text("owner")
	p.text("with oids")
	e.Dependencies = p.dependencies()
	e.OffsetAt = p.at
	e.OffsetState = OffsetState(p.byte("offset state"))
	if p.err == nil && (e.OffsetState < OffsetUnknown || e.OffsetState > OffsetNoData) {
		p.fail("offset state %d", e.OffsetState)
	}
	e.Offset = p.offset()
	return e
}

// dependencies reads dump ids, which are decimal strings, up to a NULL.
func (p *decoder) dependencies() []int {
	var ids []int
	for p.err == nil {
		s, null := p.str("dependency")
		if null || p.err != nil {
			break
		}
		id, err := strconv.Atoi(s)
		if err != nil {
			p.fail("dependency %q is not a number", s)
			break
		}
		ids = append(ids, id)
	}
	return ids
}

package archive

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrDowngrade says that a head holds what layout 1.14 cannot express.
var ErrDowngrade = errors.New("an older pg_restore cannot read that")

// Downgrade returns the head in layout 1.14, which every pg_restore from PostgreSQL 12
// on reads, without the offsets of blocks. raw holds the bytes of the original head
// and is not changed.
//
// Layout 1.15 names the compression, where 1.14 has a level of gzip's. pg_restore
// before version 16 reads no other compression, so the new head says "none" in place
// of lz4 and zstd: the caller must unpack such blocks and pack them again with a
// DataWriter of the new head. Blocks of the other compressions stay as they are.
//
// Layout 1.16 adds the kind of a relation. pg_restore only looks at it to give a
// partitioned table its access method, so an archive with such a table is refused
// with ErrDowngrade.
//
// Version 17 creates large objects by one entry for many, whose definition is a list
// of oids. Downgrade replaces each with an entry of the older kind, which holds the
// statements that the newer pg_restore would make of the list.
func Downgrade(raw []byte, h *Head) ([]byte, error) {
	head, err := Excerpt(raw, h, nil)
	if err != nil || h.Version.Minor <= OldMinor {
		return head, err
	}
	d := downgrade{from: head}
	d.header(h)
	for i := range h.Entries {
		e := &h.Entries[i]
		if e.RelKind == 'p' && e.AccessMethod != "" {
			return nil, fmt.Errorf("%s is a partitioned table with an access method: %w", e, ErrDowngrade)
		}
		if err := d.entry(e, h.Version); err != nil {
			return nil, fmt.Errorf("%s: %w", e, err)
		}
	}
	return append(d.out, head[d.at:]...), nil
}

// largeObjectLists is the kind of the entries that create several large objects,
// from version 17 on, and largeObject that of those that create one.
const (
	largeObjectLists = "BLOB METADATA"
	largeObject      = "BLOB"
)

// downgrade copies a head. What it replaces or leaves out is not copied.
type downgrade struct {
	from []byte
	at   int64 // what of from has been copied or passed over
	out  []byte
}

func (d *downgrade) header(h *Head) {
	const minorAt, compressionAt = 6, 11
	d.copyTo(minorAt)
	d.out, d.at = append(d.out, OldMinor, 0), d.at+2
	d.copyTo(compressionAt)
	level := int32(0)
	if h.Compression == Gzip {
		level = -1 // zlib's default; only a writer would ask
	}
	d.out, d.at = appendInt(d.out, level), d.at+1
}

func (d *downgrade) entry(e *Entry, v Version) error {
	if e.Desc == largeObjectLists {
		create, err := createLargeObjects(e.Definition, maxHead-len(d.out))
		if err != nil {
			return err
		}
		d.replace(e.descAt, e.Desc, largeObject)
		d.replace(e.definitionAt, e.Definition, create)
	}
	if v.Minor >= 16 {
		d.copyTo(e.relKindAt)
		d.at += intBytes
	}
	return nil
}

func (d *downgrade) copyTo(at int64) {
	d.out = append(d.out, d.from[d.at:at]...)
	d.at = at
}

// replace puts a string in the place of another one.
func (d *downgrade) replace(at int64, old, text string) {
	d.copyTo(at)
	d.out = append(appendInt(d.out, int32(len(text))), text...)
	d.at += intBytes + int64(len(old))
}

// createLargeObjects returns the statements for a list of oids, one a line, which
// may take as many bytes as there is room for.
func createLargeObjects(list string, room int) (string, error) {
	var b strings.Builder
	for text := range strings.FieldsSeq(list) {
		oid, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return "", fmt.Errorf("an oid of a large object: %w", err)
		}
		fmt.Fprintf(&b, "SELECT pg_catalog.lo_create('%d');\n", oid)
		if b.Len() > room {
			return "", fmt.Errorf("too many large objects: %w", ErrDowngrade)
		}
	}
	return b.String(), nil
}

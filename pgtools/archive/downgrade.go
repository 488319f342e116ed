package archive

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrDowngrade is the error for a head that cannot be converted to layout 1.14.
var ErrDowngrade = errors.New("an older pg_restore cannot read it")

// Downgrade returns the head in layout 1.14, which pg_restore from PostgreSQL 12 on reads,
// without the offsets of blocks. raw is the original head, and Downgrade does not change
// it.
//
// Layout 1.15 names the compression, where 1.14 has a gzip level. pg_restore before version
// 16 reads only gzip, so the new head replaces lz4 and zstd with "none". The caller must
// decompress such blocks and write them with a DataWriter for the new head. All other
// blocks stay unchanged.
//
// Layout 1.16 adds the kind of a relation. pg_restore uses it only to set the access method
// of a partitioned table. For an archive with such a table, Downgrade returns ErrDowngrade.
//
// From version 17 on, one entry creates many large objects, and its definition is a list of
// oids. Downgrade replaces it with an entry of the older kind, with the statements that a
// newer pg_restore would generate from the list.
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

// The kinds of entries that create large objects: several from a list, since version 17, or
// a single one.
const (
	largeObjectLists = "BLOB METADATA"
	largeObject      = "BLOB"
)

// downgrade copies a head with replacements.
type downgrade struct {
	from []byte
	at   int64 // bytes of from that have been copied or skipped
	out  []byte
}

func (d *downgrade) header(h *Head) {
	const minorAt, compressionAt = 6, 11
	d.copyTo(minorAt)
	d.out, d.at = append(d.out, OldMinor, 0), d.at+2
	d.copyTo(compressionAt)
	level := int32(0)
	if h.Compression == Gzip {
		level = -1 // the default; readers ignore it
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

// replace replaces the string at offset at.
func (d *downgrade) replace(at int64, old, text string) {
	d.copyTo(at)
	d.out = append(appendInt(d.out, int32(len(text))), text...)
	d.at += intBytes + int64(len(old))
}

// createLargeObjects returns the statements for a list of oids, one per line, in at most
// room bytes.
func createLargeObjects(list string, room int) (string, error) {
	var b strings.Builder
	for text := range strings.FieldsSeq(list) {
		oid, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return "", fmt.Errorf("read the oid of a large object: %w", err)
		}
		fmt.Fprintf(&b, "SELECT pg_catalog.lo_create('%d');\n", oid)
		if b.Len() > room {
			return "", fmt.Errorf("too many large objects: %w", ErrDowngrade)
		}
	}
	return b.String(), nil
}

package catalog

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

const (
	manifestFolder  = "manifests/"
	manifestSuffix  = ".json"
	manifestVersion = 2        // version 1 had no segments and is otherwise the same
	maxManifest     = 64 << 20 // in bytes; enough for 300,000 blocks
)

// Manifest describes the parts of a dump, so each can be read and checked separately.
// Readers ignore unknown fields.
type Manifest struct {
	Version           int             `json:"version"`
	Key               string          `json:"key"`
	Size              int64           `json:"size"` // in bytes
	ETag              string          `json:"etag"`
	Label             string          `json:"env"`
	Started           time.Time       `json:"started_at"`
	Finished          time.Time       `json:"finished_at"`
	HectlVersion      string          `json:"hectl_version"`
	Database          string          `json:"database"`
	DatabaseSize      int64           `json:"database_size,omitempty"` // in bytes on the source's disk; 0 if unknown
	ServerVersion     string          `json:"server_version"`
	DumpVersion       string          `json:"pg_dump_version"`
	ArchiveVersion    string          `json:"archive_version"`
	Compression       string          `json:"compression"`
	SourceFingerprint string          `json:"source_fingerprint"`
	SourceIdentity    *SourceIdentity `json:"source_identity,omitempty"` // nil if the role cannot read it
	ExcludedTableData []string        `json:"excluded_table_data,omitempty"`
	Masked            bool            `json:"masked,omitempty"`
	MaskRules         string          `json:"mask_rules,omitempty"`  // SHA-256 of the masking rules
	Origin            *ManifestOrigin `json:"origin,omitempty"`      // the original of a masked copy
	Verified          *time.Time      `json:"verified_at,omitempty"` // time of the last full read that found it intact
	Restored          *time.Time      `json:"restored_at,omitempty"` // time of the last test restore
	Head              ManifestHead    `json:"head"`
	Blocks            []ManifestBlock `json:"blocks"`

	etag string          // the manifest's own ETag; "" unless read from the bucket
	read json.RawMessage // the manifest's JSON as read from the bucket
}

// ManifestOrigin identifies the dump from which a masked copy was made. It omits the
// bucket, so readers of the copy do not learn its name.
type ManifestOrigin struct {
	Key  string    `json:"key"`
	Time time.Time `json:"time"` // when the dump was taken, in UTC
}

// ManifestHead describes the archive's header and table of contents.
type ManifestHead struct {
	Length int64 `json:"length"` // in bytes
	SHA256 Sum   `json:"sha256"`
}

// ManifestBlock describes the data of one entry.
type ManifestBlock struct {
	ID     int    `json:"id"`
	Schema string `json:"schema"`
	Table  string `json:"table"`
	Offset int64  `json:"offset"` // in bytes, from the start of the dump
	Length int64  `json:"length"` // in bytes
	SHA256 Sum    `json:"sha256"`
	Rows   *int64 `json:"rows,omitempty"` // nil if not counted

	// Segments lists the separately compressed parts of the rows, without gaps. It is
	// empty if pg_dump wrote the rows, or if the dump has too many segments.
	Segments []ManifestSegment `json:"segments,omitempty"`
}

// maxFrame is the maximum number of bytes outside all segments at either end of a block.
const maxFrame = 128

// SegmentsFit reports whether the segments, if any, cover all rows: they are in the block
// without gaps and have the same number of rows.
func (b ManifestBlock) SegmentsFit() bool {
	if len(b.Segments) == 0 {
		return true
	}
	at, rows := b.Segments[0].Offset, int64(0)
	if at < 0 || at > maxFrame {
		return false
	}
	for _, s := range b.Segments {
		if s.Offset != at || s.Length <= 0 || s.Length > b.Length-at || s.Rows <= 0 || s.Rows > math.MaxInt64-rows {
			return false
		}
		at, rows = at+s.Length, rows+s.Rows
	}
	return b.Length-at <= maxFrame && (b.Rows == nil || *b.Rows == rows)
}

// ManifestSegment is the place of a segment. In JSON it is a string with its four values,
// so a manifest takes about 100 bytes per MiB of compressed rows.
type ManifestSegment archive.SegmentPlace

// MarshalText implements encoding.TextMarshaler.
func (s ManifestSegment) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%d %d %d %x", s.Offset, s.Length, s.Rows, s.SHA256), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *ManifestSegment) UnmarshalText(text []byte) error {
	var sum []byte
	if _, err := fmt.Sscanf(string(text), "%d %d %d %x", &s.Offset, &s.Length, &s.Rows, &sum); err != nil || len(sum) != len(s.SHA256) {
		return fmt.Errorf("%q is not a segment", text)
	}
	s.SHA256 = [32]byte(sum)
	return nil
}

// MaskedCopy returns the manifest for an object that is a copy of m's dump, masked by
// rules. It keeps the facts about the source, and m's blocks until WriteMaskedManifest
// replaces them.
func (m *Manifest) MaskedCopy(of ManifestOrigin, object s3store.Object, rules string) *Manifest {
	return &Manifest{
		Key: object.Key, Size: object.Size, ETag: object.ETag, Masked: true, MaskRules: rules, Origin: &of,
		Label: m.Label, Started: m.Started, Database: m.Database, DatabaseSize: m.DatabaseSize, ServerVersion: m.ServerVersion, DumpVersion: m.DumpVersion,
		Compression: m.Compression, SourceFingerprint: m.SourceFingerprint, SourceIdentity: m.SourceIdentity, ExcludedTableData: m.ExcludedTableData,
		Blocks: m.Blocks,
	}
}

// mostSegments is the maximum number of segments in a manifest. They take about 10 MB of
// JSON and cover some 200 GB of rows.
const mostSegments = 100_000

// DescribeRows records the number and the segments of each table's rows, by the dump id of
// its entry. Call it after Stream.Describe.
func (m *Manifest) DescribeRows(tables map[int]archive.Rows) {
	all := 0
	for i := range m.Blocks {
		b := &m.Blocks[i]
		if rows, ok := tables[b.ID]; ok {
			b.Rows, b.Segments = &rows.Count, nil // drop the original's segments, which takeRows copies to an identical masked block
			for _, s := range rows.Segments {
				b.Segments = append(b.Segments, ManifestSegment(s))
			}
		}
		all += len(b.Segments)
	}
	for i := range m.Blocks {
		if all > mostSegments {
			m.Blocks[i].Segments = nil
		}
	}
}

// takeRows copies the rows and segments of blocks whose checksum is also in m.
func (m *Manifest) takeRows(blocks []ManifestBlock) {
	known := map[Sum]ManifestBlock{}
	for _, b := range blocks {
		known[b.SHA256] = b
	}
	for i := range m.Blocks {
		b := &m.Blocks[i]
		b.Rows, b.Segments = known[b.SHA256].Rows, known[b.SHA256].Segments
	}
}

var levelIn = regexp.MustCompile(`^(?:[a-z0-9]+:)?(?:.*\blevel=)?(\d+)\b`)

// CompressionLevel returns the level in Compression, which is in pg_dump's syntax
// ("zstd:3", "gzip:level=6", "6"), or 0 if it has none.
func (m *Manifest) CompressionLevel() int {
	found := levelIn.FindStringSubmatch(m.Compression)
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(found[1]) // only digits; ignore a number that is too large
	return n
}

// Sum is a SHA-256; in JSON it is hexadecimal.
type Sum [32]byte

// MarshalText implements encoding.TextMarshaler.
func (s Sum) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(s[:])), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Sum) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(s)) {
		return fmt.Errorf("%q is not a SHA-256", text)
	}
	_, err := hex.Decode(s[:], text)
	return err
}

// ManifestKey returns the key of the manifest of a dump, or "" if dump is not the key of a
// dump.
func ManifestKey(base, dump string) string {
	name, in := strings.CutPrefix(dump, Prefix(base))
	stem, is := strings.CutSuffix(name, suffix)
	if !in || !is {
		return ""
	}
	return ManifestPrefix(base) + stem + manifestSuffix
}

// ManifestPrefix returns the common prefix of the keys of all manifests under base.
func ManifestPrefix(base string) string {
	return strings.TrimSuffix(Prefix(base), folder) + manifestFolder
}

// DumpKey returns the key of the dump of a manifest, or "" if manifest is not the key of a
// manifest.
func DumpKey(base, manifest string) string {
	name, in := strings.CutPrefix(manifest, ManifestPrefix(base))
	stem, is := strings.CutSuffix(name, manifestSuffix)
	if !in || !is {
		return ""
	}
	return Prefix(base) + stem + suffix
}

type uploader interface {
	Upload(ctx context.Context, key string, r io.Reader, opt s3store.UploadOptions) (s3store.Object, error)
}

// WriteManifest uploads the manifest of a dump under base. A manifest read from the bucket
// replaces the old one, unless the old one has changed since, and keeps the fields that
// this version of hectl does not recognize. A new manifest never replaces an object. opt
// contains the options for the dump; WriteManifest ignores those about its size.
func WriteManifest(ctx context.Context, store uploader, base string, m *Manifest, opt s3store.UploadOptions) error {
	m.Version = manifestVersion
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return fmt.Errorf("write the manifest of %s: %w", m.Key, err)
	}
	if kept, unknown := withUnknown(m.read, text); unknown {
		var indented bytes.Buffer
		if err := json.Indent(&indented, bytes.TrimSpace(kept), "", " "); err != nil {
			return fmt.Errorf("write the manifest of %s: %w", m.Key, err)
		}
		text = indented.Bytes()
	}
	_, err = store.Upload(ctx, ManifestKey(base, m.Key), strings.NewReader(string(text)+"\n"),
		s3store.UploadOptions{SSE: opt.SSE, KMSKeyID: opt.KMSKeyID, ContentType: "application/json", Replace: m.etag})
	return err
}

type reader interface {
	lister
	Head(ctx context.Context, key string) (s3store.Object, error)
	ReadRange(ctx context.Context, obj s3store.Object, offset, length int64) io.ReadCloser
}

// ReadManifest returns the manifest of a dump under base, or nil if it has none. Dumps from
// other tools never have one. If the manifest describes an object other than d, such as one
// that was later uploaded under the same key, the error is a fault.Integrity.
func ReadManifest(ctx context.Context, store reader, base string, d Dump) (*Manifest, error) {
	key := ManifestKey(base, d.Key)
	if key == "" {
		return nil, nil
	}
	object, err := store.Head(ctx, key)
	switch fault.CodeOf(err) {
	case fault.Done:
	case fault.NotFound:
		return nil, nil
	case fault.Denied:
		if !lists(ctx, store, key) {
			// Without permission to list, S3 answers "denied" for a missing object.
			return nil, nil
		}
		return nil, unreadable(key, err)
	default:
		return nil, err
	}
	if object.Size > maxManifest {
		return nil, fault.New(fault.Integrity, "", "the manifest %s is too large: %d bytes", key, object.Size)
	}
	body := store.ReadRange(ctx, object, 0, object.Size)
	defer func() { _ = body.Close() }()
	text, err := io.ReadAll(body)
	if fault.CodeOf(err) == fault.Denied {
		return nil, unreadable(key, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read the manifest %s: %w", key, err)
	}
	m := &Manifest{etag: object.ETag}
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&m.read); err != nil {
		return nil, fault.New(fault.Integrity, "delete it; hectl then uses the dump alone", "read the manifest %s: %w", key, err)
	}
	if err := json.Unmarshal(m.read, m); err != nil {
		return nil, fault.New(fault.Integrity, "delete it; hectl then uses the dump alone", "read the manifest %s: %w", key, err)
	}
	if m.Version < 1 || m.Version > manifestVersion {
		return nil, nil // a later version of hectl wrote it
	}
	if m.Size != d.Size || m.ETag != d.ETag {
		return nil, fault.New(fault.Integrity, `restore the dump before it with "hectl restore KEY"; "hectl list" shows the keys`,
			"%s is not the object that its manifest describes: it has %d bytes and ETag %s, not %d and %s", d.Key, d.Size, d.ETag, m.Size, m.ETag)
	}
	return m, nil
}

// lists reports whether the bucket lists an object with this key.
func lists(ctx context.Context, store lister, key string) bool {
	for object, err := range store.List(ctx, key) {
		return err == nil && object.Key == key // the key itself is listed before longer keys with this prefix
	}
	return false
}

// unreadable returns the error for a manifest that exists but cannot be read. hectl does
// not restore the dump without the checksums and the record of masking in its manifest.
func unreadable(key string, err error) error {
	hint := "grant the credentials s3:GetObject on " + path.Dir(key) + "/*"
	if strings.Contains(err.Error(), "kms:") || strings.Contains(err.Error(), "KMS") {
		hint = "grant the credentials kms:Decrypt on the key that encrypts " + path.Dir(key) + "/*"
	}
	return fault.New(fault.Denied, hint, "read the manifest %s: %w", key, err)
}

package restore

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// dump is an archive that is about to be restored: its head, read and checked,
// and a way to its blocks.
type dump struct {
	Name        string    // "s3://…", a file's path, or "standard input"
	Size        int64     // bytes; -1 when not known before the end
	Taken       time.Time // UTC; zero when not known
	Fingerprint string    // of the database it was made of; "" when not known

	Head  *archive.Head
	raw   []byte // the bytes of Head
	edits edits  // what of Head is restored otherwise than it says

	// Blocks are in the order in which they lie; nil when they can only be read
	// in order, from stream.
	Blocks []archive.Block
	// part reads length bytes from offset on, any number at once.
	part partReader
	// stream reads the whole archive from its first byte on, once.
	stream func(ctx context.Context) io.ReadCloser
	// Close may be called again.
	Close func() error

	manifest *catalog.Manifest // nil when there is none
	bucket   *config.Bucket    // in which it is; nil when it is in none
	masked   bool              // when it was made: see trust
}

// partReader reads length bytes from offset on.
type partReader func(ctx context.Context, offset, length int64) io.ReadCloser

// source is a place from which a dump can be opened.
type source interface {
	// Open opens the dump. ctx bounds all of it: what comes through a pipe ends
	// with ctx, even after Open.
	Open(ctx context.Context) (*dump, error)
}

// bucketSource is a dump in the bucket.
type bucketSource struct {
	store  *s3store.Store
	bucket config.Bucket
	dump   catalog.Dump
}

func (s bucketSource) name() string { return "s3://" + s.bucket.Name + "/" + s.dump.Key }

func (s bucketSource) Open(ctx context.Context) (*dump, error) {
	d, err := s.describe(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.begin(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// describe finds out about the dump what can be known without reading it.
func (s bucketSource) describe(ctx context.Context) (*dump, error) {
	manifest, err := catalog.ReadManifest(ctx, s.store, s.bucket.Base, s.dump)
	if fault.CodeOf(err) == fault.Denied {
		// What may read no dump either lacks more than the manifests.
		if denied := s.readable(ctx); fault.CodeOf(denied) == fault.Denied {
			return nil, denied
		}
	}
	if err != nil {
		return nil, err
	}
	object := s.dump.Object()
	d := &dump{
		Name: s.name(), Size: s.dump.Size, Taken: s.dump.Time, manifest: manifest, bucket: &s.bucket,
		part: func(ctx context.Context, offset, length int64) io.ReadCloser {
			return s.store.ReadRange(ctx, object, offset, length)
		},
		stream: func(ctx context.Context) io.ReadCloser {
			return s.store.Download(ctx, object, s3store.DownloadOptions{})
		},
		Close: func() error { return nil },
	}
	if manifest != nil {
		d.Fingerprint = manifest.SourceFingerprint
	}
	return d, nil
}

// readable reads the dump's first byte, and returns why it cannot.
func (s bucketSource) readable(ctx context.Context) error {
	body := s.store.ReadRange(ctx, s.dump.Object(), 0, min(1, s.dump.Size))
	defer func() { _ = body.Close() }() // one byte was wanted
	_, err := io.ReadAll(body)
	return err
}

// begin reads the head of a dump in the bucket, and finds the blocks' places:
// by the table of contents, else by the manifest.
func (d *dump) begin(ctx context.Context) error {
	m, length := d.manifest, d.Size
	if m != nil {
		length = min(length, m.Head.Length)
	}
	body := d.part(ctx, 0, length)
	defer func() { _ = body.Close() }() // the rest of the head's range is not wanted
	if err := d.readHead(ctx, bufio.NewReaderSize(body, 256<<10)); err != nil {
		return err
	}
	var err error
	d.Blocks, err = d.Head.Blocks(d.Size)
	if errors.Is(err, archive.ErrNoOffsets) && m != nil {
		places, end := manifestPlaces(m)
		d.Head.Place(places)
		d.Blocks, err = d.Head.Blocks(min(end, d.Size))
	}
	if err != nil && (m != nil || !errors.Is(err, archive.ErrNoOffsets)) {
		return notWhole(d.Name, err)
	}
	if m != nil {
		return d.agree(m)
	}
	return nil
}

// manifestPlaces returns where the blocks begin, and where the last one ends.
func manifestPlaces(m *catalog.Manifest) (places map[int]int64, end int64) {
	places = map[int]int64{}
	for _, b := range m.Blocks {
		places[b.ID] = b.Offset
		end = max(end, b.Offset+b.Length)
	}
	return places, end
}

// agree compares the head and its table of contents with the manifest, and
// takes the blocks' checksums from there.
func (d *dump) agree(m *catalog.Manifest) error {
	wrong := func(format string, args ...any) error {
		return fault.New(fault.Integrity, suggestOlder, "%s is not what its manifest says: "+format, append([]any{d.Name}, args...)...)
	}
	if sha256.Sum256(d.raw) != m.Head.SHA256 {
		return wrong("the checksum of the table of contents is another")
	}
	if len(m.Blocks) != len(d.Blocks) {
		return wrong("%d blocks instead of %d", len(d.Blocks), len(m.Blocks))
	}
	for i, b := range m.Blocks {
		own := &d.Blocks[i]
		if own.ID != b.ID || own.Offset != b.Offset || own.Length != b.Length {
			return wrong("block %d (%s.%s) lies elsewhere", b.ID, b.Schema, b.Table)
		}
		own.SHA256 = b.SHA256
	}
	return nil
}

// fileSource is a dump in a local file.
type fileSource string

func (s fileSource) Open(ctx context.Context) (*dump, error) {
	f, err := openFile(ctx, string(s))
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, fmt.Errorf("open %s: %w", s, err)
	case err != nil:
		return nil, fault.Wrap(fault.NotFound, "", err)
	}
	d, err := s.read(ctx, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return d, nil
}

func (s fileSource) read(ctx context.Context, f *os.File) (*dump, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		what := "a folder"
		if _, err := os.Stat(filepath.Join(string(s), "toc.dat")); err == nil {
			what = "a dump in the directory format"
		}
		return nil, fault.New(fault.Usage, suggestCustom, "read %s: this is %s, not an archive of pg_dump -Fc", s, what)
	}
	if !info.Mode().IsRegular() {
		d, err := openPipe(ctx, string(s), f)
		if err != nil {
			return nil, err
		}
		stop := d.Close
		d.Close = sync.OnceValue(func() error { return errors.Join(stop(), f.Close()) })
		return d, nil
	}
	d := &dump{
		Name: string(s), Size: info.Size(), Close: sync.OnceValue(f.Close),
		part: func(_ context.Context, offset, length int64) io.ReadCloser {
			return io.NopCloser(io.NewSectionReader(f, offset, length))
		},
	}
	body := interruptible(ctx, io.NewSectionReader(f, 0, d.Size))
	defer func() { _ = body.Close() }() // what follows the head may not be wanted
	in := bufio.NewReaderSize(body, 256<<10)
	if err := d.readHead(ctx, in); err != nil {
		return nil, err
	}
	d.Blocks, err = d.Head.Blocks(d.Size)
	if errors.Is(err, archive.ErrNoOffsets) {
		d.Blocks, err = archive.Scan(in, d.Head, archive.IndexOptions{})
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("read %s: %w", s, context.Cause(ctx))
	case err != nil:
		return nil, notWhole(d.Name, err)
	}
	return d, nil
}

// stdinSource is a dump that is piped in.
type stdinSource struct{ r io.Reader }

func (s stdinSource) Open(ctx context.Context) (*dump, error) {
	return openPipe(ctx, "standard input", s.r)
}

// openPipe opens a dump that can only be read in order. Its stream ends with
// ctx.
func openPipe(ctx context.Context, name string, r io.Reader) (*dump, error) {
	body := interruptible(ctx, r)
	d := &dump{Name: name, Size: -1, Close: body.Close}
	in := bufio.NewReaderSize(body, 1<<20)
	if err := d.readHead(ctx, in); err != nil {
		return nil, errors.Join(err, body.Close())
	}
	d.stream = func(context.Context) io.ReadCloser {
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(d.raw), in), body}
	}
	return d, nil
}

// readHead reads the head from the start of the archive, and nothing after it.
func (d *dump) readHead(ctx context.Context, in io.Reader) (err error) {
	var raw bytes.Buffer
	d.Head, err = archive.ReadHead(io.TeeReader(in, &raw))
	d.raw = raw.Bytes()
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("read %s: %w", d.Name, context.Cause(ctx))
	case err != nil:
		return unreadable(d.Name, d.raw, err)
	}
	return nil
}

// The advice for a dump that cannot be restored.
const (
	suggestOlder  = `"hectl list" shows the dumps; restore the one before this with "hectl restore KEY"`
	suggestCustom = "hectl reads pg_dump's custom format: pg_dump -Fc"
)

// inBucket tells whether a dump's name is that of an object in a bucket.
func inBucket(name string) bool { return strings.HasPrefix(name, "s3://") }

// damaged is the error for a dump that is not what was written.
func damaged(name, format string, args ...any) error {
	hint := ""
	if inBucket(name) {
		hint = suggestOlder
	}
	return fault.New(fault.Integrity, hint, format, args...)
}

// notWhole is the error for a dump that is damaged or cut off.
func notWhole(name string, err error) error {
	return damaged(name, "%s is not whole: %w", name, err)
}

// unreadable says what is wrong with a dump whose head cannot be read. A file
// that is something else altogether was named by mistake; an object in the
// bucket was once a dump.
func unreadable(name string, head []byte, err error) error {
	_, misread := errors.AsType[*archive.FormatError](err)
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return known // which says what was read, and why not
	case len(head) == 0 && errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Integrity, "", "read %s: it is empty", name)
	case bytes.HasPrefix(head, []byte("--")):
		return fault.New(fault.Usage, `restore it with "psql -f"`, "read %s: this is SQL text, not an archive of pg_dump -Fc", name)
	case !misread || inBucket(name):
	case otherFormat(head) != "":
		return fault.New(fault.Usage, suggestCustom, "read %s: this is %s, not an archive of pg_dump -Fc", name, otherFormat(head))
	case !strings.HasPrefix(string(head), magic) && !strings.HasPrefix(magic, string(head)):
		return fault.New(fault.Usage, suggestCustom, "read %s: %w", name, err)
	}
	return damaged(name, "read %s: %w", name, err)
}

// magic is what an archive begins with.
const magic = "PGDMP"

// beginsArchive reports whether the first bytes of a file may be those of an archive.
func beginsArchive(start []byte) bool {
	start = start[:min(len(start), len(magic))]
	return strings.HasPrefix(magic, string(start))
}

// otherFormat names what begins with head and is no archive in the custom
// format, "" when it is not known. ReadHead has read no more than 5 bytes of
// what does not begin with the magic, and of what does, no more than 11 when
// the last, which is the format, is wrong.
func otherFormat(head []byte) string {
	for _, f := range []struct{ start, name string }{
		{"\x1f\x8b", "compressed with gzip"},
		{"\x28\xb5\x2f\xfd", "compressed with zstd"},
		{"\xfd7zXZ", "compressed with xz"},
		{"BZh", "compressed with bzip2"},
		{"toc.d", "a dump in the tar format"},
	} {
		if strings.HasPrefix(string(head), f.start) {
			return f.name
		}
	}
	if strings.HasPrefix(string(head), magic) && len(head) == 11 && head[10] == 3 {
		return "the table of contents of a dump in the directory format"
	}
	return ""
}

// findSource returns the source that an argument of "hectl restore" names: "-", the
// path of a file, s3://BUCKET/KEY, or a key with or without its folder.
func findSource(arg string, stdin io.Reader, openKey func(key string) (source, error)) (source, error) {
	if arg == "-" {
		return stdinSource{stdin}, nil
	}
	if _, err := os.Stat(arg); err == nil {
		return fileSource(arg), nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(fault.Usage, "", err)
	}
	if path.IsAbs(arg) || strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "../") {
		return nil, fault.New(fault.NotFound, "", "there is no file %s", arg)
	}
	return openKey(arg)
}

// empty reports whether a table is known to have no rows in the dump: its block is as
// short as the end of COPY's text is in its frame. No row is shorter than one byte more.
func (d *dump) empty(dataID int) bool {
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

// sourceIdentity recognizes the database that a dump was made of; nil when the dump
// does not say.
func (d *dump) sourceIdentity() *catalog.SourceIdentity {
	if d.manifest == nil {
		return nil
	}
	return d.manifest.SourceIdentity
}

// TableName names the table of an entry for people: without its schema, if that is
// public.
func tableName(e *archive.Entry) string {
	namespace, tag := e.Names()
	if namespace == "public" || namespace == "" {
		return tag
	}
	return namespace + "." + tag
}

// compressionName names a compression for people.
func compressionName(c archive.Compression) string {
	if c == archive.None {
		return "not compressed"
	}
	return "compressed by " + c.String()
}

// openHead opens a dump of which no more than the head is wanted: a file's blocks
// are not looked for.
func openHead(ctx context.Context, src source) (*dump, error) {
	file, ok := src.(fileSource)
	if !ok {
		return src.Open(ctx)
	}
	info, err := os.Stat(string(file))
	if err != nil || !info.Mode().IsRegular() {
		return src.Open(ctx)
	}
	f, err := os.Open(string(file))
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, "", err)
	}
	d, err := openPipe(ctx, string(file), f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	stop := d.Close
	d.Close = func() error { return errors.Join(stop(), closeOnce(f)) }
	return d, nil
}

// closeOnce closes what may be closed already.
func closeOnce(c io.Closer) error {
	if err := c.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

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
	"strings"
	"sync"
	"time"

	"github.com/rubyforgood/hectl/backup/catalog"
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

	Head *archive.Head
	raw  []byte // the bytes of Head

	// Blocks are in the order in which they lie; nil when they can only be read
	// in order, from stream.
	Blocks []archive.Block
	// part reads length bytes from offset on, any number at once.
	part func(ctx context.Context, offset, length int64) io.ReadCloser
	// stream reads the whole archive from its first byte on, once.
	stream func(ctx context.Context) io.ReadCloser
	// Close may be called again.
	Close func() error
}

// source is a place from which a dump can be opened.
type source interface {
	open(ctx context.Context) (*dump, error)
}

// bucketSource is a dump in the bucket.
type bucketSource struct {
	store  *s3store.Store
	bucket config.Bucket
	dump   catalog.Dump
}

func (s bucketSource) name() string { return "s3://" + s.bucket.Name + "/" + s.dump.Key }

func (s bucketSource) open(ctx context.Context) (*dump, error) {
	manifest, err := catalog.ReadManifest(ctx, s.store, s.bucket.Base, s.dump)
	if err != nil {
		return nil, err
	}
	object := s.dump.Object()
	d := &dump{
		Name: s.name(), Size: s.dump.Size, Taken: s.dump.Time,
		part: func(ctx context.Context, offset, length int64) io.ReadCloser {
			return s.store.ReadRange(ctx, object, offset, length)
		},
		stream: func(ctx context.Context) io.ReadCloser {
			return s.store.Download(ctx, object, s3store.DownloadOptions{})
		},
		Close: func() error { return nil },
	}
	length := object.Size
	if manifest != nil {
		length = min(length, manifest.Head.Length)
		d.Fingerprint = manifest.SourceFingerprint
	}
	body := d.part(ctx, 0, length)
	defer func() { _ = body.Close() }() // the rest of the head's range is not wanted
	if err := d.readHead(bufio.NewReaderSize(body, 256<<10)); err != nil {
		return nil, err
	}
	d.Blocks, err = d.Head.Blocks(d.Size)
	if err != nil && !errors.Is(err, archive.ErrNoOffsets) {
		return nil, notWhole(d.Name, err)
	}
	if manifest != nil {
		err = d.agree(manifest)
	} else {
		err = nil
	}
	return d, err
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

func (s fileSource) open(ctx context.Context) (*dump, error) {
	f, err := os.Open(string(s))
	if err != nil {
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
		return nil, fault.New(fault.Usage, "hectl reads pg_dump's custom format (pg_dump -Fc)", "%s is a folder", s)
	}
	if !info.Mode().IsRegular() {
		d, err := stdinSource{f}.open(ctx)
		if err == nil {
			d.Name, d.Close = string(s), sync.OnceValue(f.Close)
		}
		return d, err
	}
	d := &dump{
		Name: string(s), Size: info.Size(), Close: sync.OnceValue(f.Close),
		part: func(_ context.Context, offset, length int64) io.ReadCloser {
			return io.NopCloser(io.NewSectionReader(f, offset, length))
		},
	}
	in := bufio.NewReaderSize(io.NewSectionReader(f, 0, d.Size), 256<<10)
	if err := d.readHead(in); err != nil {
		return nil, err
	}
	d.Blocks, err = d.Head.Blocks(d.Size)
	if errors.Is(err, archive.ErrNoOffsets) {
		d.Blocks, err = archive.Scan(in, d.Head, archive.IndexOptions{})
	}
	if err != nil {
		return nil, notWhole(d.Name, err)
	}
	return d, nil
}

// stdinSource is a dump that is piped in.
type stdinSource struct{ r io.Reader }

func (s stdinSource) open(context.Context) (*dump, error) {
	in := bufio.NewReaderSize(s.r, 1<<20)
	d := &dump{Name: "standard input", Size: -1, Close: func() error { return nil }}
	if err := d.readHead(in); err != nil {
		return nil, err
	}
	d.stream = func(context.Context) io.ReadCloser {
		return io.NopCloser(io.MultiReader(bytes.NewReader(d.raw), in))
	}
	return d, nil
}

// readHead reads the head from the start of the archive, and nothing after it.
func (d *dump) readHead(in io.Reader) (err error) {
	var raw bytes.Buffer
	d.Head, err = archive.ReadHead(io.TeeReader(in, &raw))
	d.raw = raw.Bytes()
	if err != nil {
		return unreadable(d.Name, d.raw, err)
	}
	return nil
}

const suggestOlder = `"hectl list" shows the dumps; restore the one before this with "hectl restore KEY"`

// notWhole is the error for a dump that is damaged or cut off.
func notWhole(name string, err error) error {
	return fault.New(fault.Integrity, suggestOlder, "%s is not whole: %w", name, err)
}

// unreadable says what is wrong with a dump whose head cannot be read.
func unreadable(name string, head []byte, err error) error {
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return fmt.Errorf("read %s: %w", name, err)
	case len(head) == 0 && errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Integrity, "", "read %s: it is empty", name)
	case bytes.HasPrefix(head, []byte("--")):
		return fault.New(fault.Usage, `restore it with "psql -f"`, "read %s: this is SQL text, not an archive of pg_dump -Fc", name)
	}
	return fault.New(fault.Integrity, suggestOlder, "read %s: %w", name, err)
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

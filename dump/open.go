package dump

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
	"strings"
	"sync"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// Opener opens a dump from a bucket, a file or a pipe.
type Opener interface {
	// Open opens the dump. The end of ctx also ends later reads from a pipe.
	Open(ctx context.Context) (*Dump, error)
}

// Object is a dump in the bucket.
type Object struct {
	Store  *s3store.Store
	Bucket config.Bucket
	Dump   catalog.Dump
}

// Name returns the address, s3://BUCKET/KEY.
func (s Object) Name() string { return "s3://" + s.Bucket.Name + "/" + s.Dump.Key }

// Open implements Opener.
func (s Object) Open(ctx context.Context) (*Dump, error) {
	d, err := s.describe(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.begin(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// describe collects the facts that are known without reading the dump.
func (s Object) describe(ctx context.Context) (*Dump, error) {
	manifest, err := catalog.ReadManifest(ctx, s.Store, s.Bucket.Base, s.Dump)
	if fault.CodeOf(err) == fault.Denied {
		// If reading the dump is also denied, report that instead: it is the larger
		// problem.
		if denied := s.readable(ctx); fault.CodeOf(denied) == fault.Denied {
			return nil, denied
		}
	}
	if err != nil {
		return nil, err
	}
	object := s.Dump.Object()
	d := &Dump{
		Name: s.Name(), Size: s.Dump.Size, Taken: s.Dump.Time, Manifest: manifest, bucket: &s.Bucket,
		ReadRange: func(ctx context.Context, offset, length int64) io.ReadCloser {
			return s.Store.ReadRange(ctx, object, offset, length)
		},
		Stream: func(ctx context.Context) io.ReadCloser {
			return s.Store.Download(ctx, object, s3store.DownloadOptions{})
		},
		Close: func() error { return nil },
	}
	if manifest != nil {
		d.Fingerprint = manifest.SourceFingerprint
	}
	return d, nil
}

// readable reads the dump's first byte and returns the error, if any.
func (s Object) readable(ctx context.Context) error {
	body := s.Store.ReadRange(ctx, s.Dump.Object(), 0, min(1, s.Dump.Size))
	defer func() { _ = body.Close() }() // only one byte is needed
	_, err := io.ReadAll(body)
	return err
}

// begin reads the head of a dump in the bucket and finds the offsets of the blocks, in the
// table of contents or else in the manifest.
func (d *Dump) begin(ctx context.Context) error {
	m, length := d.Manifest, d.Size
	if m != nil {
		length = min(length, m.Head.Length)
	}
	body := d.ReadRange(ctx, 0, length)
	defer func() { _ = body.Close() }() // the rest of the range is not needed
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
		return DamageError(d.Name, err)
	}
	if m != nil {
		return d.agree(m)
	}
	return nil
}

// manifestPlaces returns the offsets of the blocks and the end of the last one.
func manifestPlaces(m *catalog.Manifest) (places map[int]int64, end int64) {
	places = map[int]int64{}
	for _, b := range m.Blocks {
		places[b.ID] = b.Offset
		end = max(end, b.Offset+b.Length)
	}
	return places, end
}

// agree compares the head with the manifest and copies the blocks' checksums from the
// manifest.
func (d *Dump) agree(m *catalog.Manifest) error {
	wrong := func(format string, args ...any) error {
		return fault.New(fault.Integrity, SuggestOlder, "%s does not match its manifest: "+format, append([]any{d.Name}, args...)...)
	}
	if sha256.Sum256(d.HeadBytes) != m.Head.SHA256 {
		return wrong("the checksum of the table of contents differs")
	}
	if len(m.Blocks) != len(d.Blocks) {
		return wrong("%d blocks instead of %d", len(d.Blocks), len(m.Blocks))
	}
	for i, b := range m.Blocks {
		own := &d.Blocks[i]
		if own.ID != b.ID || own.Offset != b.Offset || own.Length != b.Length {
			return wrong("block %d (%s.%s) has a different offset or length", b.ID, b.Schema, b.Table)
		}
		if !b.SegmentsFit() {
			return wrong("the segments of block %d (%s.%s) do not cover all of its rows", b.ID, b.Schema, b.Table)
		}
		own.SHA256 = b.SHA256
	}
	return nil
}

// diskFile is a dump in a local file.
type diskFile string

// Open implements Opener.
func (s diskFile) Open(ctx context.Context) (*Dump, error) {
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

func (s diskFile) read(ctx context.Context, f *os.File) (*Dump, error) {
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
	d := &Dump{
		Name: string(s), Size: info.Size(), Close: sync.OnceValue(f.Close),
		ReadRange: func(_ context.Context, offset, length int64) io.ReadCloser {
			return io.NopCloser(io.NewSectionReader(f, offset, length))
		},
	}
	body := interruptible(ctx, io.NewSectionReader(f, 0, d.Size))
	defer func() { _ = body.Close() }() // the rest of the file may not be needed
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
		return nil, DamageError(d.Name, err)
	}
	return d, nil
}

// pipe is a dump on standard input.
type pipe struct{ r io.Reader }

// Open implements Opener.
func (s pipe) Open(ctx context.Context) (*Dump, error) {
	return openPipe(ctx, "standard input", s.r)
}

// openPipe opens a dump that can only be read in order. Reads fail once ctx ends.
func openPipe(ctx context.Context, name string, r io.Reader) (*Dump, error) {
	body := interruptible(ctx, r)
	d := &Dump{Name: name, Size: -1, Close: body.Close}
	in := bufio.NewReaderSize(body, 1<<20)
	if err := d.readHead(ctx, in); err != nil {
		return nil, errors.Join(err, body.Close())
	}
	d.Stream = func(context.Context) io.ReadCloser {
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(d.HeadBytes), in), body}
	}
	return d, nil
}

// readHead reads the head of the archive and nothing after it.
func (d *Dump) readHead(ctx context.Context, in io.Reader) (err error) {
	var raw bytes.Buffer
	d.Head, err = archive.ReadHead(io.TeeReader(in, &raw))
	d.HeadBytes = raw.Bytes()
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("read %s: %w", d.Name, context.Cause(ctx))
	case err != nil:
		return explainUnreadable(d.Name, d.HeadBytes, err)
	}
	return nil
}

// Locate returns the Opener for an argument of "hectl restore": "-", the path of a file,
// s3://BUCKET/KEY, or a key with or without its folder.
func Locate(arg string, stdin io.Reader, openKey func(key string) (Opener, error)) (Opener, error) {
	if arg == "-" {
		return pipe{stdin}, nil
	}
	if _, err := os.Stat(arg); err == nil {
		return diskFile(arg), nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(fault.Usage, "", err)
	}
	if path.IsAbs(arg) || strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "../") {
		return nil, fault.New(fault.NotFound, "", "file %s does not exist", arg)
	}
	return openKey(arg)
}

// OpenHead opens a dump for a caller that needs only its head. It does not scan a file for
// its blocks.
func OpenHead(ctx context.Context, src Opener) (*Dump, error) {
	file, ok := src.(diskFile)
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
	d.Close = sync.OnceValue(func() error { return errors.Join(stop(), f.Close()) })
	return d, nil
}

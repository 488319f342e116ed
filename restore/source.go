package restore

import (
	"bufio"
	"bytes"
	"context"
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
// and the whole of its bytes, to be read once and in order.
type dump struct {
	Name  string    // "s3://…", a file's path, or "standard input"
	Size  int64     // bytes; -1 when not known before the end
	Taken time.Time // UTC; zero when not known

	Head *archive.Head
	head []byte    // the bytes of Head
	body io.Reader // the whole archive from its first byte on

	Close func() error // may be called again
}

// source is a place from which a dump can be opened. Who only peeks wants the
// head, and no more of the rest than comes with it.
type source interface {
	open(ctx context.Context, peek bool) (*dump, error)
}

// bucketSource is a dump in the bucket.
type bucketSource struct {
	store  *s3store.Store
	bucket config.Bucket
	dump   catalog.Dump
}

func (s bucketSource) open(ctx context.Context, peek bool) (*dump, error) {
	var opt s3store.DownloadOptions
	if peek {
		opt.RangeSize, opt.Window = 1<<20, 1
	}
	body := s.store.Download(ctx, s.dump.Object(), opt)
	return newDump(body, dump{Name: s.name(), Size: s.dump.Size, Taken: s.dump.Time})
}

func (s bucketSource) name() string { return "s3://" + s.bucket.Name + "/" + s.dump.Key }

// fileSource is a dump in a local file.
type fileSource string

func (s fileSource) open(context.Context, bool) (*dump, error) {
	f, err := os.Open(string(s))
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, "", err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fault.New(fault.Usage, "hectl reads pg_dump's custom format (pg_dump -Fc)", "%s is a folder", s)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	size := int64(-1)
	if info.Mode().IsRegular() {
		size = info.Size()
	}
	return newDump(f, dump{Name: string(s), Size: size})
}

// stdinSource is a dump that is piped in.
type stdinSource struct{ r io.Reader }

func (s stdinSource) open(context.Context, bool) (*dump, error) {
	return newDump(io.NopCloser(s.r), dump{Name: "standard input", Size: -1})
}

// newDump reads the head of the archive in body, and closes body when it
// cannot.
func newDump(body io.ReadCloser, d dump) (*dump, error) {
	buffered := bufio.NewReaderSize(body, 1<<20)
	var head bytes.Buffer
	var err error
	d.Head, err = archive.ReadHead(io.TeeReader(buffered, &head))
	if err != nil {
		return nil, errors.Join(unreadable(d.Name, head.Bytes(), err), body.Close())
	}
	d.head = head.Bytes()
	d.body = io.MultiReader(bytes.NewReader(d.head), buffered)
	d.Close = sync.OnceValue(body.Close)
	return &d, nil
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
	return fault.New(fault.Integrity, `"hectl list" shows the dumps; the one before this may be whole`, "read %s: %w", name, err)
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

package catalog

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// fakeUploader reads up to limit bytes, and then returns err.
type fakeUploader struct {
	limit int64
	err   error
}

func (u fakeUploader) Upload(_ context.Context, key string, r io.Reader, _ s3store.UploadOptions) (s3store.Object, error) {
	if u.err != nil {
		_, _ = io.CopyN(io.Discard, r, u.limit)
		return s3store.Object{}, u.err
	}
	n, err := io.Copy(io.Discard, r)
	return s3store.Object{Key: key, Size: n}, err
}

func TestWriteArchive(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../pgtools/archive/testdata/17-none-pipe.archive")
	if err != nil {
		t.Fatal(err)
	}
	broken, refused := errors.New("broken"), errors.New("refused")
	tables := map[int]archive.Rows{3: {Count: 7}}
	ended, end := context.WithCancel(t.Context())
	end()
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		store fakeUploader
		write func(w io.Writer) (map[int]archive.Rows, error)
		want  error // nil means success
	}{
		{"complete", t.Context(), fakeUploader{}, func(w io.Writer) (map[int]archive.Rows, error) { _, err := w.Write(data); return tables, err }, nil},
		{"the writer fails", t.Context(), fakeUploader{}, func(w io.Writer) (map[int]archive.Rows, error) {
			_, _ = w.Write(data[:100])
			return tables, broken
		}, broken},
		{"the store refuses it", t.Context(), fakeUploader{limit: 10, err: refused}, func(w io.Writer) (map[int]archive.Rows, error) {
			for {
				if _, err := w.Write(data); err != nil {
					return nil, err
				}
			}
		}, refused},
		{"the writer fails, so the store does", t.Context(), fakeUploader{limit: 1 << 20, err: refused}, func(io.Writer) (map[int]archive.Rows, error) { return nil, broken }, broken},
		{"both end with the context", ended, fakeUploader{limit: 1 << 20, err: refused}, func(io.Writer) (map[int]archive.Rows, error) { return nil, broken }, refused},
	} {
		written, err := WriteArchive(tt.ctx, tt.store, "x", s3store.UploadOptions{}, tt.write)
		if !errors.Is(err, tt.want) || (written.Stream != nil) != (tt.want == nil) || (written.Tables != nil) != (tt.want == nil) {
			t.Errorf("%s: %+v, %v", tt.name, written, err)
		}
		if tt.want == nil && (written.Object.Size != int64(len(data)) || !written.Stream.Known() || written.Tables[3].Count != 7) {
			t.Errorf("%s: %+v", tt.name, written)
		}
	}
}

// A missing manifest of a masked dump is only a warning.
func TestWriteMaskedManifest(t *testing.T) {
	t.Parallel()
	data, err := os.Open("../../pgtools/archive/testdata/17-none-pipe.archive")
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	stream := NewStream(data, "hectl")
	if _, err := io.Copy(io.Discard, stream); err != nil {
		t.Fatal(err)
	}
	m := &Manifest{Key: "backups/production-20261123083000.rds.dump"}
	if err := WriteMaskedManifest(t.Context(), fakeUploader{}, "", m, Written{Stream: stream}); err != nil || len(m.Blocks) == 0 {
		t.Errorf("%d blocks, %v", len(m.Blocks), err)
	}
	refused := errors.New("refused")
	if err := WriteMaskedManifest(t.Context(), fakeUploader{err: refused}, "", m, Written{Stream: stream}); !errors.Is(err, refused) || fault.CodeOf(err) != fault.Warnings {
		t.Errorf("got %v", err)
	}
}

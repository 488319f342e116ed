package catalog

import (
	"bufio"
	"context"
	"errors"
	"io"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// WriteArchive uploads the archive that write writes. writer names it in errors. As
// with Store.Upload, an error leaves neither an object nor an open upload behind; this
// includes an error from write. An object that appears is complete.
//
// WriteArchive returns after write has returned. So write must stop when ctx ends. Its
// writes to w fail once the upload has failed.
func WriteArchive(ctx context.Context, store uploader, key string, opt s3store.UploadOptions, writer string, write func(w io.Writer) error) (s3store.Object, *Stream, error) {
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		// One buffer is filled while the other is sent.
		buffer := bufio.NewWriterSize(w, 256<<10)
		err := write(buffer)
		if err == nil {
			err = buffer.Flush()
		}
		_ = w.CloseWithError(err) // nil means io.EOF
		written <- err
	}()
	stream := NewStream(r, writer)
	object, err := store.Upload(ctx, key, stream, opt)
	_ = r.CloseWithError(err) // unblocks write
	failed := <-written
	if err == nil {
		return object, stream, nil
	}
	if failed != nil && !errors.Is(failed, err) && ctx.Err() == nil {
		err = failed // it made the upload fail
	}
	return s3store.Object{}, nil, err
}

// WriteMaskedManifest completes m, a manifest from MaskedCopy, with the facts that
// stream collected and the rows of masked tables, and uploads it under base. The dump is
// already in the bucket, so it continues for up to a minute after ctx ends. The error is a
// fault.Warnings.
func WriteMaskedManifest(ctx context.Context, store uploader, base string, m *Manifest, stream *Stream, tables map[int]archive.Rows) error {
	original := m.Blocks
	stream.Describe(m)
	m.takeRows(original)
	m.DescribeRows(tables)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := WriteManifest(ctx, store, base, m, s3store.UploadOptions{}); err != nil {
		return fault.New(fault.Warnings, "", "the masked dump is complete, but has no manifest, so it does not count as masked: %w", err)
	}
	return nil
}

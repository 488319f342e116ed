package catalog

import (
	"bufio"
	"context"
	"errors"
	"io"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// WriteArchive uploads the archive that write writes. Errors call what writes it
// by the given name. As with Store.Upload there is neither an object nor an open
// upload after an error, of write too; and the object, if it is there, is whole.
//
// It returns when write has: whatever that waits for must end with ctx, and a
// write to w fails once the upload has.
func WriteArchive(ctx context.Context, store uploader, key string, opt s3store.UploadOptions, writer string, write func(w io.Writer) error) (s3store.Object, *Stream, error) {
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		// What is written fills one buffer while the other is sent.
		buffer := bufio.NewWriterSize(w, 256<<10)
		err := write(buffer)
		if err == nil {
			err = buffer.Flush()
		}
		_ = w.CloseWithError(err) // nil is the end
		written <- err
	}()
	stream := NewStream(r, writer)
	object, err := store.Upload(ctx, key, stream, opt)
	_ = r.CloseWithError(err) // nobody reads any more
	failed := <-written
	if err == nil {
		return object, stream, nil
	}
	if failed != nil && !errors.Is(failed, err) && ctx.Err() == nil {
		err = failed // it is why the upload ended
	}
	return s3store.Object{}, nil, err
}

// WriteMaskedManifest completes m, which MaskedCopy made, by what stream saw of the
// masked dump, and puts it under base into the bucket. It goes on for a minute
// when ctx ends: the dump is there, and a signal comes too late to be worth losing
// this. The error is a fault.Warnings.
func WriteMaskedManifest(ctx context.Context, store uploader, base string, m *Manifest, stream *Stream) error {
	stream.Describe(m)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := WriteManifest(ctx, store, base, m, s3store.UploadOptions{}); err != nil {
		return fault.New(fault.Warnings, "", "the masked dump is in the bucket, whole, but has no manifest, and so does not say that it is masked: %w", err)
	}
	return nil
}

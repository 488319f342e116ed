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

// Written is an archive in a bucket.
type Written struct {
	Object s3store.Object
	Stream *Stream              // stream that was uploaded
	Tables map[int]archive.Rows // rows that hectl wrote, by dump id
}

// WriteArchive uploads the archive that write writes. As with Store.Upload, an error,
// including one from write, leaves neither an object nor an open upload behind. An object
// in the bucket is always complete. write returns the rows that it wrote.
//
// WriteArchive returns only after write has returned, so write must stop when ctx ends.
// Once the upload has failed, writes to w fail.
func WriteArchive(ctx context.Context, store uploader, key string, opt s3store.UploadOptions, write func(w io.Writer) (map[int]archive.Rows, error)) (Written, error) {
	r, w := io.Pipe()
	var tables map[int]archive.Rows // set before written
	written := make(chan error, 1)
	go func() {
		// Fill one buffer while the other is sent.
		buffer := bufio.NewWriterSize(w, 256<<10)
		var err error
		tables, err = write(buffer)
		if err == nil {
			err = buffer.Flush()
		}
		_ = w.CloseWithError(err) // nil means io.EOF
		written <- err
	}()
	stream := NewStream(r, "hectl")
	object, err := store.Upload(ctx, key, stream, opt)
	_ = r.CloseWithError(err) // unblocks write
	failed := <-written
	if err == nil {
		return Written{Object: object, Stream: stream, Tables: tables}, nil
	}
	if failed != nil && !errors.Is(failed, err) && ctx.Err() == nil {
		err = failed // this error made the upload fail
	}
	return Written{}, err
}

// WriteMaskedManifest completes m, a manifest from MaskedCopy, with the facts about the
// masked dump, and uploads it under base. The dump is already in the bucket, so
// WriteMaskedManifest continues for up to a minute after ctx ends. The error is a
// fault.Warnings.
func WriteMaskedManifest(ctx context.Context, store uploader, base string, m *Manifest, masked Written) error {
	original := m.Blocks
	masked.Stream.Describe(m)
	m.takeRows(original)
	m.DescribeRows(masked.Tables)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := WriteManifest(ctx, store, base, m, s3store.UploadOptions{}); err != nil {
		return fault.New(fault.Warnings, "", "the masked dump is complete, but has no manifest, so it does not count as masked: %w", err)
	}
	return nil
}

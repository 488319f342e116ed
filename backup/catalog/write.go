package catalog

import (
	"bufio"
	"context"
	"errors"
	"io"

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

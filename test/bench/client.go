package main

import (
	"context"
	"fmt"
	"io"

	"github.com/rubyforgood/hectl/internal/s3store"
)

// clientArg makes this program an S3 client, so that a contender's memory is measured
// in a separate process.
const clientArg = "s3"

// client runs an S3 client:
//
//	get-plain BUCKET KEY   one request, like get_object of the AWS SDK for Ruby
//	get BUCKET KEY         ranges in parallel, in order
//	put BUCKET KEY         parts in parallel
func client(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	if len(args) != 3 {
		return fmt.Errorf("%s: usage: VERB BUCKET KEY", clientArg)
	}
	verb, bucket, key := args[0], args[1], args[2]
	store, err := s3store.Open(ctx, s3store.Config{Bucket: bucket})
	if err != nil {
		return err
	}
	defer store.Close()
	if verb == "put" {
		_, err := store.Upload(ctx, key, stdin, s3store.UploadOptions{})
		return err
	}
	object, err := store.Head(ctx, key)
	if err != nil {
		return err
	}
	var body io.ReadCloser
	switch verb {
	case "get-plain":
		body = store.ReadRange(ctx, object, 0, object.Size)
	case "get":
		body = store.Download(ctx, object, s3store.DownloadOptions{})
	default:
		return fmt.Errorf("%s: unknown verb %q", clientArg, verb)
	}
	defer func() { _ = body.Close() }() // every byte was read
	_, err = io.Copy(stdout, body)
	return err
}

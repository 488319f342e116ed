package s3store

import (
	"context"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// PendingUpload is a multipart upload that was neither completed nor aborted. Its parts
// are not listed as objects, but they cost money.
type PendingUpload struct {
	Key       string
	ID        string
	Initiated time.Time // UTC
}

// PendingUploads yields the unfinished uploads whose key starts with prefix, including
// those of running processes. MinIO finds them only by their full key.
func (s *Store) PendingUploads(ctx context.Context, prefix string) iter.Seq2[PendingUpload, error] {
	return func(yield func(PendingUpload, error) bool) {
		in := &s3.ListMultipartUploadsInput{Bucket: &s.bucket, Prefix: &prefix}
		for {
			page, err := call(ctx, s, s.client.ListMultipartUploads, in)
			if err != nil {
				yield(PendingUpload{}, s.fail(ctx, operation{"list the uploads of", prefix, actionListUploads}, err))
				return
			}
			for _, u := range page.Uploads {
				up := PendingUpload{Key: aws.ToString(u.Key), ID: aws.ToString(u.UploadId), Initiated: aws.ToTime(u.Initiated).UTC()}
				if !yield(up, nil) {
					return
				}
			}
			if !aws.ToBool(page.IsTruncated) || aws.ToString(page.NextKeyMarker) == "" {
				return
			}
			in.KeyMarker, in.UploadIdMarker = page.NextKeyMarker, page.NextUploadIdMarker
		}
	}
}

// ListsUploads reports whether an empty list of uploads means that there are none. Stores
// other than AWS may not support the request, or find uploads only by their full key.
func (s *Store) ListsUploads() bool { return s.client.Options().BaseEndpoint == nil }

// AbortUpload removes an upload and its parts. A missing upload is not an error.
func (s *Store) AbortUpload(ctx context.Context, up PendingUpload) error {
	_, err := s.abort(ctx, up.Key, up.ID)
	return s.fail(ctx, operation{"abort the upload of", up.Key, actionAbort}, err)
}

// abort reports whether there was an upload to abort. S3's documentation warns that a part
// of an interrupted request can arrive after the abort and stay, so abort checks for parts
// and aborts again if any are left.
func (s *Store) abort(ctx context.Context, key, id string) (bool, error) {
	const rounds = 5
	for round := 1; ; round++ {
		_, err := call(ctx, s, s.client.AbortMultipartUpload, &s3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: &key, UploadId: &id})
		switch {
		case codeOf(err) == "NoSuchUpload":
			return round > 1, nil
		case err != nil:
			return false, err
		}
		// An error means that no parts are left, or that the permission
		// s3:ListMultipartUploadParts is missing.
		_, err = call(ctx, s, s.client.ListParts, &s3.ListPartsInput{Bucket: &s.bucket, Key: &key, UploadId: &id, MaxParts: aws.Int32(1)})
		if err != nil || round == rounds {
			return true, nil //nolint:nilerr // see above
		}
		if err := sleep(ctx, s.backoff(round)); err != nil {
			return true, err
		}
	}
}

// sleep waits for d. If ctx is done first, it returns the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

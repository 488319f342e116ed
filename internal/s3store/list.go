package s3store

import (
	"context"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Object is an object in a listing.
type Object struct {
	Key          string
	Size         int64     // bytes
	ETag         string    // without quotes
	LastModified time.Time // UTC; usually zero in the result of Upload
}

// List yields the objects whose key starts with prefix, in the order of their keys. An
// error ends the sequence; it comes with an empty Object. The code is fault.NotFound for
// a missing bucket.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix}
		for {
			page, err := call(ctx, s, s.client.ListObjectsV2, in)
			if err != nil {
				yield(Object{}, s.fail(ctx, operation{"list", prefix, actionList}, err))
				return
			}
			for _, o := range page.Contents {
				obj := Object{
					Key:          aws.ToString(o.Key),
					Size:         aws.ToInt64(o.Size),
					ETag:         unquoteETag(o.ETag),
					LastModified: aws.ToTime(o.LastModified).UTC(),
				}
				if !yield(obj, nil) {
					return
				}
			}
			// Without a token there is no next page, even if IsTruncated is set.
			if !aws.ToBool(page.IsTruncated) || aws.ToString(page.NextContinuationToken) == "" {
				return
			}
			in.ContinuationToken = page.NextContinuationToken
		}
	}
}

// Reach checks that the bucket exists and can be listed. The errors are those of List.
func (s *Store) Reach(ctx context.Context) error {
	_, err := call(ctx, s, s.client.ListObjectsV2, &s3.ListObjectsV2Input{Bucket: &s.bucket, MaxKeys: aws.Int32(1)})
	return s.fail(ctx, operation{"list", "", actionList}, err)
}

// Head returns the object with the given key. The error has the code fault.NotFound if
// the object or the bucket does not exist; a HEAD answer does not distinguish them.
func (s *Store) Head(ctx context.Context, key string) (Object, error) {
	in := &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key}
	region := s.region.Load()
	out, err := call(ctx, s, s.client.HeadObject, in)
	if statusOf(err) == http.StatusBadRequest {
		// Perhaps a wrong region: a store other than AWS reports that only in the body of
		// an answer, which HEAD does not have.
		_ = s.Reach(ctx)
		if *s.region.Load() != *region {
			out, err = call(ctx, s, s.client.HeadObject, in)
		}
	}
	if err != nil {
		return Object{}, s.fail(ctx, operation{"look up", key, actionGet}, err)
	}
	return Object{
		Key:          key,
		Size:         aws.ToInt64(out.ContentLength),
		ETag:         unquoteETag(out.ETag),
		LastModified: aws.ToTime(out.LastModified).UTC(),
	}, nil
}

// Delete deletes an object. A missing key is not an error. A bucket with versioning
// keeps older versions.
func (s *Store) Delete(ctx context.Context, key string) error {
	_, err := call(ctx, s, s.client.DeleteObject, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key})
	return s.fail(ctx, operation{"delete", key, actionDelete}, err)
}

// unquoteETag removes the quotes of the HTTP header.
func unquoteETag(etag *string) string { return strings.Trim(aws.ToString(etag), `"`) }

// quoteETag adds the quotes of the HTTP header.
func quoteETag(etag string) *string { return aws.String(`"` + etag + `"`) }

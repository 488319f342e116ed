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

// Object is an object as a listing shows it.
type Object struct {
	Key          string
	Size         int64     // in bytes
	ETag         string    // without the quotes it travels in
	LastModified time.Time // in UTC; zero in what Upload returns: the store does not say
}

// List yields the objects whose key begins with prefix, in the order of their
// keys, page by page until there are none left. An error ends it; it comes
// with an empty Object and has the code fault.NotFound for a missing bucket.
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
			// The token is asked for, too: without one there is no next page,
			// whatever the flag says.
			if !aws.ToBool(page.IsTruncated) || aws.ToString(page.NextContinuationToken) == "" {
				return
			}
			in.ContinuationToken = page.NextContinuationToken
		}
	}
}

// Reach asks whether there is the bucket, and whether it may be listed. The
// errors are those of List.
func (s *Store) Reach(ctx context.Context) error {
	_, err := call(ctx, s, s.client.ListObjectsV2, &s3.ListObjectsV2Input{Bucket: &s.bucket, MaxKeys: aws.Int32(1)})
	return s.fail(ctx, operation{"list", "", actionList}, err)
}

// Head returns the object with the given key. The error has the code
// fault.NotFound when there is none; a HEAD answer does not tell a missing
// bucket from a missing object.
func (s *Store) Head(ctx context.Context, key string) (Object, error) {
	in := &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key}
	region := s.region.Load()
	out, err := call(ctx, s, s.client.HeadObject, in)
	if statusOf(err) == http.StatusBadRequest {
		// A wrong region, perhaps: a store other than AWS says so only where its
		// answer has a body.
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

// Delete deletes an object. A key that is not there is no error; in a bucket
// with versioning the older versions stay.
func (s *Store) Delete(ctx context.Context, key string) error {
	_, err := call(ctx, s, s.client.DeleteObject, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key})
	return s.fail(ctx, operation{"delete", key, actionDelete}, err)
}

// unquoteETag takes the quotes off: they belong to the HTTP header.
func unquoteETag(etag *string) string { return strings.Trim(aws.ToString(etag), `"`) }

// quoteETag puts them back.
func quoteETag(etag string) *string { return aws.String(`"` + etag + `"`) }

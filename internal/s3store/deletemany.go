package s3store

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/rubyforgood/hectl/internal/fault"
)

// deleteBatch is the largest number of keys in a request.
const deleteBatch = 1000

// Deletion is the result of deleting one key.
type Deletion struct {
	Key    string
	Marked bool  // the bucket keeps versions, so the object is only hidden
	Err    error // nil if the object was deleted
}

// DeleteMany deletes objects, 1,000 per request, and returns the results in the order of
// keys. If a request fails, the results end before its keys, some of which may have been
// deleted. A missing key is not an error.
func (s *Store) DeleteMany(ctx context.Context, keys []string) ([]Deletion, error) {
	var done []Deletion
	for batch := range slices.Chunk(keys, deleteBatch) {
		deletions, err := s.deleteBatch(ctx, batch)
		if err != nil {
			return done, err
		}
		done = append(done, deletions...)
	}
	return done, nil
}

func (s *Store) deleteBatch(ctx context.Context, keys []string) ([]Deletion, error) {
	objects := make([]types.ObjectIdentifier, len(keys))
	for i := range keys {
		objects[i].Key = &keys[i]
	}
	out, err := call(ctx, s, s.client.DeleteObjects,
		&s3.DeleteObjectsInput{Bucket: &s.bucket, Delete: &types.Delete{Objects: objects}}, withContentMD5)
	if err != nil {
		return nil, s.fail(ctx, operation{fmt.Sprintf("delete %d objects of", len(keys)), "", actionDelete}, err)
	}
	// A key is deleted only if the store confirms it.
	marked, refused := map[string]bool{}, map[string]error{}
	for _, d := range out.Deleted {
		marked[aws.ToString(d.Key)] = aws.ToBool(d.DeleteMarker)
	}
	for _, e := range out.Errors {
		refused[aws.ToString(e.Key)] = s.refusalError(ctx, e)
	}
	deletions := make([]Deletion, len(keys))
	for i, key := range keys {
		hidden, deleted := marked[key]
		deletions[i] = Deletion{Key: key, Marked: hidden, Err: refused[key]}
		if !deleted && refused[key] == nil {
			deletions[i].Err = fault.New(fault.Failed, "", "delete s3://%s/%s: the store's answer omits it", s.bucket, key)
		}
	}
	return deletions, nil
}

// lockWords match the messages with which AWS and MinIO refuse to delete an object under
// Object Lock. The error code is that of a missing permission.
var lockWords = regexp.MustCompile(`(?i)object lock|WORM protected`)

// refusalError returns the error of an object that was not deleted.
func (s *Store) refusalError(ctx context.Context, e types.Error) error {
	op := operation{"delete", aws.ToString(e.Key), actionDelete}
	if lockWords.MatchString(aws.ToString(e.Message)) {
		return fault.New(fault.Warnings, "delete it after its retention has ended and its legal hold is off",
			"%s: it is protected by Object Lock", s.on(op))
	}
	return s.fail(ctx, op, &smithy.GenericAPIError{Code: aws.ToString(e.Code), Message: aws.ToString(e.Message)})
}

// withContentMD5 sends the only checksum that every store accepts. Several stores refuse
// the SDK's CRC32 because Content-MD5 is missing.
func withContentMD5(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		if _, err := stack.Finalize.Remove("AWSChecksum:ComputeInputPayloadChecksum"); err != nil {
			return err
		}
		return smithyhttp.AddContentChecksumMiddleware(stack)
	})
}

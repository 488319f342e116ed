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

// deleteBatch is how many keys one request may name.
const deleteBatch = 1000

// Deletion is what became of one key.
type Deletion struct {
	Key    string
	Marked bool  // the bucket keeps versions: the object is hidden, not gone
	Err    error // why it is still there; nil when it was deleted
}

// DeleteMany deletes objects, 1,000 a request. It returns what became of each
// key, in their order. When a request fails as a whole, the result ends before
// its keys, some of which may have been deleted. A key that is not there is no
// error.
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
	// Only what the store says it has deleted is taken for deleted.
	marked, refused := map[string]bool{}, map[string]error{}
	for _, d := range out.Deleted {
		marked[aws.ToString(d.Key)] = aws.ToBool(d.DeleteMarker)
	}
	for _, e := range out.Errors {
		refused[aws.ToString(e.Key)] = s.refusal(ctx, e)
	}
	deletions := make([]Deletion, len(keys))
	for i, key := range keys {
		hidden, deleted := marked[key]
		deletions[i] = Deletion{Key: key, Marked: hidden, Err: refused[key]}
		if !deleted && refused[key] == nil {
			deletions[i].Err = fault.New(fault.Failed, "", "delete s3://%s/%s: the store does not say what became of it", s.bucket, key)
		}
	}
	return deletions, nil
}

// lockWords tell a refusal by Object Lock, which has no code of its own, from
// one for want of a permission, in the messages of AWS and of MinIO.
var lockWords = regexp.MustCompile(`(?i)object lock|WORM protected`)

// refusal is the error about one object that stays.
func (s *Store) refusal(ctx context.Context, e types.Error) error {
	op := operation{"delete", aws.ToString(e.Key), actionDelete}
	if lockWords.MatchString(aws.ToString(e.Message)) {
		return fault.New(fault.Warnings, "it can be deleted once its retention has ended and its legal hold is off",
			"%s: it is protected by Object Lock", s.on(op))
	}
	return s.fail(ctx, op, &smithy.GenericAPIError{Code: aws.ToString(e.Code), Message: aws.ToString(e.Message)})
}

// withContentMD5 sends the one checksum of the request that every store takes.
// The SDK's choice, a CRC32, is refused by several for want of Content-MD5.
func withContentMD5(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		if _, err := stack.Finalize.Remove("AWSChecksum:ComputeInputPayloadChecksum"); err != nil {
			return err
		}
		return smithyhttp.AddContentChecksumMiddleware(stack)
	})
}

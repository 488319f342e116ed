package s3store

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// call makes a request in the region known so far. If the store answers that the bucket
// is in another region, call remembers that region and retries the request there once. It
// returns the SDK's error.
func call[In, Out any](ctx context.Context, s *Store,
	do func(context.Context, *In, ...func(*s3.Options)) (*Out, error), in *In, opts ...func(*s3.Options),
) (*Out, error) {
	for moved := false; ; moved = true {
		region := *s.region.Load()
		inRegion := func(o *s3.Options) { o.Region = region }
		out, err := do(ctx, in, append([]func(*s3.Options){inRegion}, opts...)...)
		if err == nil {
			return out, nil
		}
		found := regionIn(err)
		if moved || found == "" || found == region || ctx.Err() != nil {
			return out, err
		}
		s.region.Store(&found)
		s.logf("bucket %s is in region %s, not %s: repeating the request there", s.bucket, found, region)
		if err := rewind(in); err != nil {
			return nil, err
		}
	}
}

// rewind resets the body of a request that was sent.
func rewind(in any) error {
	var body io.Reader
	switch in := in.(type) {
	case *s3.PutObjectInput:
		body = in.Body
	case *s3.UploadPartInput:
		body = in.Body
	}
	if seeker, ok := body.(io.Seeker); ok {
		_, err := seeker.Seek(0, io.SeekStart)
		return err
	}
	return nil
}

// expectedRegion matches the region in the message of AuthorizationHeaderMalformed:
// "the region 'us-east-1' is wrong; expecting 'us-east-2'".
var expectedRegion = regexp.MustCompile(`expecting ['"]([a-z0-9-]+)['"]`)

// regionIn returns the region of the bucket if the answer in err names it, else "".
func regionIn(err error) string {
	re, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok {
		return ""
	}
	switch re.HTTPStatusCode() {
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusBadRequest, http.StatusForbidden:
	default:
		return ""
	}
	if region := re.HTTPResponse().Header.Get("X-Amz-Bucket-Region"); region != "" {
		return region
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "AuthorizationHeaderMalformed" {
		if m := expectedRegion.FindStringSubmatch(api.ErrorMessage()); m != nil {
			return m[1]
		}
	}
	return ""
}

// noteDoubt sets doubt if an attempt got no answer or a server error. The store may have
// carried out such a request, which can affect the answer to the next attempt: "already
// exists" can refer to the object of the first attempt.
func noteDoubt(doubt *bool) func(*s3.Options) {
	note := middleware.FinalizeMiddlewareFunc("hectl:NoteDoubt",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
			middleware.FinalizeOutput, middleware.Metadata, error,
		) {
			out, metadata, err := next.HandleFinalize(ctx, in)
			if err != nil && (statusOf(err) < http.StatusMultipleChoices || isServerError(err)) {
				*doubt = true
			}
			return out, metadata, err
		})
	return func(o *s3.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Finalize.Insert(note, "Retry", middleware.After)
		})
	}
}

package s3store

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/rubyforgood/hectl/internal/fault"
)

// ReadRange reads length bytes of an object, starting at offset. Size and ETag of obj must
// come from List or Head: they detect that the object was replaced, which is an error with
// the code fault.Integrity. Without an ETag, only a changed size is detected.
//
// The first Read makes the first request. If the body breaks or no byte arrives for 30
// seconds, a new request continues at the next byte, up to 12 times in a row without
// progress. An error replaces io.EOF. Close cancels the request; it can be called twice,
// but not during a Read.
func (s *Store) ReadRange(ctx context.Context, obj Object, offset, length int64) io.ReadCloser {
	ctx, cancel := context.WithCancel(ctx)
	r := &rangeReader{store: s, ctx: ctx, cancel: cancel, obj: obj, offset: offset, end: offset + length}
	if offset < 0 || length < 0 || r.end > obj.Size {
		r.err = fmt.Errorf("%s: bytes %d to %d of %d", s.on(r.op()), offset, r.end, obj.Size)
	}
	return r
}

type rangeReader struct {
	store    *Store
	ctx      context.Context // cancels Read, which has no context
	cancel   context.CancelFunc
	obj      Object
	offset   int64 // offset of the next byte
	end      int64
	body     io.ReadCloser // nil if no request is open
	failures int           // consecutive failures without a byte
	err      error         // final error
}

func (r *rangeReader) op() operation { return operation{"read", r.obj.Key, actionGet} }

func (r *rangeReader) Read(p []byte) (int, error) {
	for {
		switch {
		case r.err != nil:
			return 0, r.err
		case r.offset == r.end:
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		}
		if r.body == nil {
			if r.body, r.err = r.open(); r.err != nil {
				continue
			}
		}
		n, err := r.body.Read(p[:min(int64(len(p)), r.end-r.offset)])
		r.offset += int64(n)
		if r.offset == r.end {
			r.closeBody()
			return n, nil
		}
		if err != nil {
			// err may be io.EOF, if the body is too short.
			r.closeBody()
		}
		if n > 0 {
			r.failures = 0
			return n, nil
		}
		if err != nil {
			r.err = r.pause(err)
		}
	}
}

// pause waits before the next request. It returns an error after too many failures or if
// ctx is done.
func (r *rangeReader) pause(broken error) error {
	r.failures++
	if r.ctx.Err() != nil || r.failures >= attempts {
		return r.store.fail(r.ctx, r.op(), broken)
	}
	delay := r.store.backoff(r.failures)
	r.store.logf("reading s3://%s/%s broke at byte %d (%s), continuing there", r.store.bucket, r.obj.Key, r.offset, causeOf(broken))
	if err := sleep(r.ctx, delay); err != nil {
		return r.store.fail(r.ctx, r.op(), err)
	}
	return nil
}

// open requests the rest of the range.
func (r *rangeReader) open() (io.ReadCloser, error) {
	in := &s3.GetObjectInput{
		Bucket: &r.store.bucket, Key: &r.obj.Key,
		Range: aws.String(fmt.Sprintf("bytes=%d-%d", r.offset, r.end-1)),
	}
	if r.obj.ETag != "" {
		in.IfMatch = quoteETag(r.obj.ETag)
	}
	out, err := call(r.ctx, r.store, r.store.client.GetObject, in)
	if err != nil {
		switch statusOf(err) {
		case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
			return nil, r.replacedError()
		}
		return nil, r.store.fail(r.ctx, r.op(), err)
	}
	want := fmt.Sprintf("bytes %d-%d/%d", r.offset, r.end-1, r.obj.Size)
	if got := aws.ToString(out.ContentRange); got != want || aws.ToInt64(out.ContentLength) != r.end-r.offset {
		_ = out.Body.Close() // the body is not needed
		if r.obj.ETag == "" {
			return nil, r.replacedError()
		}
		return nil, fault.New(fault.Integrity, "", "%s: requested %q, the store sent %q and %d bytes",
			r.store.on(r.op()), want, got, aws.ToInt64(out.ContentLength))
	}
	return out.Body, nil
}

func (r *rangeReader) replacedError() error { return replacedError(r.store.on(r.op())) }

func (r *rangeReader) closeBody() {
	if r.body != nil {
		_ = r.body.Close() // every byte that matters was read
		r.body = nil
	}
}

func (r *rangeReader) Close() error {
	r.closeBody()
	r.cancel()
	return nil
}

package s3store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // an ETag is an MD5
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/crc64nvme"

	"github.com/rubyforgood/hectl/internal/fault"
)

const (
	mib = 1 << 20
	gib = 1 << 30

	// S3's limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
	minPartSize = 5 * mib
	maxPartSize = 5 * gib
	maxParts    = 10_000

	// The part that holds the beginning goes last, when the line is idle: it
	// should not be large.
	smallestPartSize = 8 * mib
	unknownPartSize  = 16 * mib // where there is no estimate
	// An estimate may be a quarter too small before the parts run out.
	estimatedParts = 8_000
	defaultFlight  = 4

	// cleanupTime is how long an upload may take to put things in order after
	// its context has ended.
	cleanupTime = 30 * time.Second
)

// UploadOptions are the choices of an upload. The zero value is good.
type UploadOptions struct {
	// Estimate is about how long the stream will be, in bytes. It makes the
	// parts large enough; 0 when unknown, which is good for 156 GiB.
	Estimate int64

	// PartSize is the size of a part in bytes, 5 MiB to 5 GiB. 0 means by the
	// estimate, at least 8 MiB.
	PartSize int64

	// InFlight is how many parts are sent at once; 0 means 4. One more is
	// being filled: memory is (InFlight + 1) × part size at most.
	InFlight int

	// SSE is "AES256", "aws:kms" or "aws:kms:dsse"; empty means the bucket's
	// default. KMSKeyID names the key for the latter two.
	SSE, KMSKeyID string

	// StorageClass is "STANDARD_IA" and so on; empty means STANDARD.
	StorageClass string

	// ContentType is application/octet-stream when empty.
	ContentType string

	// Replace is the ETag of the object that the new one takes the place of, by
	// one request and only if it is still that one. Empty means that there must
	// be none.
	Replace string

	// Renamer, when set, is asked for another key when the key is taken. Without it
	// that is an error.
	Renamer Renamer

	// Progress, when set, is told the number of bytes of each part that the
	// store has accepted. The numbers add up to the object's size. It is
	// called from several goroutines.
	Progress func(n int64)
}

// Validate returns the error that Upload would begin with, for callers that
// have work to do before they upload.
func (o UploadOptions) Validate() error {
	_, err := o.partSize()
	return err
}

// partSize returns the size of all parts but the last.
func (o UploadOptions) partSize() (int64, error) {
	if o.PartSize != 0 {
		if o.PartSize < minPartSize || o.PartSize > maxPartSize {
			return 0, fault.New(fault.Usage, "S3 takes parts of 5MiB to 5GiB", "a part size of %d bytes is not possible", o.PartSize)
		}
		return o.PartSize, nil
	}
	if o.Estimate == 0 {
		return unknownPartSize, nil
	}
	size := (o.Estimate + estimatedParts - 1) / estimatedParts
	size = (size + mib - 1) / mib * mib
	return min(max(size, smallestPartSize), maxPartSize), nil
}

func (o UploadOptions) inFlight() int {
	if o.InFlight <= 0 {
		return defaultFlight
	}
	return o.InFlight
}

// Upload writes the stream r to a new object, and returns it once the store
// has it all and agrees on the checksum. An object that exists is never
// overwritten, but by the option Replace: that error says "already exists", or
// that it has changed. With the option Renamer the object may get another key.
//
// After any error, of r too, there is neither an object nor an open upload
// (unless the error says so); the clean-up goes on after ctx has ended, for 30
// seconds at most. One case is beyond reach: when the answer to the request that
// opens the upload is lost on the network and the SDK repeats it, the first
// upload stays open, without parts; PendingUploads lists it.
//
// When ctx ends, Upload stops at once, except while it waits for the request
// that opens the upload, or for the last one, which creates the object. They
// are given another 30 seconds, and when the last one succeeds so does Upload.
// r is read in a goroutine of its own. A Read that is blocked when Upload
// returns an error stays blocked until r's owner closes r; nothing that it
// returns is looked at any more.
func (s *Store) Upload(ctx context.Context, key string, r io.Reader, opt UploadOptions) (Object, error) {
	op := operation{"upload", key, actionPut}
	size, err := opt.partSize()
	if err != nil {
		return Object{}, fmt.Errorf("%s: %w", s.on(op), err)
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	parts := startParts(reading, r, size, opt.inFlight()+1, opt.Estimate)

	first, err := parts.next(ctx)
	if err != nil {
		return Object{}, s.streamError(ctx, op, err)
	}
	u := &upload{store: s, op: op, key: key, opt: opt}
	u.reviser, _ = r.(Reviser)
	if first.last {
		if err := u.revise([]part{first}); err != nil {
			return Object{}, err
		}
		first.sum = crc64nvme.Checksum(first.data)
		return u.whole(ctx, first)
	}
	return u.multipart(ctx, parts, first)
}

// streamError is the error of an upload whose stream failed.
func (s *Store) streamError(ctx context.Context, op operation, err error) error {
	if ctx.Err() != nil {
		return interrupted(ctx, s.on(op))
	}
	return fmt.Errorf("%s: read the stream: %w", s.on(op), err)
}

// upload is one object on its way.
type upload struct {
	store    *Store
	op       operation
	key      string
	opt      UploadOptions
	id       string // of a multipart upload
	checksum bool   // a multipart upload was opened with checksums
	reviser  Reviser
	cutOff   atomic.Bool // a part was, on its way
}

func (u *upload) progress(n int) {
	if u.opt.Progress != nil {
		u.opt.Progress(int64(n))
	}
}

// whole uploads a stream of a single part, under the first key that is free.
func (u *upload) whole(ctx context.Context, p part) (Object, error) {
	for {
		if ctx.Err() != nil {
			return Object{}, interrupted(ctx, u.store.on(u.op))
		}
		if u.opt.Renamer == nil {
			obj, _, err := u.put(ctx, p)
			return obj, err
		}
		release, err := u.claim(ctx)
		if err != nil {
			return Object{}, err
		}
		obj, taken, err := u.put(ctx, p)
		release()
		if err == nil {
			u.named()
		}
		if !taken || ctx.Err() != nil {
			return obj, err
		}
		if err := u.rename(ctx); err != nil {
			return Object{}, err
		}
	}
}

// put makes the object of a single part. It reports whether it failed because
// there is one.
func (u *upload) put(ctx context.Context, p part) (_ Object, taken bool, _ error) {
	last, cancel := outlive(ctx)
	defer cancel()

	var out *s3.PutObjectOutput
	var doubt bool
	err := u.store.checked(func(with bool) (err error) {
		out, err = call(last, u.store, u.store.client.PutObject, &s3.PutObjectInput{
			Bucket: &u.store.bucket, Key: &u.key,
			Body: bytes.NewReader(p.data), ContentLength: aws.Int64(int64(len(p.data))),
			IfNoneMatch:          u.ifNoneMatch(),
			IfMatch:              u.ifMatch(),
			ChecksumCRC64NVME:    sumIf(with, p.sum),
			ContentType:          u.contentType(),
			ServerSideEncryption: types.ServerSideEncryption(u.opt.SSE),
			SSEKMSKeyId:          orNil(u.opt.KMSKeyID),
			StorageClass:         types.StorageClass(u.opt.StorageClass),
		}, noteDoubt(&doubt))
		return err
	})
	if err != nil {
		if doubt {
			sum := md5.Sum(p.data) //nolint:gosec // an ETag is an MD5
			want := written{size: int64(len(p.data)), sum: p.sum, etag: hex.EncodeToString(sum[:])}
			after, cancel := afterwards(ctx)
			defer cancel()
			if obj, ok := u.settle(after, want); ok {
				u.progress(len(p.data))
				return obj, false, nil
			}
		}
		return Object{}, !doubt && u.isTaken(err), u.fail(ctx, err)
	}
	if err := u.agree(ctx, out.ChecksumCRC64NVME, out.ChecksumType, p.sum); err != nil {
		return Object{}, false, err
	}
	u.progress(len(p.data))
	return Object{Key: u.key, Size: int64(len(p.data)), ETag: unquoteETag(out.ETag)}, false, nil
}

// agree compares the store's checksum of the object, when it tells one, with
// ours. An object that differs is deleted: nobody must take it for a dump.
func (u *upload) agree(ctx context.Context, got *string, kind types.ChecksumType, want uint64) error {
	if got = toldSum(got); got == nil || kind == types.ChecksumTypeComposite || *got == encodeSum(want) {
		return nil
	}
	err := fault.New(fault.Integrity, "try again; if it repeats, suspect the store or the network",
		"%s: the store's checksum is %s, that of what was sent %s", u.store.on(u.op), *got, encodeSum(want))
	ctx, cancel := afterwards(ctx)
	defer cancel()
	if rest := u.store.Delete(ctx, u.key); rest != nil {
		return fmt.Errorf("%w; and the damaged object is still there: %w", err, rest)
	}
	return err
}

// written is what an upload has sent, to be recognised by.
type written struct {
	size int64
	sum  uint64
	etag string // "" when not known
}

// settle finds out what became of a request to create the object that is in
// doubt. It reports whether the object is there and is ours.
func (u *upload) settle(ctx context.Context, want written) (Object, bool) {
	out, err := call(ctx, u.store, u.store.client.HeadObject, &s3.HeadObjectInput{
		Bucket: &u.store.bucket, Key: &u.key, ChecksumMode: types.ChecksumModeEnabled,
	})
	if statusOf(err) == http.StatusForbidden {
		return u.settleByList(ctx, want)
	}
	if err != nil || aws.ToInt64(out.ContentLength) != want.size {
		return Object{}, false
	}
	etag := unquoteETag(out.ETag)
	if sum := toldSum(out.ChecksumCRC64NVME); sum != nil && out.ChecksumType != types.ChecksumTypeComposite {
		if *sum != encodeSum(want.sum) {
			return Object{}, false
		}
	} else if want.etag == "" || etag != want.etag {
		return Object{}, false
	}
	u.store.logf("s3://%s/%s is complete: only the answer was lost", u.store.bucket, u.key)
	return Object{Key: u.key, Size: want.size, ETag: etag, LastModified: aws.ToTime(out.LastModified).UTC()}, true
}

// settleByList is settle for who may write and list, but not read.
func (u *upload) settleByList(ctx context.Context, want written) (Object, bool) {
	for obj, err := range u.store.List(ctx, u.key) {
		ours := err == nil && obj.Key == u.key && obj.Size == want.size && want.etag != "" && obj.ETag == want.etag
		if ours {
			u.store.logf("s3://%s/%s is complete: only the answer was lost", u.store.bucket, u.key)
		}
		return obj, ours // what begins with the key begins with the key itself
	}
	return Object{}, false
}

// ifNoneMatch and ifMatch are the condition of the request that creates the
// object.
func (u *upload) ifNoneMatch() *string {
	if u.opt.Replace != "" {
		return nil
	}
	return aws.String("*")
}

func (u *upload) ifMatch() *string {
	if u.opt.Replace == "" {
		return nil
	}
	return quoteETag(u.opt.Replace)
}

// fail is Store.fail for the request that creates the object.
func (u *upload) fail(ctx context.Context, err error) error {
	if u.opt.Replace != "" && ctx.Err() == nil && (statusOf(err) == http.StatusPreconditionFailed || codeOf(err) == "NoSuchKey") {
		return fault.New(fault.Failed, "somebody else wrote it: look at it, and try again",
			"%s: the object that was to be replaced has changed or is gone", u.store.on(u.op))
	}
	return u.store.fail(ctx, u.op, err)
}

func (u *upload) contentType() *string {
	return aws.String(cmp.Or(u.opt.ContentType, "application/octet-stream"))
}

// outlive returns a context that goes on for cleanupTime after ctx has ended.
// The request that creates the object runs on it: cut off in the middle,
// nobody would know whether there is an object.
func outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(cleanupTime, cancel)
		context.AfterFunc(longer, func() { timer.Stop() })
	})
	return longer, func() { stop(); cancel() }
}

// afterwards returns a context for putting things in order, which takes
// cleanupTime at most whether ctx has ended or not.
func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
}

// orNil returns nil for "", which the SDK leaves out.
func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

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

	// A held first part is sent last and alone, so parts should be small.
	smallestPartSize = 8 * mib
	unknownPartSize  = 16 * mib // part size without an estimate
	// The stream can be a quarter longer than the estimate before the parts run out.
	estimatedParts = 8_000
	defaultFlight  = 4
	// Two large parts in parallel keep the network as busy as four small ones.
	largePartSize = 32 * mib
	largeFlight   = 2

	// cleanupTime limits the clean-up of an upload after its context is done.
	cleanupTime = 30 * time.Second
)

// UploadOptions configure an upload. The zero value is valid.
type UploadOptions struct {
	// Estimate is the approximate length of the stream in bytes. It determines the size
	// of the parts. 0 means unknown and allows 156 GiB.
	Estimate int64

	// PartSize is the size of a part in bytes, 5 MiB to 5 GiB. 0 means a size that fits
	// the estimate, at least 8 MiB.
	PartSize int64

	// InFlight is the number of parts that are sent in parallel; 0 means 4, or 2 if a part
	// is larger than 32 MiB. One more part is filled at the same time, so the upload uses
	// up to (InFlight + 1) × part size of memory.
	InFlight int

	// SSE is "AES256", "aws:kms" or "aws:kms:dsse"; empty means the default of the
	// bucket. KMSKeyID names the key for "aws:kms" and "aws:kms:dsse".
	SSE, KMSKeyID string

	// StorageClass is a class such as "STANDARD_IA"; empty means STANDARD.
	StorageClass string

	// ContentType is the media type; empty means application/octet-stream.
	ContentType string

	// Replace is the ETag of the object to replace. The upload fails if the object has a
	// different ETag by then. Empty means that the object must not exist.
	Replace string

	// Renamer, if set, chooses another key if the key is taken. Without a Renamer, a
	// taken key is an error.
	Renamer Renamer

	// Progress, if set, receives the size of each part that the store has accepted. The
	// sizes add up to the size of the object. The calls come from several goroutines.
	Progress func(n int64)
}

// Validate returns the error of Upload for invalid options, for callers with other work
// to do before the upload.
func (o UploadOptions) Validate() error {
	_, err := o.partSize()
	return err
}

// partSize returns the size of every part except the last.
func (o UploadOptions) partSize() (int64, error) {
	if o.PartSize != 0 {
		if o.PartSize < minPartSize || o.PartSize > maxPartSize {
			return 0, fault.New(fault.Usage, "use a part size from 5MiB to 5GiB", "S3 does not accept parts of %d bytes", o.PartSize)
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

// inFlight returns the number of parts of size bytes that are sent in parallel.
func (o UploadOptions) inFlight(size int64) int {
	switch {
	case o.InFlight > 0:
		return o.InFlight
	case size > largePartSize:
		return largeFlight
	}
	return defaultFlight
}

// Upload writes the stream r to a new object. It returns the object after the store has
// the whole stream and the checksums match. Upload never overwrites an existing object,
// except with the option Replace. With the option Renamer, the object may get another key.
//
// After an error, including an error from r, there is neither an object nor an open
// upload, unless the error says so. The clean-up continues for up to 30 seconds after ctx
// is done. One case cannot be handled: if the answer to the request that opens the upload
// is lost and the SDK retries the request, the first upload stays open without parts;
// PendingUploads lists it.
//
// If ctx is done, Upload stops at once, unless it waits for the request that opens the
// upload or for the last request, which creates the object. Those get another 30 seconds,
// and Upload succeeds if the last request does. A separate goroutine reads r. A Read that
// blocks when Upload returns stays blocked until the owner of r closes it; its result is
// ignored.
func (s *Store) Upload(ctx context.Context, key string, r io.Reader, opt UploadOptions) (Object, error) {
	op := operation{"upload", key, actionPut}
	size, err := opt.partSize()
	if err != nil {
		return Object{}, fmt.Errorf("%s: %w", s.on(op), err)
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	parts := startParts(reading, r, size, opt.inFlight(size)+1, opt.Estimate)

	first, err := parts.next(ctx)
	if err != nil {
		return Object{}, s.streamError(ctx, op, err)
	}
	u := &upload{store: s, op: op, key: key, opt: opt}
	u.reviser, _ = r.(reviser)
	if first.last {
		if err := u.revise([]part{first}); err != nil {
			return Object{}, err
		}
		first.sum = crc64nvme.Checksum(first.data)
		return u.whole(ctx, first)
	}
	return u.multipart(ctx, parts, first)
}

// streamError returns the error of an upload whose stream failed.
func (s *Store) streamError(ctx context.Context, op operation, err error) error {
	if ctx.Err() != nil {
		return interruptedError(ctx, s.on(op))
	}
	return fmt.Errorf("%s: read the stream: %w", s.on(op), err)
}

// upload is the upload of one object.
type upload struct {
	store    *Store
	op       operation
	key      string
	opt      UploadOptions
	id       string // ID of a multipart upload
	checksum bool   // a multipart upload was opened with checksums
	listed   bool   // other uploads of the key find this one in the list of uploads
	reviser  reviser
	cutOff   atomic.Bool // the request of a part was interrupted
}

func (u *upload) progress(n int) {
	if u.opt.Progress != nil {
		u.opt.Progress(int64(n))
	}
}

// whole uploads a stream of a single part with the first free key.
func (u *upload) whole(ctx context.Context, p part) (Object, error) {
	for {
		if ctx.Err() != nil {
			return Object{}, interruptedError(ctx, u.store.on(u.op))
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
			u.keepKey()
		}
		if !taken || ctx.Err() != nil {
			return obj, err
		}
		if err := u.rename(ctx); err != nil {
			return Object{}, err
		}
	}
}

// put creates the object from a single part. taken reports whether it failed because the
// object exists.
func (u *upload) put(ctx context.Context, p part) (_ Object, taken bool, _ error) {
	last, cancel := outlivingContext(ctx)
	defer cancel()

	match, noneMatch := u.condition()
	var out *s3.PutObjectOutput
	var doubt bool
	err := u.store.tryChecksums(func(with bool) (err error) {
		out, err = call(last, u.store, u.store.client.PutObject, &s3.PutObjectInput{
			Bucket: &u.store.bucket, Key: &u.key,
			Body: bytes.NewReader(p.data), ContentLength: aws.Int64(int64(len(p.data))),
			IfMatch: match, IfNoneMatch: noneMatch,
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
			after, cancel := cleanupContext(ctx)
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

// agree compares the store's checksum of the object, if any, with the checksum of the
// data. It deletes an object that differs, which must not be taken for a dump.
func (u *upload) agree(ctx context.Context, got *string, kind types.ChecksumType, want uint64) error {
	if got = parseSum(got); got == nil || kind == types.ChecksumTypeComposite || *got == encodeSum(want) {
		return nil
	}
	err := fault.New(fault.Integrity, "try again; if it happens again, check the store and the network",
		"%s: the store's checksum is %s, but hectl sent %s", u.store.on(u.op), *got, encodeSum(want))
	ctx, cancel := cleanupContext(ctx)
	defer cancel()
	if rest := u.store.Delete(ctx, u.key); rest != nil {
		return fmt.Errorf("%w; the damaged object still exists: %w", err, rest)
	}
	return err
}

// written identifies the object of an upload.
type written struct {
	size int64
	sum  uint64
	etag string // "" if not known
}

// settle determines the outcome of a request to create the object whose answer was lost.
// It reports whether the object exists and is the one that was sent.
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
	if sum := parseSum(out.ChecksumCRC64NVME); sum != nil && out.ChecksumType != types.ChecksumTypeComposite {
		if *sum != encodeSum(want.sum) {
			return Object{}, false
		}
	} else if want.etag == "" || etag != want.etag {
		return Object{}, false
	}
	u.store.logf("s3://%s/%s is complete: only the answer was lost", u.store.bucket, u.key)
	return Object{Key: u.key, Size: want.size, ETag: etag, LastModified: aws.ToTime(out.LastModified).UTC()}, true
}

// settleByList is like settle, for credentials that may write and list, but not read.
func (u *upload) settleByList(ctx context.Context, want written) (Object, bool) {
	for obj, err := range u.store.List(ctx, u.key) {
		ours := err == nil && obj.Key == u.key && obj.Size == want.size && want.etag != "" && obj.ETag == want.etag
		if ours {
			u.store.logf("s3://%s/%s is complete: only the answer was lost", u.store.bucket, u.key)
		}
		return obj, ours // the key itself is the first key with this prefix
	}
	return Object{}, false
}

// condition returns the headers If-Match and If-None-Match of the request that creates the
// object. One of them is nil.
func (u *upload) condition() (match, noneMatch *string) {
	if u.opt.Replace == "" {
		return nil, aws.String("*")
	}
	return quoteETag(u.opt.Replace), nil
}

// fail is like Store.fail, for the request that creates the object.
func (u *upload) fail(ctx context.Context, err error) error {
	if u.opt.Replace != "" && ctx.Err() == nil && (statusOf(err) == http.StatusPreconditionFailed || codeOf(err) == "NoSuchKey") {
		return fault.New(fault.Failed, "check the object, then try again: another program changed or deleted it",
			"%s: the object to replace has changed or no longer exists", u.store.on(u.op))
	}
	return u.store.fail(ctx, u.op, err)
}

func (u *upload) contentType() *string {
	return aws.String(cmp.Or(u.opt.ContentType, "application/octet-stream"))
}

// outlivingContext returns a context that lasts cleanupTime longer than ctx. The request
// that creates the object uses it: after an interrupted request, it is not known whether
// the object exists.
func outlivingContext(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(cleanupTime, cancel)
		context.AfterFunc(longer, func() { timer.Stop() })
	})
	return longer, func() { stop(); cancel() }
}

// cleanupContext returns a context for clean-up. It lasts cleanupTime, even if ctx is
// done.
func cleanupContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
}

// orNil returns nil for "", so that the SDK omits the header.
func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

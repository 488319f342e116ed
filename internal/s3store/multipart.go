package s3store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // an ETag is an MD5
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/internal/fault"
)

// multipart uploads a stream of several parts.
func (u *upload) multipart(ctx context.Context, parts *partReader, first part) (Object, error) {
	if err := u.create(ctx); err != nil {
		return Object{}, u.store.fail(ctx, u.op, err)
	}
	sent, err := u.send(ctx, parts, first)
	if err != nil {
		after, cancel := afterwards(ctx)
		defer cancel()
		return Object{}, u.abandon(after, err)
	}
	return u.complete(ctx, sent)
}

// create opens the upload. Cut off in the middle it would leave an upload
// whose id nobody knows, so it outlives ctx.
func (u *upload) create(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	longer, cancel := outlive(ctx)
	defer cancel()
	return u.store.checked(func(with bool) error {
		in := &s3.CreateMultipartUploadInput{
			Bucket: &u.store.bucket, Key: &u.key,
			ContentType:          u.contentType(),
			ServerSideEncryption: types.ServerSideEncryption(u.opt.SSE),
			SSEKMSKeyId:          orNil(u.opt.KMSKeyID),
			StorageClass:         types.StorageClass(u.opt.StorageClass),
		}
		if with {
			in.ChecksumAlgorithm, in.ChecksumType = types.ChecksumAlgorithmCrc64nvme, types.ChecksumTypeFullObject
		}
		out, err := call(longer, u.store, u.store.client.CreateMultipartUpload, in)
		if err == nil {
			u.id, u.checksum = aws.ToString(out.UploadId), with
		}
		return err
	})
}

// send sends all parts. It returns when no request is under way any more.
func (u *upload) send(ctx context.Context, parts *partReader, first part) (*sentParts, error) {
	sending, stop := context.WithCancel(ctx)
	defer stop()
	group, sending := errgroup.WithContext(sending)
	group.SetLimit(u.opt.inFlight())

	sent := &sentParts{}
	streamErr := u.feed(sending, parts, first, func(p part) {
		group.Go(func() error {
			defer parts.release(p.data)
			return u.sendPart(sending, p, sent)
		})
	})
	if streamErr != nil {
		stop() // the parts under way are of no use any more
	}
	err := group.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, interrupted(ctx, u.store.on(u.op))
	case streamErr != nil:
		return nil, streamErr
	case err != nil:
		return nil, u.store.fail(ctx, u.op, err)
	}
	return sent, nil
}

// feed hands out the parts up to the last one, or until a part has failed and
// ended ctx. It returns only what is wrong with the stream.
func (u *upload) feed(ctx context.Context, parts *partReader, p part, give func(part)) error {
	for {
		if int(p.number) > u.store.maxParts {
			return u.tooLong(int64(parts.size))
		}
		give(p)
		if p.last {
			return nil
		}
		var err error
		if p, err = parts.next(ctx); err != nil {
			if ctx.Err() != nil {
				return nil //nolint:nilerr // the part knows why
			}
			return u.store.streamError(ctx, u.op, err)
		}
	}
}

func (u *upload) tooLong(size int64) error {
	return fault.New(fault.Failed, fmt.Sprintf("use larger parts: --part-size %dMiB", min(4*size, maxPartSize)/mib),
		"%s: the stream is longer than %d parts of %d MiB", u.store.on(u.op), u.store.maxParts, size/mib)
}

func (u *upload) sendPart(ctx context.Context, p part, sent *sentParts) error {
	return u.store.checked(func(with bool) error {
		out, err := call(ctx, u.store, u.store.client.UploadPart, &s3.UploadPartInput{
			Bucket: &u.store.bucket, Key: &u.key, UploadId: &u.id, PartNumber: &p.number,
			Body: bytes.NewReader(p.data), ContentLength: aws.Int64(int64(len(p.data))),
			ChecksumCRC64NVME: sumIf(with, p.sum),
		})
		if err != nil {
			return err
		}
		if got := out.ChecksumCRC64NVME; got != nil && *got != encodeSum(p.sum) {
			return fault.New(fault.Integrity, "try again; if it repeats, suspect the store or the network",
				"%s: the store's checksum of part %d is %s, that of what was sent %s", u.store.on(u.op), p.number, *got, encodeSum(p.sum))
		}
		sent.add(p, out.ETag, sumIf(with, p.sum))
		u.progress(len(p.data))
		return nil
	})
}

// sentParts is what the store has accepted.
type sentParts struct {
	mu    sync.Mutex
	parts []types.CompletedPart
	size  int64
	sum   uint64 // of the whole; right once the last part is in
}

func (s *sentParts) add(p part, etag, sum *string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = append(s.parts, types.CompletedPart{PartNumber: &p.number, ETag: etag, ChecksumCRC64NVME: sum})
	s.size += int64(len(p.data))
	if p.last {
		s.sum = p.whole
	}
}

// sorted returns the parts in their order, as completing wants them.
func (s *sentParts) sorted() []types.CompletedPart {
	return slices.SortedFunc(slices.Values(s.parts), func(a, b types.CompletedPart) int {
		return cmp.Compare(*a.PartNumber, *b.PartNumber)
	})
}

// etag returns the ETag that S3 gives an object of these parts: the MD5 of
// their MD5s, and their number. It is "" for parts whose ETag is no MD5.
func (s *sentParts) etag() string {
	whole := md5.New() //nolint:gosec // an ETag is an MD5
	for _, p := range s.sorted() {
		sum, err := hex.DecodeString(unquoteETag(p.ETag))
		if err != nil || len(sum) != md5.Size {
			return ""
		}
		_, _ = whole.Write(sum) // a hash never fails
	}
	return fmt.Sprintf("%x-%d", whole.Sum(nil), len(s.parts))
}

// complete makes the object of the parts.
func (u *upload) complete(ctx context.Context, sent *sentParts) (Object, error) {
	last, cancel := outlive(withStall(ctx, completeStall))
	defer cancel()
	in := &s3.CompleteMultipartUploadInput{
		Bucket: &u.store.bucket, Key: &u.key, UploadId: &u.id,
		IfNoneMatch:     aws.String("*"),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: sent.sorted()},
	}
	if u.checksum && !u.store.plain.Load() {
		in.ChecksumCRC64NVME, in.ChecksumType = aws.String(encodeSum(sent.sum)), types.ChecksumTypeFullObject
		in.MpuObjectSize = &sent.size
	}
	var doubt bool
	out, err := call(last, u.store, u.store.client.CompleteMultipartUpload, in, noteDoubt(&doubt))
	if err == nil {
		if err := u.agree(ctx, out.ChecksumCRC64NVME, out.ChecksumType, sent.sum); err != nil {
			return Object{}, err
		}
		return Object{Key: u.key, Size: sent.size, ETag: unquoteETag(out.ETag)}, nil
	}
	failed := u.store.fail(last, u.op, err)
	if ctx.Err() != nil {
		failed = interrupted(ctx, u.store.on(u.op))
	}
	after, cancel := afterwards(ctx)
	defer cancel()
	// Aborting first settles it: either the object is there by now, or it
	// never will be.
	failed = u.abandon(after, failed)
	if doubt {
		if obj, ok := u.settle(after, written{size: sent.size, sum: sent.sum, etag: sent.etag()}); ok {
			return obj, nil
		}
	}
	return Object{}, failed
}

// abandon removes what a failed upload has left, and returns why it failed,
// with what could not be removed.
func (u *upload) abandon(ctx context.Context, why error) error {
	if err := u.store.AbortUpload(ctx, PendingUpload{Key: u.key, ID: u.id}); err != nil {
		return fmt.Errorf("%w; its parts are still in the bucket: %w", why, err)
	}
	return why
}

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
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/crc64nvme"
	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/internal/fault"
)

// multipart uploads a stream of several parts.
func (u *upload) multipart(ctx context.Context, parts *partReader, first part) (Object, error) {
	if err := u.createFree(ctx); err != nil {
		return Object{}, err
	}
	sent, err := u.send(ctx, parts, first)
	if err != nil {
		after, cancel := cleanupContext(ctx)
		defer cancel()
		return Object{}, u.abandon(after, err)
	}
	return u.complete(ctx, sent)
}

// create opens the upload. The request outlives ctx, because an interrupted one could
// leave an upload with an unknown ID.
func (u *upload) create(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	longer, cancel := outlivingContext(ctx)
	defer cancel()
	return u.store.tryChecksums(func(with bool) error {
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

// send sends all parts. It returns after the last request has ended.
func (u *upload) send(ctx context.Context, parts *partReader, first part) (*sentParts, error) {
	sending, stop := context.WithCancel(ctx)
	defer stop()
	group, sending := errgroup.WithContext(sending)
	group.SetLimit(u.opt.inFlight(int64(parts.size)))

	sent := &sentParts{}
	give := func(p part) {
		group.Go(func() error {
			defer parts.release(p.data)
			err := u.sendPart(sending, p, sent)
			if err != nil && sending.Err() != nil {
				u.cutOff.Store(true)
			}
			return err
		})
	}
	held, streamErr := u.feed(sending, parts, first, give)
	if streamErr == nil && sending.Err() == nil {
		streamErr = u.revise(held)
	}
	if streamErr == nil {
		for _, p := range held {
			p.sum = crc64nvme.Checksum(p.data)
			give(p)
		}
	}
	if streamErr != nil {
		stop() // the other parts are useless now
	}
	err := group.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, interruptedError(ctx, u.store.on(u.op))
	case streamErr != nil:
		return nil, streamErr
	case err != nil:
		return nil, u.store.fail(ctx, u.op, err)
	}
	return sent, nil
}

// feed passes the parts to give, up to the last one or until a failed part cancels ctx.
// It keeps the first parts if they may still be revised, and returns them. The error
// always comes from the stream.
func (u *upload) feed(ctx context.Context, parts *partReader, p part, give func(part)) (held []part, err error) {
	for {
		if int(p.number) > u.store.maxParts {
			size := int64(parts.size)
			return nil, fault.New(fault.Failed, fmt.Sprintf("use larger parts: --part-size %dMiB", min(4*size, maxPartSize)/mib),
				"%s: the stream is longer than %d parts of %d MiB", u.store.on(u.op), u.store.maxParts, size/mib)
		}
		if u.reviser != nil && len(held) == int(p.number-1) && int64(len(held)*parts.size) < u.reviser.Held() {
			held = append(held, p)
			parts.release(nil) // a new buffer replaces that of the held part
		} else {
			give(p)
		}
		if p.last {
			return held, nil
		}
		if p, err = parts.next(ctx); err != nil {
			if ctx.Err() != nil {
				return nil, nil //nolint:nilerr // the failed part returns the error
			}
			return nil, u.store.streamError(ctx, u.op, err)
		}
	}
}

// sendPart sends a part. It retries a few times if the store's checksum differs.
func (u *upload) sendPart(ctx context.Context, p part, sent *sentParts) error {
	return u.store.tryChecksums(func(with bool) error {
		for attempt := 1; ; attempt++ {
			out, err := call(ctx, u.store, u.store.client.UploadPart, &s3.UploadPartInput{
				Bucket: &u.store.bucket, Key: &u.key, UploadId: &u.id, PartNumber: &p.number,
				Body: bytes.NewReader(p.data), ContentLength: aws.Int64(int64(len(p.data))),
				ChecksumCRC64NVME: sumIf(with, p.sum),
			})
			if err != nil {
				return err
			}
			got := parseSum(out.ChecksumCRC64NVME)
			if got == nil || *got == encodeSum(p.sum) {
				sent.add(p, out.ETag, sumIf(with, p.sum))
				u.progress(len(p.data))
				return nil
			}
			if attempt == dataAttempts {
				return fault.New(fault.Integrity, "try again; if it happens again, check the store and the network",
					"%s: the store's checksum of part %d is %s, but hectl sent %s", u.store.on(u.op), p.number, *got, encodeSum(p.sum))
			}
			u.store.logf("the store's checksum of part %d differs: sending it again", p.number)
		}
	})
}

// sentParts are the parts that the store has accepted.
type sentParts struct {
	mu    sync.Mutex
	parts []types.CompletedPart
	sums  map[int32]partSum
}

// partSum is the contribution of a part to the checksum of the object.
type partSum struct {
	sum  uint64
	size int64 // bytes
}

func (s *sentParts) add(p part, etag, sum *string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = append(s.parts, types.CompletedPart{PartNumber: &p.number, ETag: etag, ChecksumCRC64NVME: sum})
	if s.sums == nil {
		s.sums = map[int32]partSum{}
	}
	s.sums[p.number] = partSum{p.sum, int64(len(p.data))}
}

// whole returns the CRC64NVME and the size in bytes of the object.
func (s *sentParts) whole() (sum uint64, size int64) {
	for n := int32(1); n <= int32(len(s.sums)); n++ {
		sum = combine(sum, s.sums[n].sum, s.sums[n].size)
		size += s.sums[n].size
	}
	return sum, size
}

// inOrder returns the parts by number, as CompleteMultipartUpload requires.
func (s *sentParts) inOrder() []types.CompletedPart {
	return slices.SortedFunc(slices.Values(s.parts), func(a, b types.CompletedPart) int {
		return cmp.Compare(*a.PartNumber, *b.PartNumber)
	})
}

// etag returns the ETag that S3 gives an object of these parts: the MD5 of their MD5s,
// and their number. It returns "" if the ETag of a part is not an MD5.
func (s *sentParts) etag() string {
	whole := md5.New() //nolint:gosec // an ETag is an MD5
	for _, p := range s.inOrder() {
		sum, err := hex.DecodeString(unquoteETag(p.ETag))
		if err != nil || len(sum) != md5.Size {
			return ""
		}
		_, _ = whole.Write(sum) // a hash never fails
	}
	return fmt.Sprintf("%x-%d", whole.Sum(nil), len(s.parts))
}

// complete creates the object from the parts.
func (u *upload) complete(ctx context.Context, sent *sentParts) (Object, error) {
	sum, size := sent.whole()
	match, noneMatch := u.condition()
	last, cancel := outlivingContext(withStall(ctx, completeStall))
	defer cancel()
	if u.listed {
		defer u.cover(last)()
	}
	in := &s3.CompleteMultipartUploadInput{
		Bucket: &u.store.bucket, Key: &u.key, UploadId: &u.id,
		IfMatch: match, IfNoneMatch: noneMatch,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: sent.inOrder()},
	}
	if u.checksum && !u.store.plain.Load() {
		in.ChecksumCRC64NVME, in.ChecksumType = aws.String(encodeSum(sum)), types.ChecksumTypeFullObject
		in.MpuObjectSize = &size
	}
	var doubt bool
	out, err := call(last, u.store, u.store.client.CompleteMultipartUpload, in, noteDoubt(&doubt))
	if err == nil {
		if err := u.agree(ctx, out.ChecksumCRC64NVME, out.ChecksumType, sum); err != nil {
			return Object{}, err
		}
		return Object{Key: u.key, Size: size, ETag: unquoteETag(out.ETag)}, nil
	}
	failed := u.fail(last, err)
	if u.opt.Renamer != nil && !doubt && u.isTaken(err) {
		// The parts belong to the key and cannot become an object with another key.
		failed = fault.New(fault.Failed, "run the command again: the existing object is complete and is not changed",
			"%s: another run has created an object with this name in the meantime", u.store.on(u.op))
	}
	if ctx.Err() != nil {
		failed = interruptedError(ctx, u.store.on(u.op))
	}
	after, cancel := cleanupContext(ctx)
	defer cancel()
	// After the abort, the object either exists or never will.
	failed = u.abandon(after, failed)
	if doubt {
		if obj, ok := u.settle(after, written{size: size, sum: sum, etag: sent.etag()}); ok {
			return obj, nil
		}
	}
	return Object{}, failed
}

// latePart is the time after an abort in which an interrupted part can still arrive: the
// store may have received it but not yet processed it.
const latePart = 500 * time.Millisecond

// abandon aborts a failed upload. It returns the cause, joined with the error from the
// abort.
func (u *upload) abandon(ctx context.Context, why error) error {
	up := PendingUpload{Key: u.key, ID: u.id}
	err := u.store.AbortUpload(ctx, up)
	if err == nil && u.cutOff.Load() && sleep(ctx, latePart) == nil {
		err = u.store.AbortUpload(ctx, up)
	}
	if err != nil {
		return fmt.Errorf("%w; its parts are still in the bucket: %w", why, err)
	}
	return why
}

package attachments

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // Active Storage's checksums are MD5s
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/readers"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// bucket is the source of the blobs.
type bucket interface {
	Head(ctx context.Context, key string) (s3store.Object, error)
	Details(ctx context.Context, obj s3store.Object) (s3store.Details, error)
	ReadRange(ctx context.Context, obj s3store.Object, offset, length int64) io.ReadCloser
}

// fetcher downloads blobs into a folder.
type fetcher struct {
	Bucket bucket
	Prefix string // prefix of the keys in the bucket; "" or ending in a slash
	Folder *folder
	Jobs   int // number of concurrent downloads

	// Blind means that the credentials cannot list the bucket. The store then answers
	// "denied" for missing objects, as it does for forbidden ones.
	Blind bool

	// Progress, if set, is called with the number of bytes that have arrived, including
	// those that an earlier run left. It is called from several goroutines.
	Progress func(n int64)
}

// outcome is the outcome of a fetch, by blob.
type outcome struct {
	Fetched   []blob
	Unvouched []string   // keys of Fetched without a checksum to compare with
	Missing   []string   // keys that the bucket does not have
	Wrong     []unusable // the object in the bucket does not match the row

	// Denied is the error for a blob that is treated as missing because the store
	// answered "denied"; nil if there is none. See fetcher.Blind.
	Denied error
}

// run fetches the wanted blobs of a plan. Problems of a single blob are in the outcome
// only. An error means that the fetch stopped; the outcome then has the blobs up to
// that point.
func (f *fetcher) run(ctx context.Context, wanted []blob) (outcome, error) {
	if err := f.Folder.makeAside(); err != nil {
		return outcome{}, err
	}
	defer f.Folder.removeAside()
	r := run{fetcher: f}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(f.Jobs)
	for _, b := range wanted {
		if groupCtx.Err() != nil {
			break
		}
		group.Go(func() error { return r.one(groupCtx, b) })
	}
	err := group.Wait()
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	slices.Sort(r.outcome.Missing)
	slices.SortFunc(r.outcome.Wrong, func(a, b unusable) int { return strings.Compare(a.Key, b.Key) })
	return r.outcome, err
}

// run is the state of one fetch.
type run struct {
	*fetcher
	mu      sync.Mutex
	outcome outcome
	denied  int // number of blobs in outcome.Missing that were denied
}

// maxDenied limits how often "denied" is taken to mean missing, if the bucket cannot be
// listed and nothing has been fetched yet.
const maxDenied = 20

// wrongError is the error for an object that does not match its row.
type wrongError struct{ reason string }

func (e *wrongError) Error() string { return e.reason }

// one fetches a blob and records the outcome.
func (r *run) one(ctx context.Context, b blob) error {
	vouched, err := r.fetch(ctx, b)
	r.mu.Lock()
	defer r.mu.Unlock()
	if wrong, ok := errors.AsType[*wrongError](err); ok {
		r.outcome.Wrong = append(r.outcome.Wrong, unusable{b.Key, wrong.reason})
		return nil
	}
	switch {
	case err == nil:
		r.outcome.Fetched = append(r.outcome.Fetched, b)
		if !vouched {
			r.outcome.Unvouched = append(r.outcome.Unvouched, b.Key)
		}
		return nil
	case ctx.Err() != nil:
		return err
	case fault.CodeOf(err) == fault.NotFound:
		r.outcome.Missing = append(r.outcome.Missing, b.Key)
		return nil
	case r.Blind && s3store.IsAccessDenied(err) && (len(r.outcome.Fetched) > 0 || r.denied < maxDenied):
		r.denied++
		r.outcome.Denied = err
		r.outcome.Missing = append(r.outcome.Missing, b.Key)
		return nil
	}
	return err
}

// sum is a checksum with an expected value.
type sum interface {
	io.Writer
	Matches() bool
}

// md5Sum is a sum whose expected value is the MD5 of a row.
type md5Sum struct {
	hash.Hash
	want []byte
}

func (s md5Sum) Matches() bool { return bytes.Equal(s.Sum(nil), s.want) }

// expectation is the expected object and checksum of a blob.
type expectation struct {
	object  s3store.Object
	newSum  func() sum
	vouched bool
}

// expect returns the expectation for a blob. The size and MD5 in the row suffice and cost
// no request. Without an MD5, it requests the store's own checksum. It also sends a
// request for an empty blob, because there is nothing else to request.
func (r *run) expect(ctx context.Context, b blob) (expectation, error) {
	e := expectation{object: s3store.Object{Key: r.Prefix + b.Key, Size: b.Size}, vouched: true}
	e.newSum = func() sum { return md5Sum{md5.New(), b.MD5} } //nolint:gosec // Active Storage's checksums are MD5s
	if b.MD5 != nil && b.Size > 0 {
		return e, nil
	}
	details, err := r.Bucket.Details(ctx, e.object)
	if err != nil {
		return e, r.explain(ctx, b, err)
	}
	e.object = details.Object
	if b.MD5 == nil {
		e.vouched = details.Sum().Kind != ""
		e.newSum = func() sum { return details.Sum() }
	}
	return e, nil
}

// fetch downloads a blob into the folder. vouched reports whether a checksum was
// compared.
func (r *run) fetch(ctx context.Context, b blob) (vouched bool, err error) {
	expected, err := r.expect(ctx, b)
	if err != nil {
		return false, err
	}
	p, err := r.Folder.partial(b)
	if err != nil {
		return false, err
	}
	if !expected.vouched { // without a checksum, a mixture of two objects would go unnoticed
		if err := p.restart(); err != nil {
			return false, errors.Join(err, p.remove())
		}
	}
	for {
		continued := p.have > 0
		sum := expected.newSum()
		if err := r.fill(ctx, p, expected.object, sum); err != nil {
			if ctx.Err() != nil {
				return false, errors.Join(err, p.keep())
			}
			if code := fault.CodeOf(err); code == fault.Integrity || code == fault.NotFound {
				return false, errors.Join(r.explain(ctx, b, err), p.remove())
			}
			return false, errors.Join(err, p.keep())
		}
		if sum.Matches() {
			return expected.vouched, p.publish(b)
		}
		if !continued {
			return false, errors.Join(&wrongError{"its checksum in the bucket differs"}, p.remove())
		}
		// The part from an earlier run may belong to another object.
		if err := p.restart(); err != nil {
			return false, errors.Join(err, p.remove())
		}
	}
}

// fill completes the partial file and writes all of its bytes to sum.
func (r *run) fill(ctx context.Context, p *partial, obj s3store.Object, sum sum) error {
	there := io.NewSectionReader(p.file, 0, p.have)
	if _, err := io.Copy(io.MultiWriter(sum, counter{r.Progress}), readers.Until(ctx, there)); err != nil {
		return err
	}
	body := r.Bucket.ReadRange(ctx, obj, p.have, obj.Size-p.have)
	_, err := io.Copy(io.MultiWriter(p, sum, counter{r.Progress}), body)
	return errors.Join(err, body.Close())
}

// explain turns an integrity error into the difference between the object and its row.
func (r *run) explain(ctx context.Context, b blob, err error) error {
	if fault.CodeOf(err) != fault.Integrity {
		return err
	}
	there, headErr := r.Bucket.Head(ctx, r.Prefix+b.Key)
	if headErr != nil || there.Size == b.Size {
		return &wrongError{err.Error()}
	}
	return &wrongError{fmt.Sprintf("it has %d bytes in the bucket, but %d in its row", there.Size, b.Size)}
}

// counter reports the number of bytes written to it.
type counter struct{ progress func(int64) }

func (c counter) Write(b []byte) (int, error) {
	if c.progress != nil {
		c.progress(int64(len(b)))
	}
	return len(b), nil
}

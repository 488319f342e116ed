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

// bucket is where the blobs come from.
type bucket interface {
	Head(ctx context.Context, key string) (s3store.Object, error)
	Details(ctx context.Context, obj s3store.Object) (s3store.Details, error)
	ReadRange(ctx context.Context, obj s3store.Object, offset, length int64) io.ReadCloser
}

// Fetch says how blobs get into a folder.
type Fetch struct {
	Bucket bucket
	Prefix string // before the keys in the bucket; "" or ending in a slash
	Folder *Folder
	Jobs   int // files at once

	// Blind says that the bucket may not be listed. Then the store says "denied"
	// of what is not there, too.
	Blind bool

	// Progress, when set, is told how many bytes have come, those that an earlier
	// run had left among them. It is called from several goroutines.
	Progress func(n int64)
}

// Outcome is what became of the blobs that were wanted.
type Outcome struct {
	Fetched   []Blob
	Unvouched []string  // keys of Fetched that only their size speaks for
	Missing   []string  // keys that the bucket does not have
	Wrong     []Problem // what the bucket has is not what the row says

	// Denied is an error of one that counts as missing where the store said
	// "denied"; nil if it said so of none. See Fetch.Blind.
	Denied error
}

// Run fetches the wanted blobs of a plan. The error is that of what keeps the
// others from being fetched as well, and the outcome tells what was done until
// then. What one blob has against it is in the outcome alone.
func (f *Fetch) Run(ctx context.Context, wanted []Blob) (Outcome, error) {
	if err := f.Folder.makeAside(); err != nil {
		return Outcome{}, err
	}
	defer f.Folder.removeAside()
	r := run{Fetch: f}
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
	slices.SortFunc(r.outcome.Wrong, func(a, b Problem) int { return strings.Compare(a.Key, b.Key) })
	return r.outcome, err
}

// run is one Run.
type run struct {
	*Fetch
	mu      sync.Mutex
	outcome Outcome
	denied  int // of what is in outcome.Missing
}

// maxDenied is how often in a row, with nothing fetched, "denied" is taken for
// "missing" where the bucket may not be listed.
const maxDenied = 20

// wrongError says that what the bucket has is not what the row says.
type wrongError struct{ reason string }

func (e *wrongError) Error() string { return e.reason }

// one fetches a blob and notes the outcome.
func (r *run) one(ctx context.Context, b Blob) error {
	vouched, err := r.fetch(ctx, b)
	r.mu.Lock()
	defer r.mu.Unlock()
	if wrong, ok := errors.AsType[*wrongError](err); ok {
		r.outcome.Wrong = append(r.outcome.Wrong, Problem{b.Key, wrong.reason})
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

// sum is a checksum that can be compared.
type sum interface {
	io.Writer
	Matches() bool
}

// md5Sum is that of a row.
type md5Sum struct {
	hash.Hash
	want []byte
}

func (s md5Sum) Matches() bool { return bytes.Equal(s.Sum(nil), s.want) }

// expectation is what the bytes of a blob are held against.
type expectation struct {
	object  s3store.Object
	newSum  func() sum
	vouched bool
}

// expect finds out what is to come. The row's size and MD5 are enough, and cost
// no request. Without an MD5 the store's own checksum has to do; and what has no
// bytes is never asked for otherwise.
func (r *run) expect(ctx context.Context, b Blob) (expectation, error) {
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

// fetch gets a blob into the folder. vouched reports whether a checksum was
// compared.
func (r *run) fetch(ctx context.Context, b Blob) (vouched bool, err error) {
	expected, err := r.expect(ctx, b)
	if err != nil {
		return false, err
	}
	p, err := r.Folder.partial(b)
	if err != nil {
		return false, err
	}
	if !expected.vouched { // nothing would tell two halves that do not belong together
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
			return false, errors.Join(&wrongError{"what is in the bucket has another checksum"}, p.remove())
		}
		// What an earlier run has left may be of something else.
		if err := p.restart(); err != nil {
			return false, errors.Join(err, p.remove())
		}
	}
}

// fill completes the partial file; all of its bytes go through sum.
func (r *run) fill(ctx context.Context, p *partial, obj s3store.Object, sum sum) error {
	if _, err := io.Copy(io.MultiWriter(sum, counter{r.Progress}), readers.Until(ctx, p.start())); err != nil {
		return err
	}
	body := r.Bucket.ReadRange(ctx, obj, p.have, obj.Size-p.have)
	_, err := io.Copy(io.MultiWriter(p, sum, counter{r.Progress}), body)
	return errors.Join(err, body.Close())
}

// explain tells what the bucket has where that is not what the row says.
func (r *run) explain(ctx context.Context, b Blob, err error) error {
	if fault.CodeOf(err) != fault.Integrity {
		return err
	}
	there, headErr := r.Bucket.Head(ctx, r.Prefix+b.Key)
	if headErr != nil || there.Size == b.Size {
		return &wrongError{err.Error()}
	}
	return &wrongError{fmt.Sprintf("it has %d bytes in the bucket, and %d by its row", there.Size, b.Size)}
}

// counter tells how many bytes went by.
type counter struct{ progress func(int64) }

func (c counter) Write(b []byte) (int, error) {
	if c.progress != nil {
		c.progress(int64(len(b)))
	}
	return len(b), nil
}

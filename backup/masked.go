package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// maskedCopy is what a backup is told of the masked dump that it makes in the
// same pass.
type maskedCopy struct {
	bucket config.Bucket
	rules  *command.Masking
}

// newMaskedCopy returns nil when no masked dump is wanted.
func newMaskedCopy(env *command.Env, settings *config.Sources, flags config.Flags, dumps config.Bucket) (*maskedCopy, error) {
	b, err := settings.MaskedBucket(flags)
	if err != nil || b.Name == "" {
		return nil, err
	}
	if b.Same(dumps) {
		return nil, fault.New(fault.Usage, "name another bucket, or another folder of it",
			"%s (from %s) also holds the unmasked dumps: readers of the masked dumps could read them", b, b.Origin)
	}
	if err := settings.Confirm(b.Origin, "masked_bucket"); err != nil {
		return nil, err
	}
	rules, err := command.MaskRules(settings, env.Console)
	if err != nil {
		return nil, err
	}
	return &maskedCopy{bucket: b, rules: rules}, nil
}

// masked is the result of the masked side.
type masked struct {
	Bucket   string `json:"bucket"`
	Key      string `json:"key"`
	Manifest string `json:"manifest,omitempty"` // its key; "" when the dump has none
	Size     int64  `json:"size"`               // bytes
	ETag     string `json:"etag"`
	Rules    string `json:"mask_rules"`
	Tables   int    `json:"masked_tables"` // that the rules change, or leave without rows
}

// Text says what is now where.
func (r masked) Text() string {
	return fmt.Sprintf("and masked to s3://%s/%s: %s, %d tables, rules %.12s", r.Bucket, r.Key, humanize.Bytes(uint64(r.Size)), r.Tables, r.Rules)
}

// A maskedSide makes the masked dump out of what pg_dump writes, while that goes
// into the bucket as it is. It gets to see the end only when the dump is in the
// bucket: if that fails, there is no masked one either. If the masked side fails,
// or takes nothing for the time of a stall, the dump goes on without it.
//
// A nil maskedSide is none.
type maskedSide struct {
	*maskedCopy
	store  *s3store.Store
	label  string
	stall  time.Duration // 0: it may take for ever
	feed   *io.PipeWriter
	cancel context.CancelCauseFunc
	named  chan struct{} // closed when the name is known: key and taken are set
	ended  chan struct{} // closed when what follows is set

	key   string
	taken time.Time // as the keys have it
	early []byte    // what came before the name was known; a few parts at most

	plan   *mask.Plan
	object s3store.Object
	stream *catalog.Stream
	err    error
}

// start begins to wait for what pg_dump writes, and for the name.
func (m *maskedCopy) start(ctx context.Context, env *command.Env, o *createOptions) (*maskedSide, error) {
	if m == nil {
		return nil, nil //nolint:nilnil // see maskedSide
	}
	store, err := env.Open(ctx, m.bucket)
	if err != nil {
		return nil, err
	}
	s := &maskedSide{
		maskedCopy: m, store: store, label: o.label, stall: o.stallTimeout,
		named: make(chan struct{}), ended: make(chan struct{}),
	}
	var in *io.PipeReader
	in, s.feed = io.Pipe()
	ctx, s.cancel = context.WithCancelCause(ctx)
	level := (&catalog.Manifest{Compression: o.compress}).CompressionLevel()
	// Made-up values can take more room than those that they stand for. How the
	// object is kept is left to its bucket.
	opt := s3store.UploadOptions{PartSize: o.upload.PartSize, Estimate: 2 * o.upload.Estimate}
	go func() {
		defer close(s.ended)
		select {
		case <-s.named:
		case <-ctx.Done():
			s.err = context.Cause(ctx)
			return
		}
		s.object, s.stream, s.err = catalog.WriteArchive(ctx, store, s.key, opt, "hectl", func(w io.Writer) error {
			err := mask.Archive(w, in, s.judge, level)
			_ = in.CloseWithError(err) // the dump goes on without it
			return err
		})
	}()
	context.AfterFunc(ctx, func() { _ = s.feed.CloseWithError(context.Cause(ctx)) })
	return s, nil
}

// begin gives the masked dump the name of the dump that was taken at that time. It
// is called once. Until then what pg_dump writes is kept in memory: the upload reads
// no further ahead than its buffers reach.
func (s *maskedSide) begin(taken time.Time) {
	if s == nil {
		return
	}
	s.taken, s.key = taken, catalog.Key(s.bucket.Base, s.label, taken)
	close(s.named)
}

func (s *maskedSide) judge(head *archive.Head) (_ *mask.Plan, err error) {
	s.plan, err = s.rules.Plan(head, false)
	return s.plan, err
}

// tee returns r, of which all that is read goes to the masked side, too.
func (s *maskedSide) tee(r io.Reader) io.Reader {
	if s == nil {
		return r
	}
	return &tee{r: r, side: s}
}

type tee struct {
	r    io.Reader
	side *maskedSide
	lost bool // the masked side has failed
}

// Read implements io.Reader.
func (t *tee) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if n > 0 && !t.lost {
		t.lost = !t.side.take(p[:n])
	}
	return n, err
}

// take gives bytes to the masked side. It reports whether that takes more.
func (s *maskedSide) take(p []byte) bool {
	select {
	case <-s.named:
	default:
		s.early = append(s.early, p...)
		return true
	}
	if s.early != nil {
		p = append(s.early, p...)
		s.early = nil
	}
	if s.stall > 0 {
		timer := time.AfterFunc(s.stall, func() {
			s.cancel(fault.New(fault.Failed, "try a longer --stall-timeout", "stalled: the masked side took nothing for %s", s.stall))
		})
		defer timer.Stop()
	}
	_, err := s.feed.Write(p)
	return err == nil
}

// errNoDump is why a masked dump is given up.
var errNoDump = errors.New("no dump was made")

// abandon ends the masked side, unless it has come to its end.
func (s *maskedSide) abandon() {
	if s == nil {
		return
	}
	s.cancel(errNoDump)
	<-s.ended
}

// finish tells the masked side that the dump, which m describes, is in the bucket,
// and waits for the masked one. What fails is a warning: the dump is there.
func (s *maskedSide) finish(ctx context.Context, env *command.Env, m *catalog.Manifest) (*masked, error) {
	if s == nil {
		return nil, nil //nolint:nilnil // see maskedSide
	}
	if s.early != nil {
		s.take(nil)
	}
	_ = s.feed.Close() // the end
	<-s.ended
	if s.err != nil {
		return nil, fault.New(fault.Warnings, "", "the dump is in the bucket as %s, but no masked dump was made: %w", m.Key, s.err)
	}
	var err error
	if s.object, err = confirm(ctx, env.Console, s.store, s.object); err != nil {
		return nil, fault.New(fault.Warnings, "", "the dump is in the bucket as %s, but the masked dump is not what was written: %w", m.Key, err)
	}
	r := &masked{
		Bucket: s.bucket.Name, Key: s.key, Size: s.object.Size, ETag: s.object.ETag,
		Rules: s.plan.RulesHash(), Tables: s.plan.Tables(),
	}
	copied := m.MaskedCopy(catalog.ManifestOrigin{Key: m.Key, Time: s.taken}, s.object, r.Rules)
	copied.Finished, copied.HectlVersion = env.Console.Now().UTC(), env.Version
	if err := catalog.WriteMaskedManifest(ctx, s.store, s.bucket.Base, copied, s.stream); err != nil {
		return r, err
	}
	r.Manifest = catalog.ManifestKey(s.bucket.Base, s.key)
	return r, nil
}

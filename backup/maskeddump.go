package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// maskedDumpPlan is the bucket for a masked dump, and the rules that mask it.
type maskedDumpPlan struct {
	bucket config.Bucket
	rules  *command.Masking
}

// newMaskedDumpPlan returns nil if the settings name no masked bucket.
func newMaskedDumpPlan(env *command.Env, settings *config.Sources, flags config.Flags, dumps config.Bucket) (*maskedDumpPlan, error) {
	b, err := settings.MaskedBucket(flags)
	if err != nil || b.Name == "" {
		return nil, err
	}
	if err := b.CheckApart(dumps); err != nil {
		return nil, err
	}
	if err := settings.Confirm(b.Origin, "masked_bucket"); err != nil {
		return nil, err
	}
	rules, err := command.MaskRules(settings, env.Console)
	if err != nil {
		return nil, err
	}
	return &maskedDumpPlan{bucket: b, rules: rules}, nil
}

// maskedResult is the result of a masked dump.
type maskedResult struct {
	Bucket   string `json:"bucket"`
	Key      string `json:"key"`
	Manifest string `json:"manifest,omitempty"` // key of the manifest; "" if there is none
	Size     int64  `json:"size"`               // bytes
	ETag     string `json:"etag"`
	Rules    string `json:"mask_rules"`
	Tables   int    `json:"masked_tables"` // tables that the rules change or leave without rows
}

// Text names the masked dump.
func (r maskedResult) Text() string {
	return fmt.Sprintf("and masked to s3://%s/%s: %s, %d tables, rules %.12s", r.Bucket, r.Key, text.Size(r.Size), r.Tables, r.Rules)
}

// maskedStream describes the dump that a masked dump is made from, and its upload.
type maskedStream struct {
	label        string
	compress     string
	stallTimeout time.Duration         // 0 for no limit
	upload       s3store.UploadOptions // upload options of the masked dump
}

// A maskedDump is made from the output of pg_dump while that output is uploaded unmasked.
// It sees the end of the stream only once the unmasked dump is in the bucket: no masked
// dump is made without an unmasked one. If masking fails, or accepts no data for as long
// as the stall timeout, the unmasked dump continues without it.
//
// A nil *maskedDump means that there is no masked dump.
type maskedDump struct {
	store  *s3store.Store
	bucket config.Bucket
	rules  *command.Masking
	of     maskedStream
	feed   *io.PipeWriter
	cancel context.CancelCauseFunc
	named  chan struct{} // closed when key and taken are set
	ended  chan struct{} // closed when plan, written and err are set

	key   string
	taken time.Time // time in the keys of both dumps
	early []byte    // output of pg_dump from before the key was known, a few parts at most

	plan    *mask.Plan
	written catalog.Written
	err     error
}

// start starts a goroutine that waits for the key and then masks the output of pg_dump.
// For a nil plan it returns nil.
func (p *maskedDumpPlan) start(ctx context.Context, env *command.Env, of maskedStream) (*maskedDump, error) {
	if p == nil {
		return nil, nil //nolint:nilnil // see maskedDump
	}
	store, err := env.Open(ctx, p.bucket)
	if err != nil {
		return nil, err
	}
	d := &maskedDump{
		store: store, bucket: p.bucket, rules: p.rules, of: of,
		named: make(chan struct{}), ended: make(chan struct{}),
	}
	var in *io.PipeReader
	in, d.feed = io.Pipe()
	ctx, d.cancel = context.WithCancelCause(ctx)
	go func() {
		defer close(d.ended)
		select {
		case <-d.named:
			d.write(ctx, in)
		case <-ctx.Done():
			d.err = context.Cause(ctx)
		}
	}()
	context.AfterFunc(ctx, func() { _ = d.feed.CloseWithError(context.Cause(ctx)) })
	return d, nil
}

// write masks the archive and uploads it.
func (d *maskedDump) write(ctx context.Context, in *io.PipeReader) {
	level := (&catalog.Manifest{Compression: d.of.compress}).CompressionLevel()
	d.written, d.err = catalog.WriteArchive(ctx, d.store, d.key, d.of.upload, func(w io.Writer) (map[int]archive.Rows, error) {
		tables, err := mask.Archive(w, in, d.makePlan, level)
		_ = in.CloseWithError(err) // the unmasked dump continues
		return tables, err
	})
}

func (d *maskedDump) makePlan(head *archive.Head) (_ *mask.Plan, err error) {
	d.plan, err = d.rules.Plan(head, false)
	return d.plan, err
}

// begin gives the masked dump the key for the time taken, which is also in the key of the
// unmasked dump. It is called once. Until then, output of pg_dump is kept in memory; the
// upload reads no further ahead than its buffers allow.
func (d *maskedDump) begin(taken time.Time) {
	if d == nil {
		return
	}
	d.taken, d.key = taken, catalog.Key(d.bucket.Base, d.of.label, taken)
	close(d.named)
}

// tee returns a reader of r that passes a copy of the data to the masked dump.
func (d *maskedDump) tee(r io.Reader) io.Reader {
	if d == nil {
		return r
	}
	return &tee{r: r, masked: d}
}

type tee struct {
	r      io.Reader
	masked *maskedDump
	failed bool // the masked dump has failed
}

// Read implements io.Reader.
func (t *tee) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if n > 0 && !t.failed {
		t.failed = !t.masked.accept(p[:n])
	}
	return n, err
}

// accept passes output of pg_dump to the masked dump. It reports false once the masked
// dump has failed.
func (d *maskedDump) accept(p []byte) bool {
	select {
	case <-d.named:
	default:
		d.early = append(d.early, p...)
		return true
	}
	if d.early != nil {
		p = append(d.early, p...)
		d.early = nil
	}
	if d.of.stallTimeout > 0 {
		timer := time.AfterFunc(d.of.stallTimeout, func() {
			d.cancel(fault.New(fault.Failed, "try a longer --stall-timeout", "stalled: masking accepted no data for %s", d.of.stallTimeout))
		})
		defer timer.Stop()
	}
	_, err := d.feed.Write(p)
	return err == nil
}

// errNoDump is the reason for abandoning a masked dump.
var errNoDump = errors.New("no dump was made")

// abandon stops the masked dump, unless it is complete.
func (d *maskedDump) abandon() {
	if d == nil {
		return
	}
	d.cancel(errNoDump)
	<-d.ended
}

// finish completes the masked dump, now that the dump with the manifest m is in the
// bucket. Its errors are only warnings, because that dump exists.
func (d *maskedDump) finish(ctx context.Context, env *command.Env, m *catalog.Manifest) (*maskedResult, error) {
	if d == nil {
		return nil, nil //nolint:nilnil // see maskedDump
	}
	if d.early != nil {
		d.accept(nil)
	}
	_ = d.feed.Close() // the end of the stream
	<-d.ended
	if d.err != nil {
		return nil, fault.New(fault.Warnings, "", "the dump is in the bucket as %s, but no masked dump was made: %w", m.Key, d.err)
	}
	object, err := confirmUpload(ctx, env.Console, d.store, d.written.Object)
	if err != nil {
		return nil, fault.New(fault.Warnings, "", "the dump is in the bucket as %s, but the masked dump in the bucket does not match the upload: %w", m.Key, err)
	}
	r := &maskedResult{
		Bucket: d.bucket.Name, Key: d.key, Size: object.Size, ETag: object.ETag,
		Rules: d.plan.RulesHash(), Tables: d.plan.Tables(),
	}
	masked := m.MaskedCopy(catalog.ManifestOrigin{Key: m.Key, Time: d.taken}, object, r.Rules)
	masked.Finished, masked.HectlVersion = env.Console.Now().UTC(), env.Version
	masked.Compression = d.of.compress // the unmasked dump has another level if pg_dump wrote its rows
	if err := catalog.WriteMaskedManifest(ctx, d.store, d.bucket.Base, masked, d.written); err != nil {
		return r, err
	}
	r.Manifest = catalog.ManifestKey(d.bucket.Base, d.key)
	return r, nil
}

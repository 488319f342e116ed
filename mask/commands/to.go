package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/readers"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/rows"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// maskOptions are the options of "hectl mask".
type maskOptions struct {
	dump.Choice
	to     config.Bucket
	rules  *command.Masking
	dryRun bool
}

// maskToFlags returns the flags for the bucket of the masked dump, and --dry-run.
func maskToFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: command.Bucket, Name: "to", Usage: "`s3://NAME[/FOLDER]` for the masked dump (HECTL_MASKED_BUCKET)"},
		&cli.StringFlag{Category: command.Bucket, Name: "to-profile", Usage: "AWS `PROFILE` for that bucket (default: as for the dumps)"},
		&cli.StringFlag{Category: command.Bucket, Name: "to-endpoint-url", Usage: "`URL` of the store of that bucket (default: as for the dumps)"},
		&cli.BoolFlag{Category: command.Bucket, Name: "dry-run", Aliases: []string{"n"}, Usage: "print what would be masked, and change nothing"},
	}
}

func newMaskOptions(env *command.Env, c *cli.Context) (*maskOptions, error) {
	chosen, err := command.NewChoice(env, c)
	if err != nil {
		return nil, err
	}
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	opt := &maskOptions{Choice: chosen, dryRun: c.Bool("dry-run")}
	if opt.to, err = settings.MaskedBucket(command.Given(c)); err != nil {
		return nil, err
	}
	if opt.to.Name == "" {
		return nil, fault.New(fault.Usage, `add --to s3://BUCKET[/FOLDER], or set HECTL_MASKED_BUCKET; "hectl mask rules" and "hectl mask check" show the rules`, "mask: no bucket is given for the masked dump")
	}
	if err := settings.Confirm(opt.to.Origin, "masked_bucket"); err != nil {
		return nil, err
	}
	opt.rules, err = command.MaskRules(settings, env.Console)
	return opt, err
}

// maskedDump is the result of "hectl mask".
type maskedDump struct {
	Dump     dump.Info `json:"dump"` // the original dump
	Bucket   string    `json:"bucket"`
	Key      string    `json:"key"`
	Manifest string    `json:"manifest,omitempty"` // key of the manifest; "" if there is none
	Size     int64     `json:"size,omitempty"`     // in bytes
	ETag     string    `json:"etag,omitempty"`
	Label    string    `json:"env"`
	Rules    string    `json:"mask_rules"`
	Tables   int       `json:"masked_tables"` // tables whose rows the rules change or leave out
	DryRun   bool      `json:"dry_run,omitempty"`
	Seconds  float64   `json:"seconds"`
}

// IsProse lets the console wrap its lines.
func (maskedDump) IsProse() {}

func (r maskedDump) Text() string {
	to := "s3://" + r.Bucket + "/" + r.Key
	if r.DryRun {
		return fmt.Sprintf("would mask %s into %s: %d tables, rules %.12s\nnothing was changed (--dry-run)", r.Dump, to, r.Tables, r.Rules)
	}
	took := text.Seconds(r.Seconds)
	return fmt.Sprintf("masked %s into %s: %s in %s, %d tables, rules %.12s", r.Dump, to,
		humanize.Bytes(uint64(r.Size)), took, r.Tables, r.Rules)
}

func (o *maskOptions) Run(ctx context.Context, env *command.Env) error {
	start := env.Console.Now()
	src, err := command.NewFinder(env).Choose(ctx, o.Choice)
	if err != nil {
		return err
	}
	if err := o.to.CheckApart(src.Bucket); err != nil {
		return err
	}
	label, _, ok := catalog.ParseKey(src.Bucket.Base, src.Dump.Key)
	if !ok {
		return fault.New(fault.Usage, `run "hectl list" to see the dumps`, "%s is not named like a dump", src.Name())
	}
	d, err := src.OpenReadable(ctx)
	if err != nil {
		return src.SuggestOlder(ctx, err)
	}
	if err := d.CheckDefinitions(); err != nil {
		return src.SuggestOlder(ctx, err)
	}
	plan, err := o.rules.Plan(d.Head, o.dryRun)
	if err != nil {
		return err
	}
	to, err := env.Open(ctx, o.to)
	if err != nil {
		return err
	}
	result := maskedDump{
		Dump: d.Info(), Bucket: o.to.Name, Key: catalog.Key(o.to.Base, label, src.Dump.Time), Label: label,
		Rules: plan.RulesHash(), Tables: plan.Tables(), DryRun: o.dryRun,
	}
	if err := checkAbsent(ctx, to, result.Key); err != nil {
		return err
	}
	if o.dryRun {
		return env.Console.Result(result)
	}
	copied, err := maskedCopy{src, d, plan, to}.write(ctx, env.Console, result.Key)
	if err != nil {
		return src.SuggestOlder(ctx, fmt.Errorf("no masked dump was made: %w", err))
	}
	if copied.Object, err = catalog.Confirm(ctx, to, copied.Object); err != nil {
		return err
	}
	result.Size, result.ETag = copied.Object.Size, copied.Object.ETag
	m := originalManifest(src, d, label).MaskedCopy(catalog.ManifestOrigin{Key: src.Dump.Key, Time: src.Dump.Time}, copied.Object, result.Rules)
	m.Finished, m.HectlVersion = env.Console.Now().UTC(), env.Version
	failed := catalog.WriteMaskedManifest(ctx, to, o.to.Base, m, copied)
	if failed == nil {
		result.Manifest = catalog.ManifestKey(o.to.Base, result.Key)
	}
	result.Seconds = env.Console.Now().Sub(start).Seconds()
	if err := env.Console.Result(result); err != nil {
		return fault.New(fault.Warnings, "", "the masked dump is in the bucket as %s, but printing the result failed: %w", result.Key, err)
	}
	return failed
}

// checkAbsent refuses a key that already exists before any work is done, because hectl
// never overwrites an object. Without permission to look, only the upload fails.
func checkAbsent(ctx context.Context, store *s3store.Store, key string) error {
	_, err := store.Head(ctx, key)
	switch fault.CodeOf(err) {
	case fault.Done:
		return fault.New(fault.Failed, "delete it and its manifest to mask the dump again", "s3://%s/%s already exists", store.Bucket(), key)
	case fault.NotFound, fault.Denied:
		return nil
	}
	return err
}

// maskedCopy is a masked copy in progress.
type maskedCopy struct {
	src  dump.Object
	dump *dump.Dump // src, opened
	plan *mask.Plan
	to   *s3store.Store
}

// write reads the dump, masks it, and uploads it under key.
func (c maskedCopy) write(ctx context.Context, out *console.Console, key string) (catalog.Written, error) {
	details, err := c.src.Store.Details(ctx, c.src.Dump.Object())
	if err != nil {
		return catalog.Written{}, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	bar := out.Progress("mask", console.Bytes, c.dump.Size)
	defer bar.Done()
	body := c.dump.Stream(ctx)
	defer func() { _ = body.Close() }()
	in := dump.NewVerifiedReader(readers.Counting{ReadCloser: body, Add: bar.Add}, c.dump, details.Sum())
	level := 0
	if c.dump.Manifest != nil {
		level = c.dump.Manifest.CompressionLevel()
	}
	// Fake data can be longer than the original data.
	opt := s3store.UploadOptions{Estimate: 2 * c.dump.Size}
	return catalog.WriteArchive(ctx, c.to, key, opt, func(w io.Writer) (map[int]archive.Rows, error) {
		tables, err := mask.Archive(w, in, func(*archive.Head) (*mask.Plan, error) { return c.plan, nil }, level)
		if _, odd := errors.AsType[*rows.RowError](err); odd {
			// The row may be malformed because the dump is damaged. The checksums reveal
			// the damage once the rest has been read.
			if _, damage := io.Copy(io.Discard, in); fault.CodeOf(damage) == fault.Integrity {
				return nil, damage
			}
		}
		return tables, dump.MarkDamage(c.dump.Name, err)
	})
}

// originalManifest returns the manifest of a dump. For a dump without one, it uses the
// facts in the head.
func originalManifest(src dump.Object, d *dump.Dump, label string) *catalog.Manifest {
	if d.Manifest != nil {
		return d.Manifest
	}
	return &catalog.Manifest{
		Label: label, Started: src.Dump.Time, Database: d.Head.Database, Compression: d.Head.Compression.String(),
		ServerVersion: shortVersion(d.Head.ServerVersion), DumpVersion: shortVersion(d.Head.DumpVersion),
	}
}

// shortVersion returns the number in "15.18 (Debian 15.18-0+deb12u1)".
func shortVersion(text string) string {
	number, _, _ := strings.Cut(text, " ")
	return number
}

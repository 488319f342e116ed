package restore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/readers"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/target"
)

// verifyOptions are the settings of one verification.
type verifyOptions struct {
	dump.Choice
	restore       *options // settings of the test restore; nil without --restore
	writeManifest bool
	evidence      *evidence // facts for --report
}

func verifyCommand(env *command.Env) *cli.Command {
	target := []cli.Flag{
		&cli.StringFlag{Category: command.Database, Name: "target", Usage: "with --restore: `TARGET` whose server is used (HECTL_TARGET; default diaper_dev); the target itself is not touched"},
		&cli.StringSliceFlag{Category: command.Database, Name: "allow-host", Usage: "with --restore: allow a target on another machine, `HOST`"},
		&cli.BoolFlag{Category: command.Database, Name: "force", Usage: "with --restore: allow a target whose ar_internal_metadata says production"},
		&cli.BoolFlag{Category: command.Database, Name: "mask", Usage: "with --restore: mask personal data, by the rules in hectl.yml or else the built-in ones"},
		&cli.BoolFlag{Category: command.Database, Name: "no-mask", Usage: "with --restore: do not mask personal data, even if hectl.yml has rules"},
		jobsFlag(),
		command.PGBinFlag(),
	}
	return command.Notifying(env, &cli.Command{
		Name:      "verify",
		Usage:     "read a whole dump, and test-restore it",
		UsageText: "hectl verify [KEY|latest] [options]",
		Description: `EXAMPLES:
   hectl verify                            read the newest production dump
   hectl verify --restore                  also restore it, compare its row
                                           counts, and drop the result
   hectl verify --at 2026-11-23            the newest from that day or earlier
   hectl verify --restore --report audit   also write audit.md and audit.json
   hectl verify --write-manifest production-20261123083000.rds.dump

   verify reads every byte and writes none to disk. It compares the checksums of
   the store and the manifest, and unpacks and counts every table's rows. It
   reports all damage, not only the first.

   --restore restores into a temp database beside TARGET, by the rules of
   fetch-latest-db, and always drops it. TARGET is not touched.
   --write-manifest records the result and its time in the manifest, where
   "hectl list --long" shows them. A dump without a manifest gets one. verify
   never overwrites a manifest that does not match its dump.
   --report writes a report for auditors: the dump, its hashes, the versions,
   the rows of each table, the time of each step, who ran it, and which checks
   were made. It contains no row values. hectl also writes it after a failure.

` + command.AtHelp,
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{Category: command.Database, Name: "restore", Usage: "also restore the dump into a temp database"},
		}, target, []cli.Flag{
			&cli.BoolFlag{Category: command.Bucket, Name: "write-manifest", Usage: "record the result in the dump's manifest"},
			&cli.StringFlag{Category: command.Output, Name: "report", TakesFile: true, Usage: "write a report to `FILE`.md and FILE.json, or to a FILE with one of these endings"},
			command.LabelFlag(), command.AtFlag(),
		}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			chosen, err := command.NewChoice(env, c)
			if err != nil {
				return err
			}
			opt := verifyOptions{Choice: chosen, writeManifest: c.Bool("write-manifest")}
			if opt.evidence, err = newEvidence(env, c); err != nil {
				return err
			}
			if c.Bool("restore") {
				if opt.restore, err = newTestRestore(env, c); err != nil {
					return err
				}
				return opt.Run(c.Context, env)
			}
			for _, f := range target {
				if name := f.Names()[0]; c.IsSet(name) {
					return fault.New(fault.Usage, "add --restore, or omit --"+name, "--%s requires --restore", name)
				}
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    the dump is intact
1    failed; the dump was not checked, or the report not written
2    wrong flags or settings; nothing was changed
3    no damage found, but there is no checksum to compare with, or the dump
     could not be read as an archive
10   no such dump or bucket
11   with --restore: another run is using this target
12   credentials are missing, expired, or lack a permission
13   the dump is damaged
15   with --restore: hectl refuses to use the target's server
130  interrupted`)
}

// verified is the result of a verification.
type verified struct {
	Dump     dump.Info    `json:"dump"`
	Whole    bool         `json:"whole"`
	Vouched  bool         `json:"vouched"` // a checksum would have detected changed bytes
	Checked  *dump.Report `json:"checked"`
	Verified *time.Time   `json:"verified_at,omitempty"`
	Restored *time.Time   `json:"restored_at,omitempty"`
	Compared int          `json:"tables_compared,omitempty"` // tables whose rows were counted after the restore
	LeftOut  []string     `json:"tables_left_out,omitempty"` // tables whose rows a restore leaves out
	Manifest string       `json:"manifest,omitempty"`        // the manifest that was written
	Seconds  float64      `json:"seconds"`
}

// Text reports which checks were made and which parts are damaged.
func (r verified) Text() string {
	var b strings.Builder
	verdict := "is intact"
	switch {
	case !r.Whole:
		verdict = "is DAMAGED"
	case !r.Vouched:
		verdict = "is readable, but has no checksum to compare with"
	}
	fmt.Fprintf(&b, "%s %s\n%s", r.Dump, verdict, r.Checked.Text())
	for _, d := range r.Checked.Damaged {
		fmt.Fprintf(&b, "  %-18s %s\n", "DAMAGED", d)
	}
	if r.Restored != nil {
		fmt.Fprintf(&b, "  %-18s %s tables; row counts match\n", "restored", humanize.Comma(int64(r.Compared)))
		for i, name := range r.LeftOut {
			what := ""
			if i == 0 {
				what = "rows left out"
			}
			fmt.Fprintf(&b, "  %-18s %s\n", what, name)
		}
	}
	if r.Manifest != "" {
		fmt.Fprintf(&b, "  %-18s %s\n", "written", r.Manifest)
	}
	return b.String()
}

// Run verifies the dump, and writes the report if asked to.
func (o verifyOptions) Run(ctx context.Context, env *command.Env) error {
	return o.evidence.write(ctx, env.Console, o.run(ctx, env))
}

func (o verifyOptions) run(ctx context.Context, env *command.Env) error {
	if o.restore != nil {
		return o.runWithRestore(ctx, env)
	}
	found, err := command.NewFinder(env).Choose(ctx, o.Choice)
	if err != nil {
		return err
	}
	o.evidence.found = &found
	d, opaque, err := found.OpenAny(ctx)
	if err == nil {
		err = o.verify(ctx, env, found, d, opaque, nil)
	}
	return found.SuggestOlder(ctx, err)
}

// runWithRestore verifies the dump, and restores it into a temp database.
func (o verifyOptions) runWithRestore(ctx context.Context, env *command.Env) error {
	tools := o.restore.findTools(ctx)
	s, err := o.restore.target.Lock(ctx, target.RestoreBeside)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	o.evidence.session = s
	found, err := command.NewFinder(env).Choose(ctx, o.Choice)
	if err != nil {
		return err
	}
	o.evidence.found = &found
	r, err := o.restore.open(ctx, s, found, tools)
	if err == nil {
		defer r.close()
		o.evidence.replaced = r
		err = o.verify(ctx, env, found, r.dump, "", r)
	}
	return found.SuggestOlder(ctx, err)
}

// verify reads dump d, then restores it and writes the manifest if asked to. r is nil
// without --restore.
func (o verifyOptions) verify(ctx context.Context, env *command.Env, src dump.Object, d *dump.Dump, opaque string, r *replacement) error {
	start := env.Console.Now()
	manifest := catalog.ManifestKey(src.Bucket.Base, src.Dump.Key)
	if o.writeManifest && manifest == "" {
		return fault.New(fault.Usage, "omit --write-manifest", "%s is not named like a dump, so it cannot have a manifest", d.Name)
	}
	details, err := src.Store.Details(ctx, src.Dump.Object())
	if err != nil {
		return err
	}
	proof := o.evidence
	proof.dump, proof.details, proof.sum = d, details, details.Sum()
	proof.step(env.Console, "connect, find the dump and check the target", proof.start)
	c, err := readThrough(ctx, env.Console, d, opaque, proof)
	if err != nil {
		return err
	}
	proof.checked = c
	result := verified{Dump: d.Info(), Whole: len(c.Damaged) == 0, Vouched: c.HasChecksum(), Checked: c}
	if result.Whole && result.Vouched {
		result.Verified = now(env.Console)
	}
	if result.Whole && r != nil {
		done, err := r.testRestore(ctx, c, proof)
		if err != nil {
			return err
		}
		result.Compared, result.LeftOut = done.Tables, done.LeftOut
		result.Restored = now(env.Console)
	}
	var written error
	if o.writeManifest && result.Whole && opaque == "" {
		m := result.noteIn(d.Manifest, src.Dump, env.Version)
		if written = catalog.WriteManifest(ctx, src.Store, src.Bucket.Base, m, encryptedLike(details)); written == nil {
			result.Manifest = manifest
		}
	}
	result.Seconds = env.Console.Now().Sub(start).Seconds()
	return errors.Join(env.Console.Result(result), written, result.fault(d))
}

// now returns the time in UTC, truncated to seconds as in a manifest.
func now(out *console.Console) *time.Time {
	t := out.Now().UTC().Truncate(time.Second)
	return &t
}

// fault returns the error for a dump that is damaged or has no checksum.
func (r verified) fault(d *dump.Dump) error {
	switch c := r.Checked; {
	case !r.Whole:
		return c.Fault()
	case c.Opaque != "":
		return fault.New(fault.Warnings, "", "%s was only checked as a whole: %s", d.Name, c.Opaque)
	case !r.Vouched:
		return fault.New(fault.Warnings, `test-restore it with "hectl verify --restore", and record checksums with --write-manifest`,
			"%s has no checksum to compare with, from the store or in a manifest", d.Name)
	}
	return nil
}

// readThrough checks a dump in the bucket from its first byte to its last.
func readThrough(ctx context.Context, out *console.Console, d *dump.Dump, opaque string, proof *evidence) (*dump.Report, error) {
	bar := out.Progress(readTask, console.Bytes, d.Size)
	defer bar.Done()
	body := proof.tap(d.Stream(ctx))
	defer func() { _ = body.Close() }()
	c, err := dump.Check(d, opaque, readers.Counting{ReadCloser: body, Add: bar.Add}, proof.sum)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return c, err
}

// newTestRestore reads the flags and settings of a test restore.
func newTestRestore(env *command.Env, c *cli.Context) (*options, error) {
	o, err := newServerOptions(env, c)
	if err != nil {
		return nil, err
	}
	if err := o.settings.Confirm(o.bucket.Origin, "bucket"); err != nil {
		return nil, err
	}
	o.masking, err = prepareMasking(o.settings, o.out, c)
	return &o, err
}

// testRestore restores the dump into the temp database, compares the row
// counts of its tables with those of the dump, and always drops the database.
func (r *replacement) testRestore(ctx context.Context, c *dump.Report, proof *evidence) (done load.Comparison, err error) {
	s := r.session
	proof.loading = r.out.Now()
	if err := s.AnnounceSuperuser(ctx); err != nil {
		return done, err
	}
	if err := r.createTemp(ctx); err != nil {
		return done, err
	}
	proof.step(r.out, "create the database", proof.loading)
	defer func() { err = errors.Join(err, s.DropTemp(ctx, r.swap.Temp)) }()
	err = r.loadTemp(ctx, func(ctx context.Context, temp pgtools.Conn) error { // rows are counted before the scrub deletes some
		bar := r.out.Progress(countTask, console.Steps, int64(c.Tables))
		defer bar.Done()
		done, err = load.CompareRows(ctx, temp, r.dump, r.mask, c.TableRows(), bar)
		proof.counts, proof.counted = done, err == nil
		return err
	})
	if err != nil {
		return done, err
	}
	if err := r.runScripts(ctx, r.masking.after); err != nil {
		return done, err
	}
	proof.loaded = r.out.Now()
	return done, nil
}

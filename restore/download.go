package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/readers"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/internal/text"
)

// downloadOptions are the settings of one download.
type downloadOptions struct {
	dump.Choice
	file   string // "" for the key's own name; "-" for standard output
	force  bool
	masked string // the hectl.yml that requires masked dumps; "" if none does
	trust  dump.Trust
}

func downloadCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "download",
		Usage:     "download a dump and check it",
		UsageText: "hectl download [KEY|latest] [options]",
		Description: `EXAMPLES:
   hectl download                                  the newest production dump
   hectl download production-20261123083000.rds.dump -o /var/tmp
   hectl download --at 2026-11-23                  the newest from that day or
                                                   earlier
   hectl download --env staging -o - | pg_restore -f staging.sql

   FILE appears only once the dump is complete and undamaged: hectl compares it
   with the checksums of the store and the manifest, and unpacks every table's
   rows. Until then, the data is in a file beside it that ends in ".partial".
   After an interruption, the same command resumes from that file.

` + command.AtHelp,
		Flags: slices.Concat([]cli.Flag{
			command.LabelFlag(), command.AtFlag(),
		}, command.BucketFlags(), []cli.Flag{
			&cli.StringFlag{Category: command.Output, Name: "output", Aliases: []string{"o"}, Usage: "`FILE` or folder to write to, - for standard output (default: the dump's name in this folder)"},
			&cli.BoolFlag{Category: command.Output, Name: "force", Usage: "replace FILE if it exists"},
		}),
		Action: func(c *cli.Context) error {
			chosen, err := command.NewChoice(env, c)
			if err != nil {
				return err
			}
			opt := downloadOptions{Choice: chosen, file: c.String("output"), force: c.Bool("force")}
			if opt.masked, opt.trust, err = command.RequiresMasking(env, c); err != nil {
				return err
			}
			if opt.file == "-" && c.Bool("json") {
				return fault.New(fault.Usage, "", "--json and --output - both write to standard output")
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    done; FILE is complete and undamaged
1    failed; the partial file is kept, so that the next run can resume
2    wrong flags or settings, or FILE already exists
10   no such dump or bucket
11   another run is using the same file
12   credentials are missing, expired, or lack a permission
13   the dump is damaged, or was replaced; FILE is unchanged
130  interrupted; the partial file is kept, so that the next run can resume`)
}

// downloaded is the result of a download.
type downloaded struct {
	Dump      dump.Info    `json:"dump"`
	File      string       `json:"file"`
	Continued int64        `json:"continued_at,omitempty"` // bytes that an earlier run downloaded
	Checked   *dump.Report `json:"checked"`
	Seconds   float64      `json:"seconds"`
}

// IsProse lets the console wrap the text.
func (downloaded) IsProse() {}

// Text reports where the dump is and how it was checked.
func (r downloaded) Text() string {
	took := text.Seconds(r.Seconds)
	return fmt.Sprintf("downloaded %s to %s in %s\n%s", r.Dump, r.File, took, r.Checked.Text())
}

// Run downloads the dump.
func (o downloadOptions) Run(ctx context.Context, env *command.Env) error {
	src, err := command.NewFinder(env).Choose(ctx, o.Choice)
	if err != nil {
		return err
	}
	target := o.file
	if target != "-" {
		if target, err = targetPath(o.file, src.Dump.Key); err != nil {
			return err
		}
		if err := mayWrite(target, o.force); err != nil {
			return err
		}
	}
	t := &transfer{out: env.Console, src: src, target: target, force: o.force}
	if err := t.open(ctx); err != nil {
		return src.SuggestOlder(ctx, err)
	}
	why := o.trust.Judge(t.dump)
	if why != "" {
		why = "; its manifest says that it is masked, but " + why
	}
	if o.masked != "" && !t.dump.Masked { // a downloaded file would stay unmasked
		return fault.New(fault.Usage, `run "hectl fetch-latest-db" to fetch it masked, or "hectl mask --to s3://…" to make a masked dump of it; to download it unmasked, run "hectl download" in a folder where this hectl.yml does not apply`,
			"%s is not masked, and %s has mask.mode: required%s", t.dump.Name, o.masked, why)
	}
	if target == "-" {
		return src.SuggestOlder(ctx, t.toStdout(ctx, env.Stdout))
	}
	result, err := t.toFile(ctx)
	if err != nil {
		return src.SuggestOlder(ctx, err)
	}
	if !result.Checked.HasChecksum() {
		env.Console.Warn("%s has no checksum to compare with, from the store or in a manifest", target)
	}
	return env.Console.Result(result)
}

// targetPath returns the file to write. If file is a folder, key supplies the name.
func targetPath(file, key string) (string, error) {
	name := path.Base(key)
	if file == "" {
		return name, nil
	}
	info, err := os.Stat(file)
	switch {
	case err == nil && info.IsDir():
		return filepath.Join(file, name), nil
	case err == nil:
		return file, nil
	}
	dir := filepath.Dir(file)
	if strings.HasSuffix(file, "/") {
		dir = file
	}
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || (err == nil && !info.IsDir()) {
		return "", fault.New(fault.Usage, "", "there is no folder %s", dir)
	}
	return file, nil
}

// transfer downloads one dump from the bucket.
type transfer struct {
	out    *console.Console
	src    dump.Object
	target string
	force  bool // replace an existing target

	dump    *dump.Dump
	opaque  string
	details s3store.Details
}

// open reads the dump's head and the store's details of the object.
func (t *transfer) open(ctx context.Context) (err error) {
	if t.details, err = t.src.Store.Details(ctx, t.src.Dump.Object()); err != nil {
		return err
	}
	if t.dump, t.opaque, err = t.src.OpenAny(ctx); err != nil {
		return err
	}
	if t.opaque != "" {
		t.out.Warn("%s can only be checked as a whole: %s", t.dump.Name, t.opaque)
	}
	return nil
}

// read checks the whole object. local has the bytes up to the offset from, which an
// earlier run downloaded. read downloads the rest and also writes it to w.
func (t *transfer) read(ctx context.Context, local io.Reader, from int64, w io.Writer) (*dump.Report, error) {
	bar := t.out.Progress("download", console.Bytes, t.details.Size)
	defer bar.Done()
	body := t.src.Store.Download(ctx, t.details.Object, s3store.DownloadOptions{Offset: from})
	defer func() { _ = body.Close() }()
	in := io.MultiReader(readers.Until(ctx, local), io.TeeReader(body, w))
	c, err := dump.Check(t.dump, t.opaque, readers.Counting{ReadCloser: io.NopCloser(in), Add: bar.Add}, t.details.Sum())
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return c, err
}

// toStdout writes the dump to standard output. It returns an error if the dump turns out
// to be damaged.
func (t *transfer) toStdout(ctx context.Context, stdout io.Writer) error {
	w := &readers.FailingWriter{Writer: stdout}
	c, err := t.read(ctx, strings.NewReader(""), 0, w)
	if w.Err != nil {
		return fmt.Errorf("write to standard output: %w", w.Err)
	}
	if err == nil {
		err = c.Fault()
	}
	if err != nil {
		return fmt.Errorf("do not use the output: %w", err)
	}
	for line := range strings.Lines(c.Text()) {
		t.out.Say("%s", strings.TrimSuffix(line, "\n"))
	}
	return nil
}

// toFile writes the dump to the target through a partial file.
func (t *transfer) toFile(ctx context.Context) (downloaded, error) {
	start := t.out.Now()
	p, err := openPartial(t.target, t.details.Object)
	if err != nil {
		return downloaded{}, err
	}
	for _, other := range p.others() {
		t.out.Say("%s belongs to another dump, and can be removed", other)
	}
	continued := p.have
	if continued > 0 {
		t.out.Say("resuming %s, which has %s of %s", p.path, humanize.Bytes(uint64(p.have)), humanize.Bytes(uint64(t.details.Size)))
	}
	c, err := t.fill(ctx, p)
	if err == nil && len(c.Damaged) > 0 && continued > 0 {
		// The dump may be fine: this machine may have lost bytes in a crash.
		t.out.Say("%s is damaged: starting over", p.path)
		continued = 0
		if err = p.restart(); err == nil {
			c, err = t.fill(ctx, p)
		}
	}
	if err == nil {
		err = c.Fault()
	}
	if fault.CodeOf(err) == fault.Integrity {
		return downloaded{}, errors.Join(fmt.Errorf("%w; the partial file was removed", err), p.remove())
	}
	if err == nil {
		err = p.publish(t.force)
	}
	if err != nil {
		return downloaded{}, t.explainUnfinished(err, p)
	}
	return downloaded{
		Dump: t.dump.Info(), File: t.target, Continued: continued, Checked: c, Seconds: t.out.Now().Sub(start).Seconds(),
	}, p.f.Close()
}

// fill completes the partial file and checks it at the same time.
func (t *transfer) fill(ctx context.Context, p *partial) (*dump.Report, error) {
	w := &readers.FailingWriter{Writer: p}
	c, err := t.read(ctx, io.NewSectionReader(p.f, 0, p.have), p.have, w)
	if w.Err != nil {
		return nil, w.Err
	}
	return c, err
}

// explainUnfinished keeps the partial file, and adds to the error a hint on how to resume.
func (t *transfer) explainUnfinished(err error, p *partial) error {
	again := "hectl download " + fault.ShellQuote(t.src.Name()) + " -o " + fault.ShellQuote(t.target)
	if t.force {
		again += " --force"
	}
	hint := fmt.Sprintf("run %q to resume", again)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		hint = fmt.Sprintf("make room for %s, then %s", humanize.Bytes(uint64(t.details.Size-p.have)), hint)
	}
	if rest := p.keep(); rest != nil {
		return errors.Join(err, rest)
	}
	if p.have == 0 {
		return err
	}
	return fault.Wrap(fault.CodeOf(err), hint, fmt.Errorf("%w; %s of %s are kept in %s", err,
		humanize.Bytes(uint64(p.have)), humanize.Bytes(uint64(t.details.Size)), p.path))
}

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

// downloadOptions are what one download is told.
type downloadOptions struct {
	dump.Choice
	file   string // "" for the key's own name; "-" for standard output
	force  bool
	masked string // the hectl.yml that wants masked dumps only; "" for any dump
	trust  dump.Trust
}

func downloadCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "download",
		Usage:     "get a dump into a file, and check it",
		UsageText: "hectl download [KEY|latest] [options]",
		Description: `EXAMPLES:
   hectl download                                  the newest production dump
   hectl download production-20261123083000.rds.dump -o /var/tmp
   hectl download --env staging -o - | pg_restore -f staging.sql

   The file appears under its name only when all of it is there and was found to
   be whole: by the store's checksum, the manifest, and by unpacking every
   table's rows. Until then what has arrived is in a file beside it that ends in
   ".partial"; after an interruption the same command goes on where that ends.`,
		Flags: slices.Concat([]cli.Flag{
			command.LabelFlag(),
		}, command.BucketFlags(), []cli.Flag{
			&cli.StringFlag{Category: command.Output, Name: "output", Aliases: []string{"o"}, Usage: "`FILE` or folder to write to, - for standard output (default: the dump's name, here)"},
			&cli.BoolFlag{Category: command.Output, Name: "force", Usage: "replace a FILE that is there"},
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
				return fault.New(fault.Usage, "", "--json and --output - both want standard output")
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    done: the file is there, whole
1    failed; what has arrived is kept for the next try
2    wrong flags or settings, or FILE is there already
10   no such dump or bucket
11   another run works on the same file
12   credentials are missing, expired, or lack a permission
13   the dump is damaged, or was replaced meanwhile; FILE is as it was
130  interrupted; what has arrived is kept for the next try`)
}

// downloaded is the result of a download.
type downloaded struct {
	Dump      dump.Info    `json:"dump"`
	File      string       `json:"file"`
	Continued int64        `json:"continued_at,omitempty"` // bytes that an earlier run had left
	Checked   *dump.Report `json:"checked"`
	Seconds   float64      `json:"seconds"`
}

// IsProse lets a terminal break its lines.
func (downloaded) IsProse() {}

// Text says what is now where, and by what it was checked.
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
		why = "; its manifest says so, but " + why
	}
	if o.masked != "" && !t.dump.Masked { // in a file it would lie as it is
		return fault.New(fault.Usage, `"hectl fetch-latest-db" masks it on its way, "hectl mask --to s3://…" makes a masked dump of it; who needs the dump as it is gets it from a folder that this hectl.yml is not for`,
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
		env.Console.Warn("nothing vouches for what is in %s: neither the store nor a manifest has a checksum", target)
	}
	return env.Console.Result(result)
}

// targetPath returns the file that is meant: a folder gets one of the key's name.
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

// transfer is one dump on its way out of the bucket.
type transfer struct {
	out    *console.Console
	src    dump.Object
	target string
	force  bool // replace a target that is there

	dump    *dump.Dump
	opaque  string
	details s3store.Details
}

// open looks at the dump, and at what the store knows of it.
func (t *transfer) open(ctx context.Context) (err error) {
	if t.details, err = t.src.Store.Details(ctx, t.src.Dump.Object()); err != nil {
		return err
	}
	if t.dump, t.opaque, err = t.src.OpenAny(ctx); err != nil {
		return err
	}
	if t.opaque != "" {
		t.out.Warn("%s is checked as a whole only: %s", t.dump.Name, t.opaque)
	}
	return nil
}

// read reads the object through the check, from the byte on that local, which
// has those before, ends at. What arrives is written to w.
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

// toStdout writes the dump to standard output, and tells afterwards whether it
// was whole.
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
		return fmt.Errorf("do not use what was written: %w", err)
	}
	for line := range strings.Lines(c.Text()) {
		t.out.Say("%s", strings.TrimSuffix(line, "\n"))
	}
	return nil
}

// toFile writes the dump to the target, by way of a partial file.
func (t *transfer) toFile(ctx context.Context) (downloaded, error) {
	start := t.out.Now()
	p, err := openPartial(t.target, t.details.Object)
	if err != nil {
		return downloaded{}, err
	}
	for _, other := range p.others() {
		t.out.Say("%s is of another dump, and can be removed", other)
	}
	continued := p.have
	if continued > 0 {
		t.out.Say("going on with %s, which has %s of %s", p.path, humanize.Bytes(uint64(p.have)), humanize.Bytes(uint64(t.details.Size)))
	}
	c, err := t.fill(ctx, p)
	if err == nil && len(c.Damaged) > 0 && continued > 0 {
		// It need not be the dump: the machine may have lost what it had.
		t.out.Say("what is in %s is damaged: beginning anew", p.path)
		continued = 0
		if err = p.restart(); err == nil {
			c, err = t.fill(ctx, p)
		}
	}
	if err == nil {
		err = c.Fault()
	}
	if fault.CodeOf(err) == fault.Integrity {
		return downloaded{}, errors.Join(fmt.Errorf("%w; what has arrived was removed", err), p.remove())
	}
	if err == nil {
		err = p.publish(t.force)
	}
	if err != nil {
		return downloaded{}, t.unfinished(err, p)
	}
	return downloaded{
		Dump: t.dump.Info(), File: t.target, Continued: continued, Checked: c, Seconds: t.out.Now().Sub(start).Seconds(),
	}, p.f.Close()
}

// fill completes the partial file, and checks it on the way.
func (t *transfer) fill(ctx context.Context, p *partial) (*dump.Report, error) {
	w := &readers.FailingWriter{Writer: p}
	c, err := t.read(ctx, io.NewSectionReader(p.f, 0, p.have), p.have, w)
	if w.Err != nil {
		return nil, w.Err
	}
	return c, err
}

// unfinished keeps what has arrived, and says how to go on.
func (t *transfer) unfinished(err error, p *partial) error {
	again := "hectl download " + fault.ShellQuote(t.src.Name()) + " -o " + fault.ShellQuote(t.target)
	if t.force {
		again += " --force"
	}
	hint := fmt.Sprintf("%q goes on from there", again)
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

package restore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/diff"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/restore/target"
)

// diffOptions are the settings of one comparison.
type diffOptions struct {
	dump.Choice                // the second dump, unless to names it
	masked      config.Bucket  // used for masked dumps if the other bucket cannot be read
	anyLabel    bool           // the label is the default, so any label is accepted
	from        string         // name that the user gave; "" for the dump before to
	to          string         // "" or "latest" for the newest
	target      *target.Target // the target whose dump is the first one; nil without --since-fetch
	schema      bool
	rows        string // the table whose rows to show; "" for none
	raw         bool

	trust    dump.Trust
	required string           // the hectl.yml that requires masked data; "" if none does
	rules    *command.Masking // masking rules for the rows that are shown
}

func diffCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "diff",
		Usage:     "show what has changed between two dumps",
		UsageText: "hectl diff [OLD] [NEW] [options]",
		Description: `EXAMPLES:
   hectl diff                            the newest production dump and the one
                                         before it
   hectl diff --since-fetch              what has changed since your last fetch
   hectl diff production-20261123083000.rds.dump latest --schema
   hectl diff --at 2026-11-24            that day's last dump and the one before
   hectl diff --rows public.items        the rows that differ, masked

   OLD and NEW are keys, s3:// addresses, files, or "latest". hectl compares
   the schemas, and pairs the rows of each table by its primary key. If hectl
   made both dumps, it downloads only the parts that differ. It does not compare
   rows of tables without a key, or whose definition has changed.

   --rows shows personal data, so it masks the rows by the rules in hectl.yml,
   or else the built-in ones. Rows of masked dumps are shown as they are.

` + command.AtHelp,
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{Category: command.Output, Name: "schema", Usage: "also show how the schema differs, as SQL"},
			&cli.StringFlag{Category: command.Output, Name: "rows", Usage: "show the rows of `TABLE` that differ, instead of the summary"},
			&cli.BoolFlag{Category: command.Output, Name: "raw", Usage: "with --rows: show the rows unmasked"},
			&cli.BoolFlag{Category: command.Database, Name: "since-fetch", Usage: "OLD is the dump that TARGET was fetched from"},
			command.TargetFlags()[0],
			command.LabelFlag(), command.AtFlag(),
		}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			opt, err := newDiffOptions(env, c)
			if err != nil {
				return err
			}
			return opt.run(c.Context, env)
		},
	}, `
0    done, whether the dumps differ or not
1    failed
2    wrong flags or settings
10   no such dump or bucket, or only one dump
12   credentials are missing, expired, or lack a permission
13   a dump is damaged
130  interrupted`)
}

func newDiffOptions(env *command.Env, c *cli.Context) (*diffOptions, error) {
	opt := &diffOptions{schema: c.Bool("schema"), rows: c.String("rows"), raw: c.Bool("raw")}
	args := c.Args().Slice()
	since := c.Bool("since-fetch")
	switch {
	case slices.Contains(args, ""), slices.Contains(args, "-"):
		return nil, fault.New(fault.Usage, `name a key, an s3:// address, a file or "latest"`, "diff cannot read standard input or an empty key")
	case since && len(args) > 1, len(args) > 2:
		return nil, fault.New(fault.Usage, `see "hectl diff --help"`, "diff compares two dumps, but was given more")
	case opt.raw && opt.rows == "":
		return nil, fault.New(fault.Usage, "add --rows TABLE, or omit --raw", "--raw requires --rows")
	case opt.rows != "" && c.Bool("json"):
		return nil, fault.New(fault.Usage, "", "--rows and --json cannot be used together")
	case !since && c.IsSet("target"):
		return nil, fault.New(fault.Usage, "add --since-fetch, or omit --target", "--target requires --since-fetch")
	case since:
		args = slices.Insert(args, 0, "")
	}
	if len(args) > 0 {
		opt.from = args[0]
	}
	if len(args) > 1 {
		opt.to = args[1]
	}
	if opt.to == "latest" {
		opt.to = ""
	}
	if opt.to != "" && c.IsSet("at") {
		return nil, fault.New(fault.Usage, "omit --at or NEW", "--at finds NEW by its time, but %s already names it", fault.Quote(opt.to))
	}
	var err error
	if opt.At, err = command.ParseAt(env, c); err != nil {
		return nil, err
	}
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	flags := command.Given(c)
	label, err := settings.Label(flags)
	if err != nil {
		return nil, err
	}
	opt.Label, opt.anyLabel = label.Text, label.Origin == config.ByDefault
	if opt.Bucket, err = settings.Bucket(flags); err != nil {
		return nil, err
	}
	if opt.masked, err = settings.MaskedBucket(flags); err != nil {
		return nil, err
	}
	if opt.required, opt.trust, err = command.RequiresMasking(env, c); err != nil {
		return nil, err
	}
	if opt.raw && opt.required != "" {
		return nil, fault.New(fault.Usage, "omit --raw", "--raw is refused: %s has mask.mode: required", opt.required)
	}
	if opt.rules, err = command.MaskRules(settings, env.Console); err != nil {
		return nil, err
	}
	if since {
		opt.target, _, err = command.NewTarget(env, c)
	}
	return opt, err
}

func (o *diffOptions) run(ctx context.Context, env *command.Env) error {
	from, to, err := o.find(ctx, env)
	if err != nil {
		return err
	}
	a, err := o.open(ctx, from)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }() // opened for reading only
	b, err := o.open(ctx, to)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	d := diff.Compare(a, b)
	if o.rows != "" {
		return o.show(ctx, env.Stdout, d, a, b)
	}
	result := &difference{
		From: a.Info(), To: b.Info(), Tables: make([]diffTable, len(d.Tables)),
		Schema: []diffObject{}, Sequences: d.Sequences, sql: o.schema,
	}
	for _, object := range d.Schema {
		result.Schema = append(result.Schema, newDiffObject(object, o.schema))
	}
	if err := countChanges(ctx, env.Console, d, result); err != nil {
		return err
	}
	return env.Console.Result(result)
}

func (o *diffOptions) find(ctx context.Context, env *command.Env) (from, to dump.Opener, err error) {
	finder := command.NewFinder(env)
	named := func(name string) (dump.Opener, error) {
		return dump.Locate(name, strings.NewReader(""), func(key string) (dump.Opener, error) { return finder.Named(ctx, o.Bucket, key) })
	}
	newest := func(c dump.Choice) (dump.Opener, error) {
		object, instead, err := finder.NewestReadable(ctx, c, o.masked)
		if instead {
			env.Console.Say("%s cannot be read with these credentials: comparing masked dumps, from %s", c.Bucket, o.masked)
		}
		return object, err
	}
	if o.target != nil {
		name, err := o.origin(ctx)
		if err != nil {
			return nil, nil, err
		}
		if from, err = named(name); err != nil {
			return nil, nil, err
		}
		if object, ok := from.(dump.Object); ok { // a masked dump is compared with a masked one
			o.Bucket = object.Bucket
			if o.anyLabel && object.Dump.Label != "" {
				o.Label = object.Dump.Label
			}
		}
	}
	if o.to == "" {
		to, err = newest(o.Choice)
	} else {
		to, err = named(o.to)
	}
	switch {
	case err != nil || from != nil:
		return from, to, err
	case o.from == "latest":
		from, err = newest(dump.Choice{Bucket: o.Bucket, Label: o.Label})
		return from, to, err
	case o.from != "":
		from, err = named(o.from)
		return from, to, err
	}
	object, ok := to.(dump.Object)
	if !ok {
		return nil, nil, fault.New(fault.Usage, "name both dumps", "cannot tell which dump precedes a file")
	}
	older, found, err := object.Older(ctx)
	if err == nil && !found {
		err = fault.New(fault.NotFound, `run "hectl list" to see the dumps`, "there is no dump before %s", object.Name())
	}
	return older, to, err
}

// origin returns the dump that the target was fetched from.
func (o *diffOptions) origin(ctx context.Context) (string, error) {
	held, err := o.target.Look(ctx)
	if err != nil {
		return "", err
	}
	const hint = `name the dump instead: "hectl diff OLD"`
	switch {
	case held.Target == nil:
		return "", fault.New(fault.NotFound, hint, "%s does not exist on %s", o.target.Name(), o.target)
	case held.Target.Origin == nil || held.Target.Origin.Dump == "" || held.Target.Origin.Dump == "standard input":
		return "", fault.New(fault.NotFound, hint, "no dump is recorded as the origin of %s", o.target.Name())
	}
	return held.Target.Origin.Dump, nil
}

// open opens a dump and decides whether it counts as masked.
func (o *diffOptions) open(ctx context.Context, src dump.Opener) (*dump.Dump, error) {
	d, err := src.Open(ctx)
	if err != nil {
		if object, ok := src.(dump.Object); ok {
			err = object.SuggestOlder(ctx, err)
		}
		return nil, err
	}
	if d.ReadRange == nil {
		return nil, errors.Join(fault.New(fault.Usage, "write it to a file first", "%s can only be read in order", d.Name), d.Close())
	}
	_ = o.trust.Judge(d) // sets d.Masked; the reason does not matter here
	return d, nil
}

// tablesAtOnce is the number of tables that are compared at the same time.
const tablesAtOnce = 4

// countChanges reads the rows that may differ and fills the tables of result.
func countChanges(ctx context.Context, out *console.Console, d *diff.Difference, result *difference) error {
	var total int64
	for _, t := range d.Tables {
		if t.State == diff.Changed {
			total += t.Bytes()
		}
	}
	bar := out.Progress("compare", console.Bytes, total)
	defer bar.Done()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(tablesAtOnce)
	for i, t := range d.Tables {
		line := &result.Tables[i]
		*line = newDiffTable(t)
		result.Download += line.Download
		if t.State != diff.Changed {
			continue
		}
		group.Go(func() error {
			return t.Changes(ctx, diff.Options{Add: bar.Add}, func(c diff.Change) error {
				switch {
				case c.From == nil:
					line.Added++
				case c.To == nil:
					line.Removed++
				default:
					line.Changed++
				}
				return ctx.Err()
			})
		})
	}
	return group.Wait()
}

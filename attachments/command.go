package attachments

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/target"
)

// options are what one fetch of attachments is told.
type options struct {
	out     *console.Console
	target  *target.Target
	dryRun  bool
	bucket  config.Bucket
	storage string // the folder; it need not be there
	service string // that the application calls the Disk service
	choice  Choice
	jobs    int
	check   bool // compare the checksums of files that are there
}

// Command returns "hectl fetch-attachments".
func Command(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "fetch-attachments",
		Usage:     "get the files that the local database points at",
		UsageText: "hectl fetch-attachments [options]",
		Description: `EXAMPLES:
   hectl fetch-attachments --dry-run          how many there are, and how large
   hectl fetch-attachments                    all that storage/ does not have
   hectl fetch-attachments --record-type Organization --name logo
   hectl fetch-attachments --since 90d --max-size 5MB

   The rows of active_storage_blobs in TARGET say which files there are. Those
   that are missing come from the bucket into the application's storage/ folder,
   where Rails' Disk service looks for them, each under its name only when its
   size and MD5 are right. Then the rows of all that are there get the
   service_name "local". After an interruption the same command goes on.

   TARGET is found, guarded and locked as by fetch-latest-db.`,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Category: command.Database, Name: "target", Usage: "`TARGET` whose files are fetched: a URI, a conninfo string, or a name (HECTL_TARGET; default diaper_dev)"},
			&cli.StringSliceFlag{Category: command.Database, Name: "allow-host", Usage: "allow a target on `HOST`, which is not this machine"},
			&cli.BoolFlag{Category: command.Database, Name: "force", Usage: "change rows of a database whose own ar_internal_metadata says production"},
			&cli.StringSliceFlag{Category: command.Database, Name: "record-type", Usage: "only what is attached to records of `CLASS`, such as Organization; repeatable"},
			&cli.StringSliceFlag{Category: command.Database, Name: "table", Usage: "only what is attached to records that Rails would keep in `TABLE`; repeatable"},
			&cli.StringSliceFlag{Category: command.Database, Name: "name", Usage: "only attachments called `NAME`, such as logo; repeatable"},
			&cli.StringFlag{Category: command.Database, Name: "since", Usage: "only files created since `TIME`: a date, or an age such as 90d or 1y6m"},
			&cli.StringFlag{Category: command.Database, Name: "max-size", Usage: "only files of at most `SIZE`, such as 5MB"},
			&cli.BoolFlag{Category: command.Database, Name: "no-variants", Usage: "without resized images and previews, which the application does not make again while their rows are there"},
			&cli.StringFlag{Category: command.Database, Name: "service-name", Value: "local", Usage: "`NAME` of the Disk service in config/storage.yml (default local)"},
			&cli.BoolFlag{Category: command.Database, Name: "dry-run", Aliases: []string{"n"}, Usage: "say what would happen, and do nothing"},
			&cli.StringFlag{Category: command.Output, Name: "storage", Usage: "`DIR` of the Disk service (default: that of the application in hectl.yml's folder or this one, mostly storage)"},
			&cli.BoolFlag{Category: command.Output, Name: "check", Usage: "compare the MD5 of files that are there, too, and fetch the wrong ones again"},
			&cli.StringFlag{Category: command.Bucket, Name: "jobs", Aliases: []string{"j"}, Usage: "fetch `N` files at once (HECTL_JOBS; default 16)"},
			&cli.StringFlag{Category: command.Bucket, Name: "attachments-bucket", Usage: "`s3://NAME[/FOLDER]` of the files (HECTL_ATTACHMENTS_BUCKET; default s3://human-essentials-production)"},
		}, command.StoreFlags()),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			opt, err := newAttachmentsOptions(env, c)
			if err != nil {
				return err
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    done: all that were chosen are there
1    failed; what has arrived is kept for the next try
2    wrong flags or settings; nothing was touched
3    done, but some are not in the bucket, or cannot be stored; with
     --dry-run: none of those looked for is in the bucket
10   no such bucket, database, or table
11   another run works on this target or folder
12   credentials are missing, expired, or lack a permission
13   done, but what the bucket has of some is not what their rows say
15   the target may not be changed
130  interrupted; what has arrived is kept for the next try`)
}

// newAttachmentsOptions reads flags and settings.
func newAttachmentsOptions(env *command.Env, c *cli.Context) (options, error) {
	target, settings, err := command.NewTarget(env, c)
	if err != nil {
		return options{}, err
	}
	o := options{out: env.Console, target: target, dryRun: c.Bool("dry-run"), service: c.String("service-name"), check: c.Bool("check")}
	flags := command.Given(c)
	if o.bucket, err = settings.AttachmentsBucket(flags); err != nil {
		return o, err
	}
	if o.jobs, err = settings.FileJobs(flags); err != nil {
		return o, err
	}
	o.choice = Choice{
		RecordTypes: c.StringSlice("record-type"), Tables: c.StringSlice("table"), Names: c.StringSlice("name"),
		NoVariants: c.Bool("no-variants"),
	}
	if text := c.String("since"); text != "" {
		if o.choice.Since, err = parseSince(text, env.Console.Now()); err != nil {
			return o, err
		}
	}
	if text := c.String("max-size"); text != "" {
		size, err := humanize.ParseBytes(text)
		if err != nil || size == 0 || size > 1<<62 {
			return o, fault.New(fault.Usage, "for example: --max-size 5MB", "max size %q is not a size such as 500kB or 5MB", text)
		}
		o.choice.MaxSize = int64(size)
	}
	o.storage, err = findStorage(c.String("storage"), o.service, env.Dir, settings.Dir())
	return o, err
}

// Run fetches the attachments.
func (o options) Run(ctx context.Context, env *command.Env) error {
	start := o.out.Now()
	s, err := o.openTarget(ctx)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	tables, blobs, err := o.read(ctx)
	if err != nil {
		return err
	}
	folder, unlock, err := o.open()
	if err != nil {
		return err
	}
	defer unlock()
	plan, err := o.compare(ctx, folder, blobs)
	if err != nil {
		return err
	}
	result := o.report(plan)
	from := target.ParseMark(s.Existing.Comment).Origin
	result.masked = from != nil && from.Masked
	var store *s3store.Store
	blind := false
	if len(plan.Wanted) > 0 {
		if store, blind, err = o.reach(ctx, env); err != nil {
			return err
		}
		defer store.Close()
	}
	if o.dryRun {
		if store != nil {
			if result.Missing, err = o.probe(ctx, store, plan.Wanted); err != nil {
				return err
			}
		}
		return errors.Join(o.out.Result(result), result.fault())
	}
	if err := folder.Tidy(plan.Wanted); err != nil {
		return err
	}
	var got Outcome
	if store != nil {
		got, err = o.fetch(ctx, store, blind, folder, plan)
	}
	if err != nil && ctx.Err() != nil {
		return unfinished(err, plan, got)
	}
	changed, setErr := o.setService(ctx, tables, keysOf(plan.There, got.Fetched))
	if err != nil {
		return errors.Join(unfinished(err, plan, got), setErr)
	}
	if setErr != nil {
		return setErr
	}
	result.add(got, changed, o.out.Now().Sub(start))
	return errors.Join(o.out.Result(result), result.fault())
}

// openTarget guards the target, and locks it unless it is a dry run.
func (o options) openTarget(ctx context.Context) (s *target.Session, err error) {
	if o.dryRun {
		s, err = o.target.Guard(ctx, target.Change)
	} else {
		s, err = o.target.Lock(ctx, target.Change)
	}
	if err == nil && s.Existing == nil {
		s.Close(ctx)
		err = fault.New(fault.NotFound, `"hectl fetch-latest-db" creates it; --target names another`, "there is no database %s", o.target)
	}
	return s, err
}

// read asks the target for the blobs that are chosen.
func (o options) read(ctx context.Context) (*Tables, []Blob, error) {
	db, err := pgtools.Connect(ctx, o.target.Conn, pgtools.RestoreApp)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	tables, err := Find(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	blobs, err := tables.Blobs(ctx, db, o.choice)
	return tables, blobs, err
}

// open opens the storage folder, and keeps other runs away from it. It makes the
// folder if there is none; in a dry run it does neither, and the folder may be
// nil.
func (o options) open() (_ *Folder, unlock func(), err error) {
	if o.dryRun {
		if _, err := os.Stat(o.storage); errors.Is(err, os.ErrNotExist) {
			return nil, func() {}, nil
		}
		folder, err := OpenFolder(o.storage)
		return folder, func() {}, err
	}
	if err := os.MkdirAll(o.storage, 0o777); err != nil { //nolint:gosec // as Rails makes it, for the application's user
		return nil, nil, err
	}
	dir, err := lockStorage(o.storage)
	if err != nil {
		return nil, nil, err
	}
	folder, err := OpenFolder(o.storage)
	if err != nil {
		return nil, nil, errors.Join(err, dir.Close())
	}
	return folder, func() { _, _ = folder.Close(), dir.Close() }, nil // they were only held
}

// lockStorage keeps other runs away from a folder until what it returns is
// closed.
func lockStorage(path string) (*os.File, error) {
	dir, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	err = files.LockIfSupported(dir)
	if errors.Is(err, files.ErrLocked) {
		err = fault.New(fault.Locked, "wait for it to end", "another hectl is at work in %s", path)
	}
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return dir, nil
}

// compare holds the blobs against what is in the folder.
func (o options) compare(ctx context.Context, folder *Folder, blobs []Blob) (Plan, error) {
	bar := o.out.Progress("look into storage", console.Steps, int64(len(blobs)))
	defer bar.Done()
	return NewPlan(blobs, func(b Blob) (bool, error) {
		bar.Add(1)
		switch {
		case ctx.Err() != nil:
			return false, context.Cause(ctx)
		case folder == nil:
			return false, nil
		case o.check:
			return folder.HasWhole(ctx, b)
		default:
			return folder.Has(b)
		}
	})
}

// reach opens the bucket. blind says that it may not be listed, which a fetch
// can do without.
func (o options) reach(ctx context.Context, env *command.Env) (_ *s3store.Store, blind bool, err error) {
	store, err := env.Open(ctx, o.bucket)
	if err != nil {
		return nil, false, err
	}
	err = store.Reach(ctx)
	if s3store.IsAccessDenied(err) {
		o.out.Detail("%s may not be listed: what it does not have cannot be told from what may not be read", o.bucket)
		return store, true, nil
	}
	return store, false, o.wrongBucket(err)
}

// wrongBucket adds to an error about the bucket which one was meant.
func (o options) wrongBucket(err error) error {
	code := fault.CodeOf(err)
	if code != fault.NotFound && code != fault.Denied {
		return err
	}
	hint, names := "check --attachments-bucket, and --endpoint-url when it is not on AWS", ""
	if o.bucket.Origin == config.ByDefault {
		names = " (the application's config/storage.yml calls it human-essentials-production, its documentation human-essential-production)"
		hint = "name the right one with --attachments-bucket, or attachments_bucket in hectl.yml: s3://human-essential-production is worth a try"
	}
	if code == fault.NotFound {
		// Without the hint of the store, which knows only one bucket.
		return fault.New(code, hint, "attachments bucket %s: there is no such bucket%s", o.bucket, names)
	}
	if names == "" {
		return err
	}
	return fault.Wrap(code, hint, fmt.Errorf("%w%s", err, names))
}

// probes is how many files a dry run looks for in the bucket.
const probes = 20

// probe looks for some of the wanted files in the bucket, and returns their keys if
// none of them is there: then a fetch would get nothing, as of a masked database,
// or from another bucket.
func (o options) probe(ctx context.Context, store *s3store.Store, wanted []Blob) (missing []string, err error) {
	missing = []string{}
	for i := range min(probes, len(wanted)) {
		key := wanted[i*len(wanted)/min(probes, len(wanted))].Key
		_, err := store.Head(ctx, o.prefix()+key)
		switch {
		case err == nil:
			return []string{}, nil
		case fault.CodeOf(err) != fault.NotFound && !s3store.IsAccessDenied(err):
			return nil, err
		}
		missing = append(missing, key)
	}
	return missing, nil
}

// prefix is what comes before the keys in the bucket.
func (o options) prefix() string {
	if o.bucket.Base == "" {
		return ""
	}
	return o.bucket.Base + "/"
}

// fetch gets what is wanted into the folder.
func (o options) fetch(ctx context.Context, store *s3store.Store, blind bool, folder *Folder, plan Plan) (Outcome, error) {
	o.out.Say("fetching %s from %s into %s", counted(plan.Wanted), o.bucket, o.storage)
	bar := o.out.Progress("fetch", console.Bytes, Size(plan.Wanted))
	defer bar.Done()
	f := Fetch{Bucket: store, Folder: folder, Jobs: o.jobs, Blind: blind, Progress: bar.Add, Prefix: o.prefix()}
	got, err := f.Run(ctx, plan.Wanted)
	if err == nil && len(plan.There)+len(got.Fetched) == 0 {
		err = got.Denied // of all: that is not what a bucket looks like that lacks a few
	}
	if err != nil && s3store.IsAccessDenied(err) {
		err = o.wrongBucket(err)
	}
	return got, err
}

// setService tells the rows of the blobs that are there where those are.
func (o options) setService(ctx context.Context, tables *Tables, keys []string) (int64, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	db, err := pgtools.Connect(ctx, o.target.Conn, pgtools.RestoreApp)
	if err != nil {
		return 0, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	return tables.SetService(ctx, db, keys, o.service)
}

// unfinished says how far a run came that failed, and how to go on.
func unfinished(err error, plan Plan, got Outcome) error {
	return fault.Wrap(fault.CodeOf(err), "the same command goes on from there", fmt.Errorf("%w; %s of %s attachments were fetched", err,
		humanize.Comma(int64(len(got.Fetched))), humanize.Comma(int64(len(plan.Wanted)))))
}

func keysOf(lists ...[]Blob) []string {
	var keys []string
	for _, blobs := range lists {
		for _, b := range blobs {
			keys = append(keys, b.Key)
		}
	}
	return keys
}

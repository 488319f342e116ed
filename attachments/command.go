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

// options are the options of a fetch of attachments.
type options struct {
	out     *console.Console
	target  *target.Target
	dryRun  bool
	bucket  config.Bucket
	storage string // the folder; it may not exist yet
	service string // name of the Disk service in the application
	choice  choice
	jobs    int
	check   bool // compare the checksums of existing files
}

// Command returns "hectl fetch-attachments".
func Command(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "fetch-attachments",
		Usage:     "download Active Storage files of the local database",
		UsageText: "hectl fetch-attachments [options]",
		Description: `EXAMPLES:
   hectl fetch-attachments --dry-run          print the number and total size
   hectl fetch-attachments                    fetch missing files into storage/
   hectl fetch-attachments --record-type Organization --name logo
   hectl fetch-attachments --since 90d --max-size 5MB

   hectl reads the list of files from active_storage_blobs in TARGET. It
   downloads the missing ones into the application's storage/ folder, where
   Rails' Disk service looks for them. A file gets its name only after its size
   and MD5 have been checked. Then hectl sets service_name to "local" in the
   rows of all files in the folder. After an interruption, run the same command
   again to continue.

   hectl finds, guards and locks TARGET in the same way as fetch-latest-db.`,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Category: command.Database, Name: "target", Usage: "`TARGET` whose files are fetched: a URI, a conninfo string, or a name (HECTL_TARGET; default diaper_dev)"},
		}, command.GuardFlags(), []cli.Flag{
			&cli.StringSliceFlag{Category: command.Database, Name: "record-type", Usage: "only files attached to records of `CLASS`, such as Organization; repeatable"},
			&cli.StringSliceFlag{Category: command.Database, Name: "table", Usage: "only files attached to records that Rails would keep in `TABLE`; repeatable"},
			&cli.StringSliceFlag{Category: command.Database, Name: "name", Usage: "only attachments called `NAME`, such as logo; repeatable"},
			&cli.StringFlag{Category: command.Database, Name: "since", Usage: "only files created since `TIME`: a date, a local time, or an age such as 90d"},
			&cli.StringFlag{Category: command.Database, Name: "max-size", Usage: "only files of at most `SIZE`, such as 5MB"},
			&cli.BoolFlag{Category: command.Database, Name: "no-variants", Usage: "skip resized images and previews; the application does not recreate them while their rows exist"},
			&cli.StringFlag{Category: command.Database, Name: "service-name", Value: "local", Usage: "`NAME` of the Disk service in config/storage.yml (default local)"},
			command.DryRunFlag(),
			&cli.StringFlag{Category: command.Output, Name: "storage", Usage: "`DIR` of the Disk service (default: from config/storage.yml beside hectl.yml or in this folder, usually storage)"},
			&cli.BoolFlag{Category: command.Output, Name: "check", Usage: "also compare the MD5 of existing files, and fetch those that differ again"},
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
0    done: all chosen files are in the folder
1    failed; downloaded parts are kept for the next run
2    wrong flags or settings; nothing was changed
3    done, but some files are not in the bucket or cannot be stored; with
     --dry-run: the bucket has none of the files that were probed
10   no such bucket, database, or table
11   another hectl process is working on this target or folder
12   credentials are missing, expired, or lack a permission
13   done, but some files in the bucket do not match their rows
15   the guard refuses the target
130  interrupted; downloaded parts are kept for the next run`)
}

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
	o.choice = choice{
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
			return o, fault.New(fault.Usage, "for example: --max-size 5MB", "--max-size %q is not a size such as 500kB or 5MB", text)
		}
		o.choice.MaxSize = int64(size)
	}
	o.storage, err = findStorage(c.String("storage"), o.service, env.Dir, settings.Dir())
	return o, err
}

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
	if err := folder.clean(plan.Wanted); err != nil {
		return err
	}
	var got outcome
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

// openTarget guards the target and, unless it is a dry run, locks it.
func (o options) openTarget(ctx context.Context) (s *target.Session, err error) {
	if o.dryRun {
		s, err = o.target.Guard(ctx, target.Change)
	} else {
		s, err = o.target.Lock(ctx, target.Change)
	}
	if err == nil && s.Existing == nil {
		s.Close(ctx)
		err = fault.New(fault.NotFound, `run "hectl fetch-latest-db" to create it, or name another database with --target`, "database %s does not exist", o.target)
	}
	return s, err
}

// read returns the chosen blobs of the target.
func (o options) read(ctx context.Context) (*tables, []blob, error) {
	db, err := pgtools.Connect(ctx, o.target.Conn, pgtools.RestoreApp)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	tables, err := findTables(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	blobs, err := tables.blobs(ctx, db, o.choice)
	return tables, blobs, err
}

// open creates the storage folder if necessary, locks it and opens it. A dry run
// neither creates nor locks the folder, and returns nil if it does not exist.
func (o options) open() (_ *folder, unlock func(), err error) {
	if o.dryRun {
		if _, err := os.Stat(o.storage); errors.Is(err, os.ErrNotExist) {
			return nil, func() {}, nil
		}
		folder, err := openFolder(o.storage)
		return folder, func() {}, err
	}
	if err := os.MkdirAll(o.storage, 0o777); err != nil { //nolint:gosec // the mode that Rails uses
		return nil, nil, err
	}
	dir, err := lockStorage(o.storage)
	if err != nil {
		return nil, nil, err
	}
	folder, err := openFolder(o.storage)
	if err != nil {
		return nil, nil, errors.Join(err, dir.Close())
	}
	return folder, func() { _, _ = folder.Close(), dir.Close() }, nil // nothing was written to them
}

// lockStorage locks a folder until the returned file is closed.
func lockStorage(path string) (*os.File, error) {
	dir, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	err = files.LockIfSupported(dir)
	if errors.Is(err, files.ErrLocked) {
		err = fault.New(fault.Locked, "wait for it to finish", "another hectl process is working in %s", path)
	}
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return dir, nil
}

func (o options) compare(ctx context.Context, folder *folder, blobs []blob) (plan, error) {
	bar := o.out.Progress("check storage", console.Steps, int64(len(blobs)))
	defer bar.Done()
	return newPlan(blobs, func(b blob) (bool, error) {
		bar.Add(1)
		switch {
		case ctx.Err() != nil:
			return false, context.Cause(ctx)
		case folder == nil:
			return false, nil
		case o.check:
			return folder.hasWhole(ctx, b)
		default:
			return folder.has(b)
		}
	})
}

// reach opens the bucket. blind means that the credentials cannot list it; a fetch
// works without that permission.
func (o options) reach(ctx context.Context, env *command.Env) (_ *s3store.Store, blind bool, err error) {
	store, err := env.Open(ctx, o.bucket)
	if err != nil {
		return nil, false, err
	}
	err = store.Reach(ctx)
	if s3store.IsAccessDenied(err) {
		o.out.Detail("no permission to list %s: S3 answers \"denied\" for missing files as well", o.bucket)
		return store, true, nil
	}
	return store, false, o.wrongBucket(err)
}

// wrongBucket adds a hint about the name of the bucket to an error.
func (o options) wrongBucket(err error) error {
	code := fault.CodeOf(err)
	if code != fault.NotFound && code != fault.Denied {
		return err
	}
	hint, names := "check --attachments-bucket, and --endpoint-url if the bucket is not on AWS", ""
	if o.bucket.Origin == config.ByDefault {
		names = " (the application's config/storage.yml calls it human-essentials-production, its documentation human-essential-production)"
		hint = "name the right one with --attachments-bucket, or attachments_bucket in hectl.yml: try s3://human-essential-production"
	}
	if code == fault.NotFound {
		// The hint of the store is about the bucket of the dumps, so leave it out.
		return fault.New(code, hint, "attachments bucket %s: there is no such bucket%s", o.bucket, names)
	}
	if names == "" {
		return err
	}
	return fault.Wrap(code, hint, fmt.Errorf("%w%s", err, names))
}

// probes is the number of files that a dry run looks for in the bucket.
const probes = 20

// probe looks for some of the wanted files in the bucket. If it finds none, it returns
// their keys: a fetch would get nothing, because the database is masked or the bucket
// is the wrong one.
func (o options) probe(ctx context.Context, store *s3store.Store, wanted []blob) (missing []string, err error) {
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

// prefix returns the prefix of the keys in the bucket.
func (o options) prefix() string {
	if o.bucket.Base == "" {
		return ""
	}
	return o.bucket.Base + "/"
}

// fetch downloads the missing blobs into the folder.
func (o options) fetch(ctx context.Context, store *s3store.Store, blind bool, folder *folder, plan plan) (outcome, error) {
	o.out.Say("fetching %s from %s into %s", amountOf(plan.Wanted), o.bucket, o.storage)
	bar := o.out.Progress("fetch", console.Bytes, sizeOf(plan.Wanted))
	defer bar.Done()
	f := fetcher{Bucket: store, Folder: folder, Jobs: o.jobs, Blind: blind, Progress: bar.Add, Prefix: o.prefix()}
	got, err := f.run(ctx, plan.Wanted)
	if err == nil && len(plan.There)+len(got.Fetched) == 0 {
		err = got.Denied // denied for every file: these are not just a few missing objects
	}
	if err != nil && s3store.IsAccessDenied(err) {
		err = o.wrongBucket(err)
	}
	return got, err
}

// setService sets service_name in the rows of the blobs that the folder has.
func (o options) setService(ctx context.Context, tables *tables, keys []string) (int64, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	db, err := pgtools.Connect(ctx, o.target.Conn, pgtools.RestoreApp)
	if err != nil {
		return 0, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	return tables.setService(ctx, db, keys, o.service)
}

// unfinished adds to the error of a failed run how many files were fetched and how to
// continue.
func unfinished(err error, plan plan, got outcome) error {
	return fault.Wrap(fault.CodeOf(err), "run the same command again to continue", fmt.Errorf("%w; %s of %s attachments were fetched", err,
		humanize.Comma(int64(len(got.Fetched))), humanize.Comma(int64(len(plan.Wanted)))))
}

func keysOf(lists ...[]blob) []string {
	var keys []string
	for _, blobs := range lists {
		for _, b := range blobs {
			keys = append(keys, b.Key)
		}
	}
	return keys
}

package restore

import (
	"context"
	"errors"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/restore/snapshot"
	"github.com/rubyforgood/hectl/restore/swap"
	"github.com/rubyforgood/hectl/restore/target"
)

func fetchCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "fetch-latest-db",
		Usage:     "replace the local database with the newest dump",
		UsageText: "hectl fetch-latest-db [options]",
		Description: `EXAMPLES:
   hectl fetch-latest-db              the newest production dump into diaper_dev
   hectl fetch-latest-db --env staging --target my_dev
   hectl fetch-latest-db --at 2d      the newest one that is at least 2 days old
   hectl fetch-latest-db --dry-run    show the plan, change nothing
   hectl fetch-latest-db --snapshot   also keep a snapshot: a fetch of the same
                                      dump then takes a second, and a fetch of a
                                      newer dump loads only rows that differ

   Without read access to the bucket, you get the newest masked dump, from the
   bucket that HECTL_MASKED_BUCKET or masked_bucket in hectl.yml names.

` + command.AtHelp + "\n\n" + whatHappens,
		Flags: slices.Concat(targetFlags(), []cli.Flag{
			&cli.BoolFlag{Category: command.Database, Name: "snapshot", Usage: "also keep the fetched database as a snapshot, which replaces that of an earlier fetch (snapshot in hectl.yml)"},
			&cli.BoolFlag{Category: command.Database, Name: "fresh", Usage: "download the whole dump, even if there is a snapshot of it or of an older one"},
			command.LabelFlag(), command.AtFlag(),
		}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			f, err := newFetch(env, c)
			if err != nil {
				return err
			}
			return f.run(c.Context)
		},
	}, replaceExits)
}

// fetch is one run of fetch-latest-db.
type fetch struct {
	options
	finder dump.Finder
	choice dump.Choice
	masked config.Bucket // bucket of masked dumps
	save   bool          // keep the fetched database as a snapshot
	fresh  bool          // do not restore from a snapshot
}

func newFetch(env *command.Env, c *cli.Context) (f fetch, err error) {
	flags := command.Given(c)
	at, err := command.ParseAt(env, c)
	if err != nil {
		return f, err
	}
	if f.options, err = newOptions(env, c); err != nil {
		return f, err
	}
	f.finder, f.save, f.fresh = command.NewFinder(env), f.settings.Snapshot(c.Bool("snapshot"), c.IsSet("snapshot")), c.Bool("fresh")
	label, err := f.settings.Label(flags)
	if err != nil {
		return f, err
	}
	f.choice = dump.Choice{Bucket: f.bucket, Label: label.Text, At: at}
	if f.masked, err = f.settings.MaskedBucket(flags); err != nil {
		return f, err
	}
	if err := f.settings.Confirm(f.bucket.Origin, "bucket"); err != nil {
		return f, err
	}
	return f, f.settings.Confirm(f.masked.Origin, "masked_bucket")
}

// run replaces the target with the newest dump.
func (f fetch) run(ctx context.Context) error {
	tools := f.findTools(ctx)
	s, err := f.target.Lock(ctx, target.Replace)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	newest, instead, err := f.finder.NewestReadable(ctx, f.choice, f.masked)
	if err != nil {
		return err
	}
	if instead {
		f.out.Say("%s cannot be read with these credentials: taking the newest masked dump, from %s", f.bucket, f.masked)
	}
	recipe, err := f.recipe(newest)
	if err != nil {
		return err
	}
	if !f.fresh {
		if done, err := f.restoreSnapshot(ctx, s, newest, recipe); done || err != nil {
			return err
		}
	}
	r, err := f.open(ctx, s, newest, tools)
	if err != nil {
		return err
	}
	defer r.close()
	r.etag = newest.Dump.ETag
	if recipe.Seed, err = f.masking.seed(f.dryRun); err != nil { // open has created the seed file if it was missing
		return err
	}
	if !f.fresh {
		if err := f.planRefresh(ctx, r, newest, recipe); err != nil {
			return err
		}
	}
	if f.save {
		if err := snapshot.PlanSave(ctx, s, r.swap, newest.Dump.Key, recipe); err != nil {
			return err
		}
	}
	if f.dryRun {
		return f.out.Result(r.plan())
	}
	return r.replaceTarget(ctx)
}

// recipe returns everything that determines the result of the fetch, except the password.
func (f fetch) recipe(of dump.Object) (target.Recipe, error) {
	seed, err := f.masking.seed(f.dryRun)
	return target.Recipe{
		Dump: of.Name(), ETag: of.Dump.ETag,
		Chosen: f.load.Tables.Key(), Kept: f.load.KeepRows.Key(), Login: loginKey(f.login.As), Without: f.load.Without.Key(),
		Masked: f.masking.rules != nil, Rules: f.masking.key(), Seed: seed, After: f.after.key(),
		User: f.target.Conn.User(), Version: f.version,
	}, err
}

// restoreSnapshot restores from a snapshot of the dump, if there is one, and reports
// whether it did. With --dry-run it prints the plan. If the snapshot cannot be copied, it
// returns false, and the dump is restored instead.
func (f fetch) restoreSnapshot(ctx context.Context, s *target.Session, newest dump.Object, recipe target.Recipe) (done bool, err error) {
	h, err := s.Holdings(ctx, s.DB)
	if err != nil {
		return false, err
	}
	saved, reasons := snapshot.FindServing(h.Snapshots, recipe, f.load.Password)
	for _, reason := range reasons {
		f.out.Detail("%s", reason)
	}
	if saved == nil {
		return false, nil
	}
	switch untouched, err := s.IsUntouched(ctx, *saved); {
	case err != nil:
		return false, err
	case !untouched:
		f.out.Say("the snapshot %s is not used: %s", saved.Snapshot.Name, touched)
		return false, nil
	}
	f.out.Say("the snapshot %s contains this dump: restoring from it (--fresh downloads the dump instead)", saved.Snapshot.Name)
	err = snapshot.Restore{
		Info:   dump.Info{Name: newest.Name(), Size: newest.Dump.Size, Taken: &newest.Dump.Time},
		DryRun: f.dryRun, DropReplaced: f.dropPrevious, Commands: f.after.commands, Login: &f.login,
	}.Run(ctx, s, *saved)
	if failed, ok := errors.AsType[*snapshot.NotCopiedError](err); ok && ctx.Err() == nil {
		f.out.Warn("downloading the dump, because the snapshot %s cannot be used: %v (\"hectl fetch-latest-db --fresh --snapshot\" replaces it)", saved.Snapshot.Name, failed)
		return false, nil
	}
	if _, failed := errors.AsType[*swap.CommandError](err); !failed && err != nil && fault.CodeOf(err) != fault.Warnings && ctx.Err() == nil {
		err = fault.Wrap(fault.CodeOf(err), "use --fresh to download the dump instead of using the snapshot", err)
	}
	return true, err
}

package restore

import (
	"context"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/restore/target"
)

func restoreCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "restore",
		Usage:     "replace the local database with a dump of your choice",
		UsageText: "hectl restore KEY|FILE|- [options]",
		Description: `EXAMPLES:
   hectl restore production-20261123083000.rds.dump    a dump from "hectl list"
   hectl restore s3://other-bucket/backups/x.rds.dump  from another bucket
   ssh db pg_dump -Fc app | hectl restore -            standard input
   hectl restore ./tmp/local.dump                      a file from pg_dump -Fc

` + whatHappens,
		Flags: slices.Concat(targetFlags(), command.BucketFlags()),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return fault.New(fault.Usage, `run "hectl list" to see the dumps, or "hectl restore --help"`,
					"restore takes one dump (a key, a file, or -), but was given %d", c.NArg())
			}
			if err := dump.CheckKey(c.Args().First()); err != nil {
				return err
			}
			opt, err := newOptions(env, c)
			if err != nil {
				return err
			}
			return opt.restore(c.Context, env, c.Args().First())
		},
	}, replaceExits)
}

// restore replaces the target with the dump that an argument names.
func (o options) restore(ctx context.Context, env *command.Env, arg string) error {
	tools := o.findTools(ctx)
	s, err := o.target.Lock(ctx, target.Replace)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	found, err := dump.Locate(arg, env.Stdin, func(key string) (dump.Opener, error) {
		if !dump.InBucket(key) {
			if err := o.settings.Confirm(o.bucket.Origin, "bucket"); err != nil {
				return nil, err
			}
		}
		return command.NewFinder(env).Named(ctx, o.bucket, key)
	})
	if err != nil {
		return err
	}
	r, err := o.open(ctx, s, found, tools)
	if err != nil {
		return err
	}
	defer r.close()
	if object, ok := found.(dump.Object); ok {
		r.etag = object.Dump.ETag
	}
	if o.dryRun {
		return o.out.Result(r.plan())
	}
	return r.replaceTarget(ctx)
}

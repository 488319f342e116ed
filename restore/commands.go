package restore

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask/methods"
)

// appName is what the sessions of a restore call themselves in
// pg_stat_activity.
const appName = "hectl restore"

// Commands returns the commands that restore a dump, or read it through.
func Commands(env *command.Env) []*cli.Command {
	files, latest := commandline.Candidate{Word: commandline.CompleteFiles}, commandline.Candidate{Word: "latest", About: "the newest"}
	env.CompleteArgs("restore", completeDump(env, files))
	env.CompleteArgs("download", completeDump(env, latest))
	env.CompleteArgs("verify", completeDump(env, latest))
	env.CompleteArgs("mask", completeDump(env, latest))
	env.CompleteArgs("mask check", completeDump(env, latest, files))
	env.CompleteArgs("snapshot restore", completeSnapshot(env, 1))
	env.CompleteArgs("snapshot rename", completeSnapshot(env, 1))
	env.CompleteArgs("snapshot delete", completeSnapshot(env, math.MaxInt))
	env.CompleteArgs("--env", completeLabel(env))
	return []*cli.Command{
		fetchCommand(env), restoreCommand(env), downloadCommand(env), verifyCommand(env),
		rollbackCommand(env), snapshotCommand(env), infoCommand(env), purgeCommand(env),
		attachmentsCommand(env), maskCommand(env),
	}
}

const exits = `
0    done
1    failed; the target is as it was
2    wrong flags or settings; nothing was touched
3    done, with warnings that need attention
10   no such dump or bucket
11   another run works on this target
12   credentials are missing, expired, or lack a permission
13   the dump is damaged, or was replaced while it was read; the target is as
     it was
15   the target may not be replaced
130  interrupted; the target is as it was`

const whatHappens = `   The dump is restored into a new database beside the target. Only when that
   is complete are the two exchanged. Production's passwords, tokens, sessions
   and jobs never get into it, nor does what the rules for masking cover (mask
   in hectl.yml). The replaced database is kept as TARGET_previous until the
   next time. A failure before the exchange leaves the target as it was.

   The target is TARGET, else what PG_HOST, PG_USERNAME and PG_PASSWORD say
   (default: localhost, postgres) with database diaper_dev, else what libpq's
   PG* variables say. The application's .env files are read for all of them. It
   must be on this machine; production is refused, in every way it can be told.`

func fetchCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "fetch-latest-db",
		Usage:     "replace the local database by the newest dump",
		UsageText: "hectl fetch-latest-db [options]",
		Description: `EXAMPLES:
   hectl fetch-latest-db              the newest production dump into diaper_dev
   hectl fetch-latest-db --env staging --target my_dev
   hectl fetch-latest-db --dry-run    say what would happen, do nothing
   hectl fetch-latest-db --snapshot   keep a copy, from which the next fetch of
                                      the same dump takes a second

   Who may not read the bucket of the dumps gets the newest masked dump, where
   HECTL_MASKED_BUCKET, or masked_bucket in hectl.yml, says where these are.

` + whatHappens,
		Flags: slices.Concat(targetFlags(), []cli.Flag{
			&cli.BoolFlag{Category: command.Database, Name: "snapshot", Usage: "keep what was fetched as a snapshot, in place of an older one that was kept so"},
			&cli.BoolFlag{Category: command.Database, Name: "fresh", Usage: "download the dump even if there is a snapshot of it"},
			command.LabelFlag(),
		}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			r, flags, err := prepare(env, c)
			if err != nil {
				return err
			}
			r.snapshots = &snapshots{save: c.Bool("snapshot"), fresh: c.Bool("fresh"), password: c.String("password"), version: env.Version}
			label, err := r.settings.Label(flags)
			if err != nil {
				return err
			}
			masked, err := r.settings.MaskedBucket(flags)
			if err != nil {
				return err
			}
			if err := r.settings.Confirm(r.bucket.Origin, "bucket"); err != nil {
				return err
			}
			if err := r.settings.Confirm(masked.Origin, "masked_bucket"); err != nil {
				return err
			}
			return r.run(c.Context, func(ctx context.Context) (dump.Opener, error) {
				src, instead, err := finder(env).NewestReadable(ctx, r.bucket, masked, label.Text)
				if instead {
					r.out.Say("%s may not be read: taking the newest masked dump, of %s", r.bucket, masked)
				}
				return src, err
			})
		},
	}, exits)
}

func restoreCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "restore",
		Usage:     "replace the local database by a dump of your choice",
		UsageText: "hectl restore KEY|FILE|- [options]",
		Description: `EXAMPLES:
   hectl restore production-20261123083000.rds.dump    one of "hectl list"
   hectl restore s3://other-bucket/backups/x.rds.dump  one of another bucket
   hectl restore ./tmp/local.dump                      a file of pg_dump -Fc
   ssh db pg_dump -Fc app | hectl restore -            standard input

` + whatHappens,
		Flags: slices.Concat(targetFlags(), command.BucketFlags()),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return fault.New(fault.Usage, `see "hectl restore --help"; "hectl list" shows the dumps`,
					"restore takes one dump (a key, a file, or -), but was given %d", c.NArg())
			}
			if err := dump.CheckKey(c.Args().First()); err != nil {
				return err
			}
			r, _, err := prepare(env, c)
			if err != nil {
				return err
			}
			return r.run(c.Context, func(ctx context.Context) (dump.Opener, error) {
				return dump.Locate(c.Args().First(), env.Stdin, func(key string) (dump.Opener, error) {
					if !strings.HasPrefix(key, "s3://") {
						if err := r.settings.Confirm(r.bucket.Origin, "bucket"); err != nil {
							return nil, err
						}
					}
					return finder(env).Named(ctx, r.bucket, key)
				})
			})
		},
	}, exits)
}

func targetFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: command.Database, Name: "target", Usage: "`TARGET` to replace: a URI, a conninfo string, or a name (HECTL_TARGET; default diaper_dev)"},
		&cli.StringSliceFlag{Category: command.Database, Name: "allow-host", Usage: "allow a target on `HOST`, which is not this machine"},
		&cli.BoolFlag{Category: command.Database, Name: "force", Usage: "replace a database whose own ar_internal_metadata says production"},
		&cli.BoolFlag{Category: command.Database, Name: "drop-previous", Usage: "do not keep the replaced database"},
		&cli.StringFlag{Category: command.Database, Name: "password", Value: methods.DefaultPassword, Usage: "`PASSWORD` that every user in the restored database gets (default password)"},
		&cli.StringFlag{Category: command.Database, Name: "login-as", Usage: "do not mask `ADDRESS`, that of a user to log in as; the rest of that user is masked"},
		&cli.StringSliceFlag{Category: command.Database, Name: "exclude-table-data", Usage: "leave out the rows of tables that match `PATTERN`, and do not download them; repeatable"},
		&cli.StringSliceFlag{Category: command.Database, Name: "table", Usage: "leave out the rows of all tables but those that match `PATTERN`; repeatable"},
		&cli.StringSliceFlag{Category: command.Database, Name: "keep-rows", Usage: "keep the rows of `TABLE`, though it holds jobs, sessions or a cache (keep_rows in hectl.yml); repeatable"},
		withoutFlag(),
		jobsFlag(),
		maskFlag(), noMaskFlag(),
		afterFlags()[0], afterFlags()[1],
		&cli.BoolFlag{Category: command.Database, Name: "dry-run", Aliases: []string{"n"}, Usage: "say what would happen, and do nothing"},
		command.PGBinFlag(),
	}
}

func jobsFlag() cli.Flag {
	return &cli.StringFlag{Category: command.Database, Name: "jobs", Aliases: []string{"j"}, Usage: "copy `N` tables, or build N indexes, at once, with up to 2 × N + 2 sessions (HECTL_JOBS; default: processors, at most 8)"}
}

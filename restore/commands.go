package restore

import (
	"context"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
)

// appName is what the sessions of a restore call themselves in
// pg_stat_activity.
const appName = "hectl restore"

// Commands returns the commands that restore a dump, or read it through.
func Commands(env *command.Env) []*cli.Command {
	env.CompleteArgs("restore", completeDump(env, command.Candidate{Word: command.CompleteFiles}))
	env.CompleteArgs("download", completeDump(env, command.Candidate{Word: "latest", About: "the newest"}))
	env.CompleteArgs("verify", completeDump(env, command.Candidate{Word: "latest", About: "the newest"}))
	env.CompleteArgs("mask", completeMask(env))
	env.CompleteArgs("snapshot", completeSnapshot(env))
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
3    done, with warnings that need a person
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
			return r.run(c.Context, func(ctx context.Context) (source, error) {
				src, instead, err := newestReadable(ctx, env, r.bucket, masked, label.Text)
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
			if err := checkKey(c.Args().First()); err != nil {
				return err
			}
			r, _, err := prepare(env, c)
			if err != nil {
				return err
			}
			return r.run(c.Context, func(ctx context.Context) (source, error) {
				return findSource(c.Args().First(), env.Stdin, func(key string) (source, error) {
					if !strings.HasPrefix(key, "s3://") {
						if err := r.settings.Confirm(r.bucket.Origin, "bucket"); err != nil {
							return nil, err
						}
					}
					return named(ctx, env, r.bucket, key)
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
		&cli.StringFlag{Category: command.Database, Name: "password", Value: mask.DefaultPassword, Usage: "`PASSWORD` that every user in the restored database gets (default password)"},
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

// newest finds the newest dump of a label.
func newest(ctx context.Context, env *command.Env, b config.Bucket, label string) (bucketSource, error) {
	store, err := env.Open(ctx, b)
	if err != nil {
		return bucketSource{}, err
	}
	dumps, err := catalog.List(ctx, store, b.Base)
	if err != nil {
		return bucketSource{}, err
	}
	with := catalog.WithLabel(dumps, label)
	if len(with) == 0 {
		hint := `name another bucket with --bucket or HECTL_BUCKET, or another label with --env: "hectl list" shows the dumps`
		if labels := catalog.Labels(dumps); len(labels) > 0 {
			hint = "name another label with --env: there are dumps of " + strings.Join(labels, ", ")
		}
		return bucketSource{}, fault.New(fault.NotFound, hint, "there is no %s dump in %s", label, b)
	}
	env.Console.Detail("%d dumps of %s in %s", len(with), label, b)
	return bucketSource{store, b, with[len(with)-1]}, nil
}

// checkKey refuses what can be no key of a dump, before any of it is sent to a
// store, which would log it: a URL other than s3://, or anything with a password.
func checkKey(key string) error {
	scheme, rest, isURL := strings.Cut(key, "://")
	bucket, _, _ := strings.Cut(rest, "/")
	if isURL && (scheme != "s3" || strings.ContainsAny(bucket, "@:?")) || fault.Secretive(key) {
		return fault.New(fault.Usage, `name a dump by its key, as "hectl list" shows it, or as s3://BUCKET/KEY`,
			"%s is not the key of a dump", fault.Quote(key))
	}
	return nil
}

// named finds a dump by its key, which may leave out the folder, or by its
// s3:// address.
func named(ctx context.Context, env *command.Env, b config.Bucket, key string) (bucketSource, error) {
	if err := checkKey(key); err != nil {
		return bucketSource{}, err
	}
	if rest, ok := strings.CutPrefix(key, "s3://"); ok {
		name, k, _ := strings.Cut(rest, "/")
		if name == "" || k == "" {
			return bucketSource{}, fault.New(fault.Usage, "write it as s3://BUCKET/KEY", "%q does not name an object", key)
		}
		b.Name, b.Base, key = name, catalog.BaseOf(k), k
	} else if !strings.Contains(key, "/") {
		key = catalog.Prefix(b.Base) + key
	}
	store, err := env.Open(ctx, b)
	if err != nil {
		return bucketSource{}, err
	}
	object, err := store.Head(ctx, key)
	if err != nil {
		return bucketSource{}, err
	}
	dump, ok := catalog.OfObject(b.Base, object)
	if !ok { // any object will do when it is named outright
		dump = catalog.Dump{Key: object.Key, Size: object.Size, ETag: object.ETag, Time: object.LastModified, Upload: object.LastModified}
	}
	return bucketSource{store, b, dump}, nil
}

// choice is how a command that reads one dump of the bucket is told which.
type choice struct {
	bucket config.Bucket
	label  string
	key    string // "" for the newest of the label
}

// newChoice reads the command's argument and flags.
func newChoice(env *command.Env, c *cli.Context) (choice, error) {
	if c.NArg() > 1 {
		return choice{}, fault.New(fault.Usage, `see "hectl `+c.Command.Name+` --help"; "hectl list" shows the dumps`,
			"%s takes one dump, but was given %d", c.Command.Name, c.NArg())
	}
	if c.NArg() == 1 && c.Args().First() == "" {
		return choice{}, fault.New(fault.Usage, `"latest", or no argument, is the newest one`, "%s was given an empty key", c.Command.Name)
	}
	if err := checkKey(c.Args().First()); err != nil {
		return choice{}, err
	}
	settings, err := env.Settings()
	if err != nil {
		return choice{}, err
	}
	flags := command.Given(c)
	label, err := settings.Label(flags)
	if err != nil {
		return choice{}, err
	}
	ch := choice{label: label.Text, key: c.Args().First()}
	if ch.key == "latest" {
		ch.key = ""
	}
	ch.bucket, err = settings.Bucket(flags)
	return ch, err
}

func (c choice) find(ctx context.Context, env *command.Env) (bucketSource, error) {
	if c.key == "" {
		return newest(ctx, env, c.bucket, c.label)
	}
	return named(ctx, env, c.bucket, c.key)
}

// withOlder adds to an error that is about damage which dump to turn to.
func (s bucketSource) withOlder(ctx context.Context, err error) error {
	if fault.CodeOf(err) != fault.Integrity {
		return err
	}
	hint := suggestOlder
	if dumps, err := catalog.List(ctx, s.store, s.bucket.Base); err == nil {
		for _, d := range catalog.WithLabel(dumps, s.dump.Label) {
			if d.Time.Before(s.dump.Time) {
				older := bucketSource{s.store, s.bucket, d}
				hint = `the dump before it: "hectl verify ` + fault.ShellQuote(older.name()) + `"`
			}
		}
	}
	return fault.Wrap(fault.Integrity, hint, err)
}

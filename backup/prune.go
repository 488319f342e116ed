package backup

import (
	"context"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/backup/prune"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// pruneOptions are the options of one run of hectl prune.
type pruneOptions struct {
	prune.Request
	uploads bool // abort open uploads instead of removing dumps
}

func pruneCommand(env *command.Env) *cli.Command {
	return command.Notifying(env, &cli.Command{
		Name:      "prune",
		Usage:     "remove dumps that no rule keeps",
		UsageText: "hectl prune --keep-… N [options]",
		Description: `EXAMPLES:
   hectl prune --keep-last 6 --keep-daily 14 --keep-monthly 12 --dry-run
   hectl prune --keep-within 30d --keep-yearly unlimited --env staging
   hectl prune --uploads

   A dump of LABEL is kept if any rule selects it. hectl removes the others,
   with their manifests. The rules work as in restic: --keep-daily 14 keeps the
   newest dump of each of the last 14 days that have one. Days are in UTC. Rules
   that are not given come from "keep:" in hectl.yml. Without any rule, hectl
   removes nothing.

   hectl never removes other files, empty dumps, or dumps without a time in
   their key or with one in the future.`,
		Flags: slices.Concat(keepFlags(), []cli.Flag{
			&cli.BoolFlag{Category: command.Retention, Name: "dry-run", Usage: "print what would be removed without removing it"},
			&cli.BoolFlag{Category: command.Retention, Name: "uploads", Usage: "instead of removing dumps, abort uploads that a killed backup left open more than a day ago"},
			command.LabelFlag(),
			&cli.BoolFlag{Category: command.Bucket, Name: "all-envs", Usage: "prune the dumps of every label, each label on its own"},
		}, command.BucketFlags()),
		Action: action(env, newPruneOptions),
	}, `
0    done, even if there was nothing to remove
1    failed
2    wrong flags or settings, or no rule; nothing was touched
3    done, but some objects could not be removed
10   no such bucket, or no dump of this label
12   credentials are missing, expired, or lack a permission
130  interrupted`)
}

func newPruneOptions(env *command.Env, c *cli.Context) (*pruneOptions, error) {
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	flags := command.Given(c)
	opt := &pruneOptions{uploads: c.Bool("uploads"), Request: prune.Request{DryRun: c.Bool("dry-run")}}
	label, err := settings.Label(flags)
	if err != nil {
		return nil, err
	}
	if !c.Bool("all-envs") {
		opt.Label = label.Text
	} else if c.IsSet("env") {
		return nil, fault.New(fault.Usage, "omit one of them", "--env and --all-envs cannot be used together")
	}
	if opt.Bucket, err = settings.Bucket(flags); err != nil {
		return nil, err
	}
	if err := settings.Confirm(opt.Bucket.Origin, "bucket"); err != nil {
		return nil, err
	}
	if !opt.uploads {
		opt.Policy, err = requirePolicy(settings, flags)
		return opt, err
	}
	if name := givenKeepFlag(c); name != "" {
		return nil, fault.New(fault.Usage, "run it twice: once with --uploads, once with the rules", "--uploads and --%s cannot be used together", name)
	}
	return opt, nil
}

// run prunes. It prints the result even if some objects could not be removed.
func (o *pruneOptions) run(ctx context.Context, env *command.Env) error {
	store, err := env.Open(ctx, o.Bucket)
	if err != nil {
		return err
	}
	now := env.Console.Now()
	if o.uploads {
		aborted, err := prune.Uploads(ctx, store, o.Scope, o.DryRun, now)
		if aborted == nil {
			return err
		}
		if printErr := env.Console.Result(aborted); printErr != nil && err == nil {
			err = fault.New(fault.Warnings, "", "the uploads were aborted, but printing the result failed: %w", printErr)
		}
		return err
	}
	removal, err := prune.Dumps(ctx, store, o.Request, now)
	if removal == nil {
		return err
	}
	warnAboutLifecycle(ctx, env, store, o.Request, removal)
	if printErr := env.Console.Result(removal); printErr != nil && err == nil {
		err = fault.New(fault.Warnings, "", "the dumps are pruned, but printing the result failed: %w", printErr)
	}
	return err
}

// newPruneRequest returns the request of "hectl backup --prune", or nil without the flag.
func newPruneRequest(c *cli.Context, settings *config.Sources, flags config.Flags, scope prune.Scope) (*prune.Request, error) {
	if !c.Bool("prune") {
		if name := givenKeepFlag(c); name != "" {
			return nil, fault.New(fault.Usage, "add --prune, or omit --"+name, "--%s requires --prune", name)
		}
		return nil, nil //nolint:nilnil // see above
	}
	policy, err := requirePolicy(settings, flags)
	return &prune.Request{Scope: scope, Policy: policy}, err
}

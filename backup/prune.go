package backup

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/backup/retention"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// pruneOptions are what one pruning is told.
type pruneOptions struct {
	bucket  config.Bucket
	label   string // "" for all
	policy  retention.Policy
	uploads bool // abort orphaned uploads, and leave the dumps alone
	dryRun  bool
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

   A dump of LABEL stays if one of the rules wants it; the others are removed,
   with their manifests. The rules are restic's: --keep-daily 14 keeps the
   newest dump of each of the last 14 days that have one; times are in UTC. A
   rule that is not given comes from "keep:" in hectl.yml; without any nothing
   is removed. What hectl cannot date is never removed: other files, dumps
   without a time in their key or with one in the future, empty ones.`,
		Flags: slices.Concat(keepFlags(), []cli.Flag{
			&cli.BoolFlag{Category: command.Retention, Name: "dry-run", Usage: "print what would be removed, and remove nothing"},
			&cli.BoolFlag{Category: command.Retention, Name: "uploads", Usage: "instead of removing dumps, abort uploads that a killed backup left open more than a day ago"},
			command.LabelFlag(),
			&cli.BoolFlag{Category: command.Bucket, Name: "all-envs", Usage: "prune the dumps of every label, each on its own"},
		}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			opt, err := newPruneOptions(env, c)
			if err != nil {
				return err
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    done, even if there was nothing to remove
1    failed
2    wrong flags or settings, or no rule; nothing was touched
3    done, but some objects could not be removed
10   no such bucket, or no dump of this label
12   credentials are missing, expired, or lack a permission
130  interrupted`)
}

// keepFlags are the rules.
func keepFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: command.Retention, Name: "keep-last", Usage: "keep the newest `N`; here and below, \"unlimited\" keeps all"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-hourly", Usage: "keep the newest dump of each of the last `N` hours that have one"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-daily", Usage: "likewise for `N` days"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-weekly", Usage: "likewise for `N` weeks (from Monday)"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-monthly", Usage: "likewise for `N` months"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-yearly", Usage: "likewise for `N` years"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-within", Usage: "keep all within `TIME` of the newest, such as 1y6m, 30d or 12h"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-min", Usage: "always keep the newest `N` (default 3, at least 1)"},
	}
}

// givenKeepFlag returns the first of the rules that was given as a flag, ""
// when none was.
func givenKeepFlag(c *cli.Context) string {
	for _, f := range keepFlags() {
		if name := f.Names()[0]; c.IsSet(name) {
			return name
		}
	}
	return ""
}

func newPruneOptions(env *command.Env, c *cli.Context) (*pruneOptions, error) {
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	flags := command.Given(c)
	opt := &pruneOptions{uploads: c.Bool("uploads"), dryRun: c.Bool("dry-run")}
	label, err := settings.Label(flags)
	if err != nil {
		return nil, err
	}
	if !c.Bool("all-envs") {
		opt.label = label.Text
	} else if c.IsSet("env") {
		return nil, fault.New(fault.Usage, "give only one of them", "--env and --all-envs exclude each other")
	}
	if opt.bucket, err = settings.Bucket(flags); err != nil {
		return nil, err
	}
	if err := settings.Confirm(opt.bucket.Origin, "bucket"); err != nil {
		return nil, err
	}
	if !opt.uploads {
		opt.policy, err = newPolicy(settings, flags)
		return opt, err
	}
	if name := givenKeepFlag(c); name != "" {
		return nil, fault.New(fault.Usage, "run it twice: once with --uploads, once with the rules", "--uploads and --%s exclude each other", name)
	}
	return opt, nil
}

// newPolicy reads the rules, of which there must be one.
func newPolicy(settings *config.Sources, flags config.Flags) (retention.Policy, error) {
	p, err := parsePolicy(settings, flags)
	if err == nil && p.Empty() {
		err = fault.New(fault.Usage, `for example: --keep-last 6 --keep-daily 14 --keep-monthly 12, or "keep: {last: 6, daily: 14}" in hectl.yml`,
			"no rule selects the dumps to keep, and hectl removes none without one")
	}
	return p, err
}

// parsePolicy reads the rules, of which there may be none.
func parsePolicy(settings *config.Sources, flags config.Flags) (retention.Policy, error) {
	rules, err := settings.Keep(flags)
	if err != nil {
		return retention.Policy{}, err
	}
	var p retention.Policy
	wrong := func(name string, err error) error {
		return fault.New(fault.Usage, "for example: --keep-last 6 --keep-daily 14 --keep-within 2d", "rule %s (from %s): %w", name, rules[name].Origin, err)
	}
	for name, count := range map[string]*retention.Count{
		"last": &p.Last, "hourly": &p.Hourly, "daily": &p.Daily, "weekly": &p.Weekly, "monthly": &p.Monthly, "yearly": &p.Yearly,
	} {
		if text := rules[name].Text; text != "" {
			if *count, err = retention.ParseCount(text); err != nil {
				return p, wrong(name, err)
			}
		}
	}
	if text := rules["within"].Text; text != "" {
		if p.Within, err = retention.ParseSpan(text); err != nil {
			return p, wrong("within", err)
		}
	}
	if p.Min, err = strconv.Atoi(rules["min"].Text); err != nil || p.Min < 1 {
		return p, fault.New(fault.Usage, "give a number from 1: the newest dump is always kept", "keep-min %q (from %s) is not a number from 1", rules["min"].Text, rules["min"].Origin)
	}
	return p, nil
}

// Run prunes, and says what it did even when it did not come to its end.
func (o *pruneOptions) Run(ctx context.Context, env *command.Env) error {
	store, err := env.Open(ctx, o.bucket)
	if err != nil {
		return err
	}
	now := env.Console.Now()
	if o.uploads {
		return o.pruneUploads(ctx, env, store, now)
	}
	result, err := o.prune(ctx, store, now, "")
	if result == nil {
		return err
	}
	if sayErr := env.Console.Result(result); sayErr != nil && err == nil {
		err = fault.New(fault.Warnings, "", "the dumps are pruned, but printing the result failed: %w", sayErr)
	}
	return err
}

// prune removes what the policy does not keep. The dump with the key made, if
// there is one, must be in the bucket, and stays. The result is nil when nothing
// was removed because of the error.
func (o *pruneOptions) prune(ctx context.Context, store pruneStore, now time.Time, made string) (*pruned, error) {
	found, err := o.survey(ctx, store)
	if err != nil {
		return nil, err
	}
	if made != "" && !found.keys[made] {
		return nil, fault.New(fault.Failed, "", "nothing was pruned: the bucket does not list %s, which was just written", made)
	}
	if len(found.dumps) == 0 {
		return nil, noneToPrune(o.bucket, o.label, found.labels)
	}
	result := o.plan(found, now, made)
	if o.dryRun {
		return result, nil
	}
	err = result.remove(ctx, store)
	return result, err
}

// newPruneAfter returns the pruning that follows a backup, nil when none is
// asked for.
func newPruneAfter(c *cli.Context, settings *config.Sources, flags config.Flags, bucket config.Bucket, label string) (*pruneOptions, error) {
	if !c.Bool("prune") {
		if name := givenKeepFlag(c); name != "" {
			return nil, fault.New(fault.Usage, "add --prune, or leave it out", "--%s goes with --prune", name)
		}
		return nil, nil //nolint:nilnil // see above
	}
	policy, err := newPolicy(settings, flags)
	return &pruneOptions{bucket: bucket, label: label, policy: policy}, err
}

// after prunes once the dump with the key made is in the bucket. Whatever goes
// wrong, that one is there, so it is a warning.
func (o *pruneOptions) after(ctx context.Context, store pruneStore, now time.Time, made string) (*pruned, error) {
	result, err := o.prune(ctx, store, now, made)
	if err != nil {
		err = fault.New(fault.Warnings, "", "the dump is in the bucket, whole, but pruning older ones failed: %w", err)
	}
	return result, err
}

// overADay reports whether all of the times are more than a day before now: the
// clock of the store and that of who wrote the key may differ.
func overADay(now time.Time, times ...time.Time) bool {
	return !slices.ContainsFunc(times, func(t time.Time) bool { return now.Sub(t) <= 24*time.Hour })
}

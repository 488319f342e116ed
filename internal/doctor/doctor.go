package doctor

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/pgtools"
)

// Command returns the command. Packages backup and restore check their own parts.
func Command(env *command.Env, build command.Build, backups Backups, fetches Fetches) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "doctor",
		Usage:     "check what the other commands need, and how to fix it",
		UsageText: "hectl doctor [options]",
		Description: `EXAMPLES:
   hectl doctor              before the first fetch-latest-db on a laptop
   sudo hectl doctor --cron  check the installed service of "hectl schedule"
   crontab -l | hectl doctor --line -
                             check the crontab line that runs "hectl backup"

   Each finding is "ok", "advice", "warning" or "error". The text after ">" is
   the fix. doctor changes no database and no bucket.

   Only "hectl backup" needs a source, so doctor checks the source only if one
   is set. A machine with a source and no target counts as a server that only
   makes backups: doctor skips the target, and the bucket may be empty.`,
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{Category: command.Schedule, Name: "cron", Usage: "check only what a backup needs under cron or systemd, without your environment"},
			&cli.StringFlag{Category: command.Schedule, Name: "line", TakesFile: true, Usage: "like --cron, for the backup in `FILE`: a crontab, one of its lines, or a .service file; - reads standard input (default with --cron: the installed service)"},
			&cli.StringFlag{Category: command.Schedule, Name: "env-file", TakesFile: true, Usage: "with --cron: read variables from `FILE`, as a systemd service does"},
			&cli.StringFlag{Category: command.Database, Name: "source", Usage: "`SOURCE` to dump: a URI, a conninfo string, or a name (HECTL_SOURCE)"},
			&cli.StringFlag{Category: command.Database, Name: "target", Usage: "`TARGET` to replace: a URI, a conninfo string, or a name (HECTL_TARGET; default diaper_dev)"},
			&cli.StringSliceFlag{Category: command.Database, Name: "allow-host", Usage: "allow a target on another machine, `HOST`"},
			command.PGBinFlag(),
			command.LabelFlag(),
		}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			d := &doctor{
				env: env, c: c, build: build, backups: backups, fetches: fetches,
				cron: c.Bool("cron") || c.IsSet("line"), units: unitDirs(),
			}
			if c.IsSet("env-file") && !d.cron {
				return fault.New(fault.Usage, "add --cron, or omit --env-file", "--env-file requires --cron")
			}
			if err := d.enterCron(c.Context, c.String("line"), c.String("env-file")); err != nil {
				return err
			}
			d.examine(c.Context)
			d.found.LeadWithErrors(finding.ClientTools) // checks of databases may add findings about client tools
			if err := env.Console.Result(d.diagnosis()); err != nil {
				return err
			}
			if c.Err() != nil {
				return context.Cause(c.Context)
			}
			return d.found.Err()
		},
	}, `
0    no errors and no warnings
1    errors: another command would fail
2    wrong flags
3    warnings
130  interrupted`)
}

// doctor checks everything and continues after errors.
type doctor struct {
	env     *command.Env
	c       *cli.Context
	build   command.Build
	backups Backups
	fetches Fetches
	cron    bool
	found   finding.List

	units []string   // folders of systemd units
	job   *scheduled // the scheduled backup; nil without --cron, and if there is none

	broken  bool     // hectl.yml cannot be read
	role    role     // role of this machine
	missing []string // variables that are set here, but not under cron
}

// role is the purpose of hectl on a machine, according to the settings.
type role struct {
	backsUp bool // settings other than libpq's variables name a source
	fetches bool // a target is set, or neither a source nor a target
}

// findRole finds the role. A laptop needs no settings, and its PG* variables more likely
// name the target.
func findRole(settings *config.Sources, flags config.Flags, cron bool) role {
	source, err := settings.Source(flags)
	backsUp := cron || err == nil && !strings.HasPrefix(source.Origin, "PG")
	target, err := settings.Target(flags)
	return role{backsUp, !cron && (!backsUp || err != nil || target.IsNamed())}
}

// checkTimeout limits one part of the examination.
const checkTimeout = 30 * time.Second

// diagnosis is the result of "hectl doctor".
type diagnosis struct {
	Build    command.Build `json:"hectl"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Findings finding.List  `json:"findings"`
}

// Text renders the findings.
func (d diagnosis) Text() string { return d.Findings.Text() }

func (d *doctor) diagnosis() diagnosis {
	return diagnosis{d.build, d.found.Count(finding.Error), d.found.Count(finding.Warning), d.found}
}

// examine collects the findings, in the order in which they matter to a user.
func (d *doctor) examine(ctx context.Context) {
	f := &d.found
	f.OK("hectl", "%s", d.build.Text())
	d.checkJob()
	defer d.addLineError()
	settings, flags := d.checkSettings()
	tools := d.checkTools(ctx, settings, flags)
	if tools == nil {
		return
	}

	source, sourceErr := settings.Source(flags)
	bucket, bucketErr := settings.Bucket(flags)
	masked, maskedErr := settings.MaskedBucket(flags)
	label, labelErr := settings.Label(flags)
	maxAge, ageErr := settings.MaxAge(flags)
	if cmp.Or(bucketErr, labelErr, maskedErr) == nil {
		reached := false
		d.limit(ctx, func(ctx context.Context) { reached = d.checkBucket(ctx, settings, bucket, masked, label.Text) })
		if masked.Name != "" {
			d.limit(ctx, func(ctx context.Context) { d.checkMasked(ctx, bucket, masked, label.Text) })
		}
		if ageErr != nil {
			maxAge = math.MaxInt64 // the check of the settings reports ageErr
		}
		if reached && !d.cron {
			d.limit(ctx, func(ctx context.Context) {
				d.fetches.CheckNewest(ctx, f, Expected{
					Dumps: bucket, Masked: masked, Label: label.Text, MaxAge: maxAge, BacksUp: d.role.backsUp, Fetches: d.role.fetches,
				})
			})
			if attachments, err := settings.AttachmentsBucket(flags); err == nil && d.role.fetches {
				d.limit(ctx, func(ctx context.Context) { d.fetches.CheckAttachments(ctx, f, attachments) })
			}
		}
	}
	if !d.broken && (d.role.fetches || masked.Name != "") {
		d.fetches.CheckMasking(f, d.c, settings, masked.Name != "")
	}
	d.limit(ctx, func(ctx context.Context) { d.checkSource(ctx, settings, source, sourceErr, tools) })
	switch {
	case d.cron:
	case d.broken:
		f.Error("target", "", "not checked, because the settings cannot be read")
	case !d.role.fetches:
		f.OK("target", `none is set: only commands that restore need one, such as "hectl fetch-latest-db"`)
	default:
		d.limit(ctx, func(ctx context.Context) { d.fetches.CheckTarget(ctx, f, d.c, tools) })
	}
}

// limit runs a check with a timeout. After an interrupt, it does nothing.
func (d *doctor) limit(ctx context.Context, check func(context.Context)) {
	if ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeoutCause(ctx, checkTimeout, fmt.Errorf("no answer within %s", checkTimeout))
	defer cancel()
	check(ctx)
}

// checkSource checks the database that a backup would dump.
func (d *doctor) checkSource(ctx context.Context, settings *config.Sources, source config.Database, err error, tools *pgtools.Tools) {
	const about = "source"
	switch {
	case err != nil && d.cron:
		d.found.Fail(about, err)
		return
	case err != nil:
		d.found.OK(about, "none is set; only \"hectl backup\" needs one")
		return
	}
	conn, err := command.Resolve(source, settings)
	if err != nil {
		d.found.Fail(about, err)
		return
	}
	d.backups.CheckSource(ctx, &d.found, conn, tools)
}

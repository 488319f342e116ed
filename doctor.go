package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/backup"
	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore"
)

func doctorCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "doctor",
		Usage:     "check what the other commands need, and how to fix it",
		UsageText: "hectl doctor [options]",
		Description: `EXAMPLES:
   hectl doctor              before the first fetch-latest-db on a laptop
   sudo hectl doctor --cron  check the installed service of "hectl schedule"
   crontab -l | hectl doctor --line -
                             check the crontab line that runs "hectl backup"

   Each line is ok, advice, warning or error; what follows a ">" fixes it.
   Nothing is changed, neither in a database nor in the bucket.

   The source is checked if one is set; only "hectl backup" needs it. With a
   source and no target, this machine counts as a server that only makes
   backups: the target is left out, and the bucket may still be empty.`,
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{Category: command.Schedule, Name: "cron", Usage: "check only what a backup needs, as cron or systemd runs it: without your environment"},
			&cli.StringFlag{Category: command.Schedule, Name: "line", TakesFile: true, Usage: "as --cron, for the backup in `FILE`: a crontab, a line of one, or a .service file; - for standard input (default with --cron: the installed service)"},
			&cli.StringFlag{Category: command.Schedule, Name: "env-file", TakesFile: true, Usage: "with --cron: take variables from `FILE`, as a systemd service does"},
			&cli.StringFlag{Category: command.Database, Name: "source", Usage: "`SOURCE` to dump: a URI, a conninfo string, or a name (HECTL_SOURCE)"},
			&cli.StringFlag{Category: command.Database, Name: "target", Usage: "`TARGET` to replace: a URI, a conninfo string, or a name (HECTL_TARGET; default diaper_dev)"},
			&cli.StringSliceFlag{Category: command.Database, Name: "allow-host", Usage: "allow a target on `HOST`, which is not this machine"},
			command.PGBinFlag(),
			command.LabelFlag(),
		}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			d := &doctor{env: env, c: c, cron: c.Bool("cron") || c.IsSet("line"), units: unitDirs()}
			if c.IsSet("env-file") && !d.cron {
				return fault.New(fault.Usage, "add --cron, or leave it out", "--env-file goes with --cron")
			}
			if err := d.enterCron(c.Context, c.String("line"), c.String("env-file")); err != nil {
				return err
			}
			d.examine(c.Context)
			d.found.LeadWithErrors(finding.ClientTools) // what looks at a database may add to them
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

// doctor looks at everything, and stops at nothing.
type doctor struct {
	env   *command.Env
	c     *cli.Context
	cron  bool
	found finding.List

	units []string   // folders of systemd's units
	job   *scheduled // with cron: the backup's own line; nil where none was found

	broken bool     // hectl.yml cannot be read
	role   role     // what the machine is for
	lost   []string // variables that are set here, but not in cron
}

// role is what a machine uses hectl for, as far as the settings say.
type role struct {
	backsUp bool // a source is set, and not only by libpq's variables
	fetches bool // a target is set, or nothing is
}

// roleOf reads the role from what is set. A laptop needs no settings at all, and its
// PG* variables are rather about the target.
func roleOf(settings *config.Sources, flags config.Flags, cron bool) role {
	source, err := settings.Source(flags)
	backsUp := cron || err == nil && !strings.HasPrefix(source.Origin, "PG")
	target, err := settings.Target(flags)
	return role{backsUp, !cron && (!backsUp || err != nil || target.IsNamed())}
}

// patience is how long one part of the look may take.
const patience = 30 * time.Second

// diagnosis is the result.
type diagnosis struct {
	Version  versionInfo  `json:"hectl"`
	Errors   int          `json:"errors"`
	Warnings int          `json:"warnings"`
	Findings finding.List `json:"findings"`
}

// Text implements console.Result.
func (d diagnosis) Text() string { return d.Findings.Text() }

func (d *doctor) diagnosis() diagnosis {
	return diagnosis{buildVersion(), d.found.Count(finding.Error), d.found.Count(finding.Warning), d.found}
}

// examine fills in what is found, in the order in which a person would ask.
func (d *doctor) examine(ctx context.Context) {
	f := &d.found
	f.OK("hectl", "%s", buildVersion().Text())
	d.scheduledLine()
	defer d.wrongLine()
	settings, flags := d.settings()
	tools := d.tools(ctx, settings, flags)
	if tools == nil {
		return
	}

	source, sourceErr := settings.Source(flags)
	bucket, bucketErr := settings.Bucket(flags)
	masked, maskedErr := settings.MaskedBucket(flags)
	label, labelErr := settings.Label(flags)
	maxAge, ageErr := settings.MaxAge(flags)
	var newest *restore.Newest
	if cmp.Or(bucketErr, labelErr, maskedErr) == nil {
		reached := false
		d.within(ctx, func(ctx context.Context) { reached = d.bucket(ctx, bucket, masked, label.Text) })
		if masked.Name != "" {
			d.within(ctx, func(ctx context.Context) { d.masked(ctx, bucket, masked, label.Text) })
		}
		if ageErr != nil {
			maxAge = math.MaxInt64 // which is said already
		}
		if reached && !d.cron {
			d.within(ctx, func(ctx context.Context) {
				newest = restore.CheckNewest(ctx, f, d.env, bucket, masked, label.Text, restore.Wanted{MaxAge: maxAge, BacksUp: d.role.backsUp, Fetches: d.role.fetches})
			})
			if attachments, err := settings.AttachmentsBucket(flags); err == nil && d.role.fetches {
				d.within(ctx, func(ctx context.Context) { restore.CheckAttachments(ctx, f, d.env, attachments, newest) })
			}
		}
	}
	if !d.broken && (d.role.fetches || masked.Name != "") {
		restore.CheckMasking(f, d.env, d.c, settings, masked.Name != "", newest)
	}
	d.within(ctx, func(ctx context.Context) { d.source(ctx, settings, source, sourceErr, tools) })
	switch {
	case d.cron:
	case d.broken:
		f.Error("target", "", "not checked, because the settings cannot be read")
	case !d.role.fetches:
		f.OK("target", `none is set: only commands that restore need one, such as "hectl fetch-latest-db"`)
	default:
		d.within(ctx, func(ctx context.Context) { restore.CheckTarget(ctx, f, d.env, d.c, newest, tools) })
	}
}

func (d *doctor) within(ctx context.Context, look func(context.Context)) {
	if ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("no answer within %s", patience))
	defer cancel()
	look(ctx)
}

// settings says what is set and where. A file that cannot be read is left out.
func (d *doctor) settings() (*config.Sources, config.Flags) {
	const about = "settings"
	f := &d.found
	settings, err := d.env.Settings()
	if err != nil {
		f.Fail(about, err)
		d.broken = true
		settings = config.Environment(d.env.Environ)
	} else if path := settings.Path(); path != "" {
		f.OK(about, "%s", path)
	}
	for _, of := range settings.Dotenv() {
		names := "nothing of it is for hectl"
		if len(of.Names) > 0 {
			names = strings.Join(of.Names, ", ")
		}
		f.OK(about, "%s: %s", of.Path, names)
	}
	if err == nil && !settings.IsApproved() {
		var keys []string
		for _, c := range settings.Claims() {
			keys = append(keys, c.Key)
		}
		f.Warn(about, "hectl allow", "you have not approved these settings: %s", strings.Join(keys, ", "))
	}
	for i, name := range d.lost {
		fix := ""
		if i == len(d.lost)-1 { // once for all
			fix = `add it to the crontab, or to the file of --env-file: see "hectl schedule --help"`
		}
		f.Warn(about, fix, "%s is set here, and will not be in cron", name)
	}
	flags := d.flags()
	for _, s := range settings.List(flags) {
		f.OK(about, "%s = %s (%s)", s.Name, s.Text, s.Origin)
	}
	if source, err := settings.Source(flags); err == nil {
		d.database(settings, "source", source)
	}
	d.role = roleOf(settings, flags, d.cron)
	if target, err := settings.Target(flags); err == nil && d.role.fetches {
		d.database(settings, "target", target)
	}
	for _, err := range wrongSettings(settings, flags) {
		f.Fail(about, err)
	}
	return settings, flags
}

// database says which database is meant, and by what. What cannot be told is said
// where the database is looked at.
func (d *doctor) database(settings *config.Sources, name string, named config.Database) {
	if conn, err := command.Resolve(named, settings); err == nil {
		d.found.OK("settings", "%s = %s (%s)", name, conn, strings.Join(command.Origins(named, settings), ", "))
	}
}

// wrongSettings returns what is wrong with the settings that can be judged by
// themselves, each by the command that would stumble over it.
func wrongSettings(settings *config.Sources, flags config.Flags) (wrong []error) {
	_, bucket := settings.Bucket(flags)
	_, masked := settings.MaskedBucket(flags)
	_, attachments := settings.AttachmentsBucket(flags)
	_, label := settings.Label(flags)
	_, age := settings.MaxAge(flags)
	_, shrink := settings.MaxShrink(flags)
	for _, err := range []error{bucket, masked, attachments, label, age, shrink, backup.CheckKeep(settings), command.CheckNotify(settings)} {
		// One endpoint that is wrong is wrong for every bucket.
		if err != nil && !slices.ContainsFunc(wrong, func(other error) bool { return other.Error() == err.Error() }) {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

// tools says which client tools there are.
func (d *doctor) tools(ctx context.Context, settings *config.Sources, flags config.Flags) *pgtools.Tools {
	const about = finding.ClientTools
	f := &d.found
	bin, err := command.PGBin(settings, flags)
	var tools *pgtools.Tools
	if err == nil {
		tools, err = pgtools.FindTools(ctx, bin, settings.Lookup)
	}
	if err != nil {
		f.Fail(about, err)
		if tools, err = pgtools.FindTools(ctx, "", settings.Lookup); err != nil {
			return nil // interrupted
		}
	}
	for _, t := range tools.All() {
		what := ""
		if t.Wrapper {
			what = ", which picks one by its own rules"
		}
		f.OK(about, "%s %s: %s%s", t.Name, t.Version, t.Path, what)
	}
	for _, s := range tools.Skipped() {
		f.Warn(about, s.Path+" --version", "%s does not run: %v", s.Path, s.Err)
	}
	if len(tools.All()) == 0 {
		f.Error(about, tools.Advice(), "there is no pg_dump and no pg_restore on this machine")
	}
	return tools
}

// bucket says who asks, and what they may do. It reports whether there is a bucket
// to look for the newest dump in: this one, or the one with the masked dumps.
func (d *doctor) bucket(ctx context.Context, b, masked config.Bucket, label string) bool {
	f := &d.found
	store, err := d.env.Open(ctx, b)
	if err != nil {
		f.Fail("AWS", err)
		return false
	}
	id, err := store.Identity(ctx)
	key := "access key " + id.AccessKeyID
	if id.Profile != "" {
		key += " of profile " + id.Profile
	}
	if id.Origin != "" {
		key += " (" + id.Origin + ")"
	}
	if !id.Expires.IsZero() {
		key += ", until " + id.Expires.Format("2006-01-02 15:04 UTC")
	}
	switch {
	case err != nil:
		f.Fail("AWS", err)
	case id.ARN != "":
		f.OK("AWS", "%s: %s", id.ARN, key)
	default:
		f.OK("AWS", "%s, at a store other than AWS", key)
	}
	check := func() {
		backup.CheckWriter(ctx, f, "bucket", backup.WriterCheck{Store: store, Bucket: b, Label: label, Now: d.env.Console.Now(), Required: d.role.backsUp})
	}
	switch err := reach(ctx, store, b); {
	case err == nil:
		f.OK("bucket", "%s may be listed", b)
		check()
		return true
	case !d.role.backsUp && fault.CodeOf(err) == fault.Denied && dump.TakesMasked(b, masked):
		f.OK("bucket", "%s may not be listed: a fetch takes the newest masked dump", b)
		return true
	case d.role.backsUp && !d.role.fetches && s3store.IsAccessDenied(err):
		f.OK("bucket", "%s may not be listed: backups work without it", b)
		check()
		return false
	default:
		f.Fail("bucket", err)
		return false
	}
}

// masked looks at the bucket of the masked dumps.
func (d *doctor) masked(ctx context.Context, dumps, b config.Bucket, label string) {
	const about = "masked dumps"
	f := &d.found
	if b.Same(dumps) {
		f.Error(about, "name another bucket, or another folder of it, with masked_bucket or HECTL_MASKED_BUCKET",
			"%s (from %s) also holds the unmasked dumps: readers of the masked dumps could read them", b, b.Origin)
		return
	}
	store, err := d.env.Open(ctx, b)
	if err != nil {
		f.Fail(about, err)
		return
	}
	if err := reach(ctx, store, b); err != nil {
		if fault.CodeOf(err) == fault.NotFound {
			err = fault.New(fault.NotFound, "create it, or name another with masked_bucket or HECTL_MASKED_BUCKET", "%s (from %s): there is no such bucket", b, b.Origin)
		}
		f.Fail(about, err)
		return
	}
	f.OK(about, "%s may be listed", b)
	backup.CheckWriter(ctx, f, about, backup.WriterCheck{Store: store, Bucket: b, Label: label, Now: d.env.Console.Now(), Required: d.role.backsUp})
}

// reach asks whether the dumps of a bucket can be listed.
func reach(ctx context.Context, store *s3store.Store, b config.Bucket) error {
	for _, err := range store.List(ctx, catalog.Prefix(b.Base)) {
		return err // one is enough
	}
	return nil
}

// source looks at what is to be dumped.
func (d *doctor) source(ctx context.Context, settings *config.Sources, source config.Database, err error, tools *pgtools.Tools) {
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
	var line *backup.CommandLine
	if d.job != nil {
		line = d.job.line
	}
	backup.CheckSource(ctx, &d.found, d.env, backup.SourceCheck{Conn: conn, Tools: tools, Line: line})
}

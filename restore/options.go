package restore

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/swap"
	"github.com/rubyforgood/hectl/restore/target"
)

const replaceExits = `
0    done
1    failed; the target is unchanged
2    wrong flags or settings; nothing was changed
3    done, with warnings that need attention
10   no such dump or bucket
11   another run is using this target
12   credentials are missing, expired, or lack a permission
13   the dump is damaged, or was replaced during the run; the target is
     unchanged
15   hectl refuses to replace the target
130  interrupted; the target is unchanged`

const whatHappens = `   hectl restores the dump into a new database beside the target, and swaps the
   two once the new one is complete. Production's passwords, tokens, sessions
   and jobs, and the data that masking rules cover (mask in hectl.yml), never
   reach the target. The previous database is kept as TARGET_previous until the
   next fetch or restore. A failure before the swap leaves the target unchanged.

   Without TARGET, the target is the database PGDATABASE, or diaper_dev. If
   PG_HOST, PG_USERNAME or PG_PASSWORD is set, it is on that server (default:
   localhost, as postgres); otherwise it is where libpq's PG* variables and
   defaults lead, as in psql. hectl also reads these variables from the
   application's .env files. The target must be on this machine. hectl refuses
   any target that it recognizes as production.`

func targetFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: command.Database, Name: "target", Usage: "`TARGET` to replace: a URI, a conninfo string, or a name (HECTL_TARGET; default diaper_dev)"},
		&cli.StringSliceFlag{Category: command.Database, Name: "allow-host", Usage: "allow a target on another machine, `HOST`"},
		&cli.BoolFlag{Category: command.Database, Name: "force", Usage: "allow a target whose ar_internal_metadata says production"},
		&cli.BoolFlag{Category: command.Database, Name: "drop-previous", Usage: "do not keep the replaced database"},
		&cli.StringFlag{Category: command.Database, Name: "password", Value: methods.DefaultPassword, Usage: "`PASSWORD` for every user in the restored database (default password)"},
		&cli.StringFlag{Category: command.Database, Name: "login-as", Usage: "do not mask `ADDRESS`, so that you can log in as that user; everything else about the user is masked"},
		&cli.StringSliceFlag{Category: command.Database, Name: "exclude-table-data", Usage: "do not download or restore the rows of tables that match `PATTERN`; repeatable"},
		&cli.StringSliceFlag{Category: command.Database, Name: "table", Usage: "restore only the rows of tables that match `PATTERN`; repeatable"},
		&cli.StringSliceFlag{Category: command.Database, Name: "keep-rows", Usage: "keep the rows of `TABLE`, even if it holds jobs, sessions or a cache (keep_rows in hectl.yml); repeatable"},
		withoutFlag(),
		jobsFlag(),
		maskFlag(), noMaskFlag(),
		afterFlags()[0], afterFlags()[1],
		command.DryRunFlag(),
		command.PGBinFlag(),
	}
}

func jobsFlag() cli.Flag {
	return &cli.StringFlag{Category: command.Database, Name: "jobs", Aliases: []string{"j"}, Usage: "copy `N` tables, or build N indexes, at once, with up to 2 × N + 2 sessions (HECTL_JOBS; default: the number of processors, at most 8)"}
}

// options are the flags and settings of a command that restores a dump.
type options struct {
	out      *console.Console
	settings *config.Sources
	version  string // version of hectl
	target   *target.Target
	bucket   config.Bucket
	pgBin    string

	load    load.Options
	masking masking
	after   afterRestore
	login   swap.LoginOptions

	dropPrevious bool
	dryRun       bool
}

// newOptions reads the flags and settings of a command that replaces the target.
func newOptions(env *command.Env, c *cli.Context) (options, error) {
	o, err := newServerOptions(env, c)
	if err != nil {
		return o, err
	}
	o.dropPrevious, o.dryRun = c.Bool("drop-previous"), c.Bool("dry-run")
	if o.load.Tables, err = load.NewChooser(c.StringSlice("table"), c.StringSlice("exclude-table-data")); err != nil {
		return o, err
	}
	o.load.Password = c.String("password")
	if err := methods.CheckPassword(o.load.Password); err != nil {
		return o, fault.Wrap(fault.Usage, "", fmt.Errorf("--password %w", err))
	}
	if o.masking, err = prepareMasking(o.settings, o.out, c); err != nil {
		return o, err
	}
	if o.load.KeepRows, err = load.NewKeptRows(o.settings.KeepRows(c.StringSlice("keep-rows"))); err != nil {
		return o, err
	}
	o.login = swap.LoginOptions{As: strings.TrimSpace(c.String("login-as")), Password: o.load.Password}
	if err := checkAddress(o.login.As); err != nil {
		return o, err
	}
	if o.masking.rules != nil {
		o.login.RulePasswords = o.masking.rules.Passwords()
	}
	o.after, err = prepareAfter(o.settings, c)
	return o, err
}

// newServerOptions reads the part of newOptions that names the target, the bucket and
// the tools.
func newServerOptions(env *command.Env, c *cli.Context) (o options, err error) {
	o.out, o.version = env.Console, env.Version
	o.load.Password = methods.DefaultPassword
	if o.target, o.settings, err = command.NewTarget(env, c); err != nil {
		return o, err
	}
	flags := command.Given(c)
	if o.pgBin, err = command.PGBin(o.settings, flags); err != nil {
		return o, err
	}
	if o.bucket, err = o.settings.Bucket(flags); err != nil {
		return o, err
	}
	if o.load.Jobs, err = o.settings.Jobs(flags); err != nil {
		return o, err
	}
	o.load.Without, err = load.NewWithout(o.settings.Without(c.StringSlice("without")))
	return o, err
}

// findTools starts looking for the client tools in the background, because asking
// programs for their versions takes a while.
func (o options) findTools(ctx context.Context) func() (*pgtools.Tools, error) {
	find := sync.OnceValues(func() (*pgtools.Tools, error) { return pgtools.FindTools(ctx, o.pgBin, o.settings.Lookup) })
	go func() { _, _ = find() }() // the call below uses the cached result
	return find
}

func withoutFlag() cli.Flag {
	return &cli.StringSliceFlag{Category: command.Database, Name: "without", Usage: "leave out all objects of a `KIND`, such as event-triggers, or one as KIND:NAME, such as extension:pg_cron, with everything that depends on them; repeatable"}
}

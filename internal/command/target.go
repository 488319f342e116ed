package command

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/restore/target"
)

// TargetFlags returns the flags that name a target, and the GuardFlags.
func TargetFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Category: Database, Name: "target", Usage: "`TARGET`: a URI, a conninfo string, or a name (HECTL_TARGET; default diaper_dev)"},
	}, GuardFlags()...)
}

// GuardFlags returns the flags that permit a target that the guard would refuse.
func GuardFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Category: Database, Name: "allow-host", Usage: "allow a target on another machine, `HOST`"},
		&cli.BoolFlag{Category: Database, Name: "force", Usage: "allow a target whose ar_internal_metadata says production"},
	}
}

// DryRunFlag returns the flag --dry-run.
func DryRunFlag() cli.Flag {
	return &cli.BoolFlag{Category: Database, Name: "dry-run", Aliases: []string{"n"}, Usage: "print what would happen, and change nothing"}
}

// NewTarget returns the target of a command, and its settings.
func NewTarget(env *Env, c *cli.Context) (*target.Target, *config.Sources, error) {
	settings, err := env.Settings()
	if err != nil {
		return nil, nil, err
	}
	flags := Given(c)
	named, err := settings.Target(flags)
	if err != nil {
		return nil, nil, err
	}
	opt := target.Options{
		Flag: flags["target"], AllowHost: c.StringSlice("allow-host"), Force: c.Bool("force"),
		Environ: settings.LookupApplication, Origin: settings.ApplicationOrigin,
	}
	if opt.Conn, err = Resolve(named, settings); err != nil {
		return nil, nil, fmt.Errorf("target (from %s): %w", named.Origin, err)
	}
	if source, err := settings.Source(flags); err == nil && !strings.HasPrefix(source.Origin, "PG") {
		// libpq's own variables may be meant for the target. A source that cannot be
		// resolved cannot be the same database as the target.
		if conn, err := Resolve(source, settings); err == nil {
			opt.Source = &conn
		}
	}
	t, err := target.New(env.Console, opt)
	if err != nil {
		return nil, nil, fmt.Errorf("target (from %s): %w", named.Origin, err)
	}
	return t, settings, nil
}

package backup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// scheduleOptions are what one schedule is told.
type scheduleOptions struct {
	job     job
	name    string   // of the units
	unseen  []string // files that the service would need and not see
	untold  string   // where the URLs of --notify come from, which are not passed on; "" if there are none
	install bool
	dir     string // of the units
	force   bool
}

func scheduleCommand(env *command.Env) *cli.Command {
	cmd := command.New(env, &cli.Command{
		Name:      "schedule",
		Usage:     "print a crontab line and systemd units that run backups",
		UsageText: "hectl schedule --every TIME [options of hectl backup]",
		Description: `EXAMPLES:
   hectl schedule --every 4h
   hectl schedule --every 24h --at 02:30 --env staging --source service=staging
   sudo -E hectl schedule --every 4h --prune --keep-daily 60 --install

   hectl checks the options of "hectl backup", given here, and the settings from
   the environment and hectl.yml. It writes all of them into the line, so the
   backup needs neither. It leaves out passwords and keys: for systemd they
   belong in /etc/hectl/env, for cron in ~/.pgpass and ~/.aws/credentials.
   hectl schedule connects to nothing.

   TIME must divide an hour or a day: 4h or 30m, not 5h or 90m. Cron and systemd
   use the machine's own time zone.

   With a source on a Unix socket, peer authentication requires that the service
   and the crontab belong to the account named like the role.`,
		Flags: []cli.Flag{
			&cli.DurationFlag{Category: command.Schedule, Name: "every", Usage: "back up every `TIME`, such as 4h or 24h"},
			&cli.StringFlag{Category: command.Schedule, Name: "at", Usage: "start one of the backups at `HH:MM` (default 00:00)"},
			&cli.StringFlag{Category: command.Schedule, Name: "user", Usage: "`ACCOUNT` that runs the service (default: one that exists only while it runs; for a source on a Unix socket, the role's)"},
			&cli.BoolFlag{Category: command.Schedule, Name: "install", Usage: "write the two systemd units"},
			&cli.StringFlag{Category: command.Schedule, Name: "dir", Value: "/etc/systemd/system", Usage: "`DIR` to write the units to (default /etc/systemd/system)"},
			&cli.BoolFlag{Category: command.Schedule, Name: "force", Usage: "replace existing units that differ"},
		},
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			opt, err := newScheduleOptions(env, c)
			if err != nil {
				return err
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    done
1    failed
2    wrong flags or settings, or other units exist; nothing was touched
12   the units may not be written`)
	// After the help is made: "hectl backup --help" lists them.
	cmd.Flags = slices.Concat(cmd.Flags, backupFlags(env))
	return cmd
}

func newScheduleOptions(env *command.Env, c *cli.Context) (*scheduleOptions, error) {
	if !c.IsSet("every") {
		return nil, fault.New(fault.Usage, "for example: hectl schedule --every 4h", "--every is missing")
	}
	opt := &scheduleOptions{install: c.Bool("install"), dir: c.String("dir"), force: c.Bool("force")}
	for _, name := range []string{"dir", "force"} {
		if c.IsSet(name) && !opt.install {
			return nil, fault.New(fault.Usage, "add --install, or leave it out", "--%s goes with --install", name)
		}
	}
	var err error
	if opt.job.rhythm, err = newRhythm(c.Duration("every"), c.String("at")); err != nil {
		return nil, err
	}
	create, err := newCreateOptions(env, c)
	if err != nil {
		return nil, err
	}
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	if opt.job.hectl, err = os.Executable(); err != nil {
		return nil, fmt.Errorf("find this hectl: %w", err)
	}
	if create.pgBin != "" {
		if create.pgBin, err = filepath.Abs(create.pgBin); err != nil {
			return nil, err
		}
	}
	if opt.job.args, err = backupArgs(create, c, backupFlags(env), settings); err != nil {
		return nil, err
	}
	urls, err := settings.Notify(nil)
	if err != nil {
		return nil, err
	}
	if len(urls) > 0 {
		opt.untold = urls[0].Origin
	}
	opt.job.profile = create.bucket.Profile
	if name, _ := settings.Lookup("AWS_PROFILE"); opt.job.profile == "" {
		opt.job.profile = name
	}
	opt.name, opt.job.envFile = "hectl-backup", "/etc/hectl/env"
	if create.label != config.DefaultLabel {
		opt.name += "-" + create.label
		opt.job.envFile += "." + create.label // another database may have another password
	}
	opt.job.what = fmt.Sprintf("Back up %s to %s (%s)", create.source.Database(), create.bucket, create.label)
	opt.job.timeout = c.Duration("timeout")
	opt.job.memory = 2<<30 + 8*create.upload.PartSize
	if opt.job.account, err = newAccount(c.String("user"), create.source); err != nil {
		return nil, err
	}
	opt.job.source = create.source
	for _, path := range create.source.Files() {
		if !filepath.IsAbs(path) {
			return nil, fault.New(fault.Usage, "write the absolute path", "the source names the file %s, but the backup will not run in this folder", path)
		}
	}
	opt.unseen = slices.DeleteFunc(append(create.source.Files(), opt.job.hectl, create.pgBin), func(path string) bool {
		return seen(path) || opt.job.account.tmp && path == create.source.Host()
	})
	return opt, opt.job.check()
}

// scheduled is the result of a schedule.
type scheduled struct {
	Crontab   string   `json:"crontab"` // a line
	Units     []unit   `json:"units"`
	Installed bool     `json:"installed"`
	EnvFile   string   `json:"environment_file"`  // for the service's passwords and keys
	Next      []string `json:"next"`              // commands, for root, that start it
	Unseen    []string `json:"unseen,omitempty"`  // files that the service would need and not see
	Account   string   `json:"account,omitempty"` // that runs the service and the crontab line; "" for any
}

// unit is a file of systemd's.
type unit struct {
	Path  string `json:"path"`
	Text  string `json:"text"`
	State string `json:"state,omitempty"` // "written" or "unchanged", when it was to be installed
}

// Text is what to copy where; or what was installed, and what to do next.
func (s scheduled) Text() string {
	var b strings.Builder
	if s.Installed {
		for _, u := range s.Units {
			fmt.Fprintf(&b, "%s %s\n", u.State, u.Path)
		}
	} else {
		edit := `"crontab -e"`
		if s.Account != "" {
			edit = `"sudo crontab -u ` + fault.ShellQuote(s.Account) + ` -e"`
		}
		fmt.Fprintf(&b, "# For cron, %s (passwords in ~/.pgpass, keys in ~/.aws/credentials):\n%s\n", edit, s.Crontab)
		for _, u := range s.Units {
			fmt.Fprintf(&b, "\n# For systemd, %s:\n%s", u.Path, u.Text)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "# Then, as root (and passwords and keys into %s):\n%s", s.EnvFile, strings.Join(s.Next, "\n"))
	return b.String()
}

// Run prints the schedule, or installs it.
func (o *scheduleOptions) Run(_ context.Context, env *command.Env) error {
	result := scheduled{
		Crontab: o.job.crontab(),
		Units: []unit{
			{Path: filepath.Join(o.dir, o.name+".service"), Text: o.job.service()},
			{Path: filepath.Join(o.dir, o.name+".timer"), Text: o.job.timer()},
		},
		EnvFile: o.job.envFile,
		Next: []string{
			"install -d -m 700 /etc/hectl && touch " + o.job.envFile + " && chmod 600 " + o.job.envFile,
			"systemctl daemon-reload",
			"systemctl start " + o.name + ".service   # one backup now; journalctl -u " + o.name + " shows the result",
			"systemctl enable --now " + o.name + ".timer",
		},
		Unseen:  o.unseen,
		Account: o.job.account.name,
	}
	if name := o.job.account.name; name != "" && !exists(name) {
		result.Next = slices.Insert(result.Next, 0, "useradd --system --no-create-home --shell /usr/sbin/nologin "+fault.ShellQuote(name))
		env.Console.Warn("the service runs as %s, and this machine has no such account", name)
	}
	if o.job.source.IsSocket() {
		env.Console.Say("%s", o.job.account.reason)
	}
	for _, path := range o.unseen {
		env.Console.Warn("systemd hides %s from the service: %s", path, o.remedy(path))
	}
	if o.untold != "" {
		env.Console.Warn("notifications are off: the URLs of notify (from %s) are secrets and are not written out. Set HECTL_NOTIFY in %s, or above the line in the crontab", o.untold, o.job.envFile)
	}
	if o.install {
		if err := install(result.Units, o.force); err != nil {
			return err
		}
		result.Installed = true
	}
	return env.Console.Result(result)
}

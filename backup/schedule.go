package backup

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/schedule"
	"github.com/rubyforgood/hectl/pgtools"
)

// scheduleOptions are the options of one schedule.
type scheduleOptions struct {
	job        schedule.Job
	source     pgtools.Conn
	name       string   // name of the units
	hidden     []string // files that the service needs but cannot see
	notifyFrom string   // origin of the notification URLs, which are not passed on; "" if there are none
	install    bool
	dir        string // folder for the units
	force      bool
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

   hectl takes the options of "hectl backup", and settings from the environment
   and hectl.yml. It checks them and writes them all into the command, so the
   scheduled backup needs neither the environment nor hectl.yml. It leaves out
   passwords and keys: put them in /etc/hectl/env for systemd, and in ~/.pgpass
   and ~/.aws/credentials for cron. "hectl schedule" makes no connections.

   TIME must be minutes that divide an hour or hours that divide a day: 30m or
   4h, not 90m or 5h. Cron and systemd use the machine's time zone.

   If the source is on a Unix socket, peer authentication requires that the
   service and the crontab run as the account with the name of the role.`,
		Flags: []cli.Flag{
			&cli.DurationFlag{Category: command.Schedule, Name: "every", Usage: "back up every `TIME`, such as 4h or 24h"},
			&cli.StringFlag{Category: command.Schedule, Name: "at", Usage: "start one of the backups at `HH:MM` (default 00:00)"},
			&cli.StringFlag{Category: command.Schedule, Name: "user", Usage: "`ACCOUNT` that runs the service (default: a dynamic user; for a source on a Unix socket, the account with the name of the role)"},
			&cli.BoolFlag{Category: command.Schedule, Name: "install", Usage: "write the two systemd units"},
			&cli.StringFlag{Category: command.Schedule, Name: "dir", Value: "/etc/systemd/system", Usage: "`DIR` to write the units to (default /etc/systemd/system)"},
			&cli.BoolFlag{Category: command.Schedule, Name: "force", Usage: "replace existing units that differ"},
		},
		Action: action(env, newScheduleOptions),
	}, `
0    done
1    failed
2    wrong flags or settings, or existing units differ; nothing was changed
12   no permission to write the units`)
	// These flags are added after command.New, so they are not in the help: "hectl backup
	// --help" lists them.
	cmd.Flags = slices.Concat(cmd.Flags, scheduledFlags(env))
	return cmd
}

func newScheduleOptions(env *command.Env, c *cli.Context) (*scheduleOptions, error) {
	if !c.IsSet("every") {
		return nil, fault.New(fault.Usage, "set the interval, for example: hectl schedule --every 4h", "--every is missing")
	}
	opt := &scheduleOptions{install: c.Bool("install"), dir: c.String("dir"), force: c.Bool("force"), name: "hectl-backup"}
	for _, name := range []string{"dir", "force"} {
		if c.IsSet(name) && !opt.install {
			return nil, fault.New(fault.Usage, "add --install, or omit --"+name, "--%s requires --install", name)
		}
	}
	interval, err := schedule.NewInterval(c.Duration("every"), c.String("at"))
	if err != nil {
		return nil, err
	}
	backup, err := newBackupOptions(env, c)
	if err != nil {
		return nil, err
	}
	opt.source = backup.source
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	hectl, args, err := scheduledCommand(env, c, backup, settings)
	if err != nil {
		return nil, err
	}
	urls, err := settings.Notify(nil)
	if err != nil {
		return nil, err
	}
	if len(urls) > 0 {
		opt.notifyFrom = urls[0].Origin
	}
	envFile := "/etc/hectl/env"
	if backup.label != config.DefaultLabel {
		opt.name += "-" + backup.label
		envFile += "." + backup.label // another database may have another password
	}
	socket := ""
	if opt.source.IsSocket() {
		socket = opt.source.Host()
	}
	account, err := schedule.NewAccount(c.String("user"), socket, opt.source.User())
	if err != nil {
		return nil, err
	}
	profile, _ := settings.Lookup("AWS_PROFILE")
	opt.job = schedule.Job{
		Interval: interval, Hectl: hectl, Args: args, EnvFile: envFile, Account: account,
		Profile:     cmp.Or(backup.bucket.Profile, profile),
		Description: fmt.Sprintf("Back up %s to %s (%s)", opt.source.Database(), backup.bucket, backup.label),
		Timeout:     backup.timeout,
		Memory:      2<<30 + 8*backup.upload.PartSize,
	}
	if opt.hidden, err = hiddenFiles(append(opt.source.Files(), hectl, backup.pgBin), socket, account); err != nil {
		return nil, err
	}
	return opt, opt.job.Check()
}

// hiddenFiles returns the files that the service cannot see. It refuses a relative path,
// because the service runs in another folder.
func hiddenFiles(paths []string, socket string, account schedule.Account) ([]string, error) {
	var hidden []string
	for _, path := range paths {
		switch {
		case path == "", account.SharesTmp && path == socket:
		case !filepath.IsAbs(path):
			return nil, fault.New(fault.Usage, "write the absolute path", "the source names the file %s, but the backup will not run in this folder", path)
		case !schedule.Visible(path):
			hidden = append(hidden, path)
		}
	}
	return hidden, nil
}

// run prints the schedule, or installs it.
func (o *scheduleOptions) run(_ context.Context, env *command.Env) error {
	out := env.Console
	envFile, account := o.job.EnvFile, o.job.Account
	result := scheduleResult{
		Crontab: o.job.Crontab(), Units: o.job.Units(o.dir, o.name), EnvFile: envFile, Unseen: o.hidden, Account: account.Name,
		Next: []string{
			"install -d -m 700 /etc/hectl && touch " + envFile + " && chmod 600 " + envFile,
			"systemctl daemon-reload",
			"systemctl start " + o.name + ".service   # one backup now; journalctl -u " + o.name + " shows the result",
			"systemctl enable --now " + o.name + ".timer",
		},
	}
	if account.Name != "" && !account.Exists() {
		result.Next = slices.Insert(result.Next, 0, "useradd --system --no-create-home --shell /usr/sbin/nologin "+fault.ShellQuote(account.Name))
		out.Warn("the service runs as %s, but this machine has no such account", account.Name)
	}
	if o.source.IsSocket() {
		out.Say("%s", account.Reason)
	}
	for _, path := range o.hidden {
		out.Warn("systemd hides %s from the service: %s", path, o.unhide(path))
	}
	if o.notifyFrom != "" {
		out.Warn("notifications are off: the URLs of notify (from %s) are secrets and are not written out. Set HECTL_NOTIFY in %s, or above the line in the crontab", o.notifyFrom, envFile)
	}
	if o.install {
		if err := schedule.Install(result.Units, o.force); err != nil {
			return err
		}
		result.Installed = true
	}
	return out.Result(result)
}

// unhide returns instructions to make the service work without a file that systemd hides
// from it.
func (o *scheduleOptions) unhide(path string) string {
	if o.source.IsSocket() && path == o.source.Host() {
		return "give the source a host (host=localhost), or use cron"
	}
	return "move it to /usr/local or /etc, or use cron"
}

// scheduleResult is the result of hectl schedule.
type scheduleResult struct {
	Crontab   string          `json:"crontab"` // one line
	Units     []schedule.Unit `json:"units"`
	Installed bool            `json:"installed"`
	EnvFile   string          `json:"environment_file"`  // file for the passwords and keys of the service
	Next      []string        `json:"next"`              // commands for root that start the service
	Unseen    []string        `json:"unseen,omitempty"`  // files that the service needs but cannot see
	Account   string          `json:"account,omitempty"` // account that must run the service and the crontab line; "" for any
}

// Text shows the crontab line and the units with instructions to install them, or the
// installed units and the next steps.
func (r scheduleResult) Text() string {
	var b strings.Builder
	if r.Installed {
		for _, u := range r.Units {
			fmt.Fprintf(&b, "%s %s\n", u.State, u.Path)
		}
	} else {
		edit := `"crontab -e"`
		if r.Account != "" {
			edit = `"sudo crontab -u ` + fault.ShellQuote(r.Account) + ` -e"`
		}
		fmt.Fprintf(&b, "# For cron, %s (passwords in ~/.pgpass, keys in ~/.aws/credentials):\n%s\n", edit, r.Crontab)
		for _, u := range r.Units {
			fmt.Fprintf(&b, "\n# For systemd, %s:\n%s", u.Path, u.Text)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "# Then, as root (put passwords and keys into %s):\n%s", r.EnvFile, strings.Join(r.Next, "\n"))
	return b.String()
}

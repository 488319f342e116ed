package command

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/notify"
)

// Notifying is like New, but adds --notify, for a command that runs unattended.
func Notifying(env *Env, c *cli.Command, exits string) *cli.Command {
	c.Flags = slices.Concat(c.Flags, []cli.Flag{
		&cli.StringSliceFlag{Category: Output, Name: "notify", Usage: "notify `URL` when the run ends: a webhook, Slack, or healthchecks.io; repeatable (HECTL_NOTIFY)"},
	})
	c = New(env, c, exits)
	output := c.Before
	c.Before = func(ctx *cli.Context) error {
		if err := output(ctx); err != nil {
			return err
		}
		return env.promise(ctx.Context, c.Name, ctx.StringSlice("notify"))
	}
	return c
}

// Notifies reports whether a command has --notify.
func Notifies(c *cli.Command) bool {
	return slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return f.Names()[0] == "notify" })
}

// NotifyOfUsage prepares notifications about an invalid command line, to the URLs of
// HECTL_NOTIFY or hectl.yml: an invalid crontab line fails on every run.
func (e *Env) NotifyOfUsage(ctx context.Context, command string) {
	_ = e.promise(ctx, command, nil) // the caller reports its own error
}

// promised holds the notifier of a run and what is known of its report so far.
type promised struct {
	notifier *notify.Notifier
	report   notify.Report
}

// promise prepares notifications, and notifies the URLs that receive the start of a
// run. After an error, Notify still notifies the valid URLs.
func (e *Env) promise(ctx context.Context, command string, given []string) error {
	settings, err := e.Settings()
	if err != nil {
		settings = config.Environment(e.Environ) // a broken hectl.yml is worth a notification
	}
	targets, wrong := parseTargets(settings, given)
	if err == nil {
		err = wrong
	}
	if origin := findOrigin(settings, given); len(targets) > 0 {
		if refused := settings.Confirm(origin, "notify"); refused != nil {
			return cmp.Or(err, refused)
		}
	}
	if len(targets) == 0 {
		return err
	}
	host, hostErr := os.Hostname()
	if hostErr != nil {
		host = "unknown host"
	}
	e.promised = &promised{
		notifier: notify.New(targets, notify.Options{Agent: "hectl/" + e.Version, Warn: e.Console.Warn}),
		report: notify.Report{
			Command: command, RunID: e.Console.RunID(), Host: host, Version: e.Version, Started: e.Console.Now().UTC(),
		},
	}
	if err == nil {
		e.promised.notifier.Start(ctx)
	}
	return err
}

// parseTargets returns the valid URLs. The error is about the others.
func parseTargets(settings *config.Sources, given []string) (targets []notify.Target, wrong error) {
	urls, err := settings.Notify(given)
	if err != nil {
		return nil, err
	}
	for i, v := range urls {
		t, err := notify.Parse(v.Text)
		if err != nil {
			wrong = fmt.Errorf("notify URL %d (from %s): %w", i+1, v.Origin, err)
			continue
		}
		targets = append(targets, t)
	}
	return targets, wrong
}

// findOrigin returns the place where the URLs are set. All of them are set in one place.
func findOrigin(settings *config.Sources, given []string) string {
	urls, err := settings.Notify(given)
	if err != nil || len(urls) == 0 {
		return ""
	}
	return urls[0].Origin
}

// CheckNotify checks the notification URLs of the settings.
func CheckNotify(settings *config.Sources) error {
	_, err := parseTargets(settings, nil)
	return err
}

// Notify sends the notifications of a run that ended with err, if its command has
// --notify. Call it last, because it can take 20 s. If a signal ended the run, only a
// second signal, which kills hectl, stops Notify.
func (e *Env) Notify(ctx context.Context, err error) {
	p := e.promised
	if p == nil {
		return
	}
	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	r := p.report
	r.ExitCode, r.Finished = fault.CodeOf(err), e.Console.Now().UTC()
	if err != nil {
		r.Error = fault.Redact(err.Error())
		for _, hint := range fault.Hints(err) {
			r.Hints = append(r.Hints, fault.Redact(hint))
		}
	}
	if result := e.Console.LastResult(); result != nil {
		r.Result = result
	}
	p.notifier.End(ctx, r)
}

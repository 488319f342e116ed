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

// Notifying is New for a command that runs unattended: it adds --notify.
func Notifying(env *Env, c *cli.Command, exits string) *cli.Command {
	c.Flags = slices.Concat(c.Flags, []cli.Flag{
		&cli.StringSliceFlag{Category: Output, Name: "notify", Usage: "tell `URL` how it ended: a webhook, Slack, or healthchecks.io; repeatable (HECTL_NOTIFY)"},
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

// Misread has those told whom HECTL_NOTIFY or hectl.yml names, of a command line
// that cannot be read: a crontab with a mistake in it fails every time.
func (e *Env) Misread(ctx context.Context, command string) {
	_ = e.promise(ctx, command, nil) // there is an error already
}

// promised is who will be told of a run, and what is known of it beforehand.
type promised struct {
	notifier *notify.Notifier
	report   notify.Report
}

// promise finds out whom Tell is to tell, and tells those who want to know that
// the run begins. With an error the others are told all the same.
func (e *Env) promise(ctx context.Context, command string, given []string) error {
	settings, err := e.Settings()
	if err != nil {
		settings = config.Environment(e.Environ) // of a broken hectl.yml, too, one wants to hear
	}
	targets, wrong := parseTargets(settings, given)
	if err == nil {
		err = wrong
	}
	if origin := originOf(settings, given); len(targets) > 0 {
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

// parseTargets returns those that can be told, also with an error about others.
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

// originOf returns what names those who are told: one place names them all.
func originOf(settings *config.Sources, given []string) string {
	urls, err := settings.Notify(given)
	if err != nil || len(urls) == 0 {
		return ""
	}
	return urls[0].Origin
}

// CheckNotify looks whether the URLs that the settings have for --notify can be
// read.
func CheckNotify(settings *config.Sources) error {
	_, err := parseTargets(settings, nil)
	return err
}

// Tell tells those whom --notify names how the run ended, if its command has
// that flag. It comes last, after everything else was said: it can take 20 s.
// Once a signal has ended the run, only another one, which ends hectl, ends this.
func (e *Env) Tell(ctx context.Context, err error) {
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

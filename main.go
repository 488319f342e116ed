// Command hectl backs a production Postgres up to S3, and turns its newest dump
// into a local development database.
//
// See docs/design.md for what holds across commands.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/backup"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/restore"
)

func main() {
	os.Exit(mainCode())
}

// mainCode is main up to the exit, so that what it defers runs.
func mainCode() int {
	// A reader that goes away is told by the write that fails; the signal would
	// end hectl before it has cleaned up.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), endingSignals()...)
	defer stop()
	// The first signal asks to clean up and end; the next one ends at once.
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// endingSignals are those that end a run in an orderly way. SIGHUP is left
// alone where nohup has it ignored.
func endingSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// run runs hectl with args, without the program's name, and returns the exit
// code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := console.New(console.Options{
		Stdout: stdout, Stderr: stderr,
		NoColor: os.Getenv("NO_COLOR") != "",
		Now:     time.Now,
		RunID:   strings.ToLower(rand.Text()[:8]),
	})
	// Set here and not by the flag alone: a complaint about the flags is talk, too.
	if err := out.SetLogFormat(os.Getenv("HECTL_LOG_FORMAT")); err != nil {
		out.Fail(err)
		return int(fault.CodeOf(err))
	}
	dir, err := os.Getwd()
	if err != nil {
		out.Fail(err)
		return int(fault.Failed)
	}
	env := &command.Env{Console: out, Stdin: stdin, Stdout: stdout, Dir: dir, Version: buildVersion().Version, Environ: os.Environ()}
	app := newApp(env, stdout)
	if len(args) > 0 && args[0] == completeCommand {
		complete(ctx, env, app, args[1:])
		return int(fault.Done)
	}
	line, err := arrange(app, args)
	if err == nil {
		err = app.RunContext(ctx, slices.Concat([]string{app.Name}, line))
	} else if name := unattended(app, args); name != "" {
		env.Misread(ctx, name)
	}
	if err != nil && ctx.Err() != nil {
		err = interrupted(ctx, err)
	}
	if err != nil {
		out.Fail(err)
	}
	env.Tell(ctx, err)
	return int(fault.CodeOf(err))
}

// interrupted says that a signal, and not what the signal made fail, ended the
// run.
func interrupted(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	return fault.Wrap(fault.Interrupted, "", fmt.Errorf("interrupted: %w", err))
}

func newApp(env *command.Env, stdout io.Writer) *cli.App {
	app := &cli.App{
		Name:                      "hectl",
		Usage:                     "back up a Postgres database to S3 and load the newest dump into your local one",
		UsageText:                 "hectl COMMAND [options]",
		Version:                   buildVersion().Version,
		HideVersion:               true,
		Writer:                    stdout,
		ErrWriter:                 io.Discard, // errors are printed by run, once
		ExitErrHandler:            func(*cli.Context, error) {},
		DisableSliceFlagSeparator: true, // a pattern may hold a comma
		CustomAppHelpTemplate:     appHelp,
		Action:                    func(c *cli.Context) error { return env.Console.Result(look(c.Context, env)) },
		Commands: slices.Concat(
			backup.Commands(env),
			restore.Commands(env),
			[]*cli.Command{doctorCommand(env), initCommand(env), allowCommand(env), completionCommand(env), manualCommand(env), versionCommand(env)},
		),
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return fault.Wrap(fault.Usage, `see "hectl help"`, err) },
	}
	return app
}

const appHelp = `hectl - {{.Usage}}

USAGE:
   {{.UsageText}}

COMMANDS:{{range .VisibleCommands}}
   {{join .Names ", "}}{{"\t"}}{{.Usage}}{{end}}

On a laptop:     hectl fetch-latest-db
On the server:   HECTL_SOURCE=postgres://backup@db.example.com/app hectl backup

Settings come from flags, the environment, and hectl.yml in this folder or one
above. "hectl COMMAND --help" has examples, settings and exit codes.
`

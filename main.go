// Command hectl backs up a Postgres database to S3 and loads the newest dump into a
// local development database.
//
// docs/design.md explains what applies to every command.
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

	"github.com/rubyforgood/hectl/attachments"
	"github.com/rubyforgood/hectl/backup"
	"github.com/rubyforgood/hectl/internal/about"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/doctor"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/internal/schedule"
	"github.com/rubyforgood/hectl/internal/setup"
	"github.com/rubyforgood/hectl/mask/commands"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore"
	"github.com/rubyforgood/hectl/restore/target"
)

// Set by the linker for releases.
var (
	version = ""
	commit  = ""
	date    = ""
)

func build() command.Build { return command.NewBuild(version, commit, date) }

func main() {
	os.Exit(mainCode())
}

// mainCode returns the exit code. It is separate from main, so that deferred calls run
// before the exit.
func mainCode() int {
	// SIGPIPE would kill hectl before it cleans up. Once the signal is caught, a write to
	// a pipe without a reader fails instead.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), endingSignals()...)
	defer stop()
	// The first signal starts the cleanup; the second one kills hectl.
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// endingSignals returns the signals that end a run after cleanup. It omits SIGHUP if
// nohup has set it to be ignored.
func endingSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// run runs hectl with args, which exclude the program name, and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := console.New(console.Options{
		Stdout: stdout, Stderr: stderr,
		NoColor: os.Getenv("NO_COLOR") != "",
		Now:     time.Now,
		RunID:   strings.ToLower(rand.Text()[:8]),
	})
	// Set the format before parsing the flags, because flag errors are logged in it too.
	if err := out.SetLogFormat(os.Getenv("HECTL_LOG_FORMAT")); err != nil {
		out.Fail(err)
		return int(fault.CodeOf(err))
	}
	dir, err := os.Getwd()
	if err != nil {
		out.Fail(err)
		return int(fault.Failed)
	}
	env := &command.Env{Console: out, Stdin: stdin, Stdout: stdout, Dir: dir, Version: build().Version, Environ: os.Environ()}
	app := newApp(env, stdout)
	if len(args) > 0 && args[0] == commandline.CompleteCommand {
		env.Completing = true
		commandline.Complete(ctx, stdout, app, env.Completers(), args[1:])
		return int(fault.Done)
	}
	line, err := commandline.Arrange(app, args)
	if err == nil {
		err = app.RunContext(ctx, slices.Concat([]string{app.Name}, line))
	} else if cmd, _ := commandline.FindCommand(app, args); cmd != nil && command.Notifies(cmd) {
		env.NotifyOfUsage(ctx, cmd.Name)
	}
	if err != nil && ctx.Err() != nil {
		err = interruptedError(ctx, err)
	}
	if err != nil {
		out.Fail(err)
	}
	env.Notify(ctx, err)
	return int(fault.CodeOf(err))
}

// interruptedError returns an error that names the signal before the failure that it
// caused.
func interruptedError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	return fault.Wrap(fault.Interrupted, "", fmt.Errorf("interrupted: %w", err))
}

func newApp(env *command.Env, stdout io.Writer) *cli.App {
	b := build()
	return &cli.App{
		Name:                      "hectl",
		Usage:                     "back up Postgres to S3 and load the newest dump into a local database",
		UsageText:                 "hectl COMMAND [options]",
		Version:                   b.Version,
		HideVersion:               true,
		Writer:                    stdout,
		ErrWriter:                 io.Discard, // run prints errors
		ExitErrHandler:            func(*cli.Context, error) {},
		DisableSliceFlagSeparator: true, // a pattern can contain a comma
		CustomAppHelpTemplate:     appHelp,
		Description:               "Settings come from flags, the environment, and hectl.yml in the current folder or one above it. \"hectl doctor\" shows the settings in effect and what is missing.",
		Action:                    func(c *cli.Context) error { return setup.ShowNext(c.Context, env, checkTarget) },
		Commands: slices.Concat(
			backup.Commands(env),
			restore.Commands(env),
			[]*cli.Command{attachments.Command(env), commands.Command(env), doctor.Command(env, b, &backupChecks{env: env}, &fetchChecks{env: env})},
			setup.Commands(env),
			about.Commands(env, b),
		),
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return fault.Wrap(fault.Usage, `see "hectl help"`, err) },
	}
}

const appHelp = `hectl - {{.Usage}}

USAGE:
   {{.UsageText}}

COMMANDS:{{range .VisibleCommands}}
   {{join .Names ", "}}{{"\t"}}{{if eq .Name "help"}}list the commands, or show the help of one{{else}}{{.Usage}}{{end}}{{end}}

On a laptop:     hectl fetch-latest-db
On the server:   HECTL_SOURCE=postgres://backup@db.example.com/app hectl backup

Settings come from flags, the environment, and hectl.yml in this folder or one
above. "hectl COMMAND --help" has examples, settings and exit codes.
`

// checkTarget returns the error with which a fetch would refuse the target, or nil.
func checkTarget(ctx context.Context, settings *config.Sources, conn pgtools.Conn) error {
	if err := target.CheckEnvironment(settings, conn); err != nil {
		return err
	}
	return target.CheckRole(ctx, conn)
}

// backupChecks gives doctor the checks of package backup.
type backupChecks struct {
	env  *command.Env
	line *backup.CommandLine // command line of the scheduled backup; nil before ReadOptions
}

func (b *backupChecks) ReadOptions(ctx context.Context, args []string) (config.Flags, error) {
	b.line = backup.ParseCommandLine(ctx, b.env, args)
	return b.line.Flags, b.line.Err
}

func (b *backupChecks) CheckJob(f *finding.List, about string, j schedule.InstalledJob, path string) {
	backup.CheckJob(f, about, j, b.line, path)
}

func (b *backupChecks) CheckSource(ctx context.Context, f *finding.List, source pgtools.Conn, tools *pgtools.Tools) {
	backup.CheckSource(ctx, f, b.env, backup.SourceCheck{Conn: source, Tools: tools, Line: b.line})
}

func (b *backupChecks) CheckKeep(settings *config.Sources) error { return backup.CheckKeep(settings) }

func (b *backupChecks) CheckWriter(ctx context.Context, f *finding.List, about string, w doctor.Writer) {
	backup.CheckWriter(ctx, f, about, backup.WriterCheck{Store: w.Store, Bucket: w.Bucket, Label: w.Label, Now: b.env.Console.Now(), Required: w.Needed})
}

func (b *backupChecks) CheckBucketRules(ctx context.Context, f *finding.List, about string, settings *config.Sources, w doctor.Writer) {
	backup.CheckBucketRules(ctx, f, about, b.env, settings, backup.WriterCheck{Store: w.Store, Bucket: w.Bucket, Label: w.Label, Now: b.env.Console.Now()})
}

// fetchChecks gives doctor the checks of package restore.
type fetchChecks struct {
	env    *command.Env
	newest *restore.Newest // nil before CheckNewest, and if there is no readable dump
}

func (c *fetchChecks) CheckNewest(ctx context.Context, f *finding.List, expected doctor.Expected) {
	c.newest = restore.CheckNewest(ctx, f, c.env, restore.Wanted(expected))
}

func (c *fetchChecks) CheckAttachments(ctx context.Context, f *finding.List, b config.Bucket) {
	attachments.Check(ctx, f, c.env, b, c.newest.HasAttachments())
}

func (c *fetchChecks) CheckMasking(f *finding.List, flags *cli.Context, settings *config.Sources, copies bool) {
	restore.CheckMasking(f, c.env, flags, settings, copies, c.newest)
}

func (c *fetchChecks) CheckTarget(ctx context.Context, f *finding.List, flags *cli.Context, tools *pgtools.Tools) {
	restore.CheckTarget(ctx, f, c.env, flags, c.newest, tools)
}

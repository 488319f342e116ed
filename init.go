package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/ownfile"
	"github.com/rubyforgood/hectl/pgtools"
)

func initCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "init",
		Usage:     "write a hectl.yml for this folder",
		UsageText: "hectl init [options]",
		Description: `EXAMPLES:
   hectl init                         asks, on a terminal
   hectl init --bucket s3://our-backups --target app_dev --profile our-team

   A team commits hectl.yml to its application: it holds for that folder and
   those in it. What it says is overridden by the environment and by flags.
   Passwords and keys do not belong in it.`,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Category: command.Database, Name: "target", Usage: "`TARGET` to replace: a URI, a conninfo string, or a name"},
			command.LabelFlag(),
			&cli.BoolFlag{Category: command.Output, Name: "force", Usage: "replace a hectl.yml that is there"},
			&cli.BoolFlag{Category: command.Output, Name: "dry-run", Aliases: []string{"n"}, Usage: "print it, and write nothing"},
		}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			return initialize(c.Context, env, command.Given(c), c.Bool("force"), c.Bool("dry-run"))
		},
	}, `
0    done
1    failed
2    wrong flags, nobody to ask, or there is a hectl.yml already
130  interrupted`)
}

// question is one setting that a hectl.yml may hold.
type question struct {
	name  string // of the flag
	text  string // how a person is asked for it; "" for what is taken from flags alone
	usual string
	check func(config.Flags) error
}

func questions() []question {
	none := config.Environment(nil)
	bucket := func(f config.Flags) error { _, err := none.Bucket(f); return err }
	target := func(f config.Flags) error {
		database, err := none.Target(f)
		if err != nil {
			return err
		}
		if said, err := pgtools.ParseParams(database.Text); err == nil && said["password"] != "" {
			return fault.New(fault.Usage, "it belongs in ~/.pgpass, or in PG_PASSWORD", "the target holds a password, which others would read in hectl.yml")
		}
		_, err = command.Resolve(database, none)
		return err
	}
	return []question{
		{"bucket", "Bucket of the dumps", config.DefaultBucket, bucket},
		{"region", "", "", bucket},
		{"endpoint-url", "", "", bucket},
		{"path-style", "", "", bucket},
		{"profile", "", "", bucket},
		{"env", "Label of the dumps", config.DefaultLabel, func(f config.Flags) error { _, err := none.Label(f); return err }},
		{"target", "Local database to replace", config.DefaultTarget, target},
	}
}

// initialize writes hectl.yml into the current folder.
func initialize(ctx context.Context, env *command.Env, given config.Flags, force, dryRun bool) error {
	path := filepath.Join(env.Dir, config.FileName)
	if _, err := os.Lstat(path); err == nil && !force && !dryRun {
		return fault.New(fault.Usage, "edit it, or replace it with --force", "there is a %s already", path)
	}
	for _, q := range questions() { // before anything is asked
		if text, ok := given[q.name]; ok {
			if err := q.check(config.Flags{q.name: text}); err != nil {
				return err
			}
		}
	}
	settings, err := answers(ctx, env, given)
	if err != nil {
		return err
	}
	text, err := config.Compose(settings)
	if err != nil {
		return err
	}
	if dryRun {
		return env.Console.Result(initialized{Path: path, Content: string(text), DryRun: true})
	}
	if err := write(path, text, force); err != nil {
		return err
	}
	approveOwn(env)
	return env.Console.Result(initialized{Path: path, Content: string(text)})
}

// answers returns what was given, and asks for the rest where somebody is there.
func answers(ctx context.Context, env *command.Env, given config.Flags) ([]config.Named, error) {
	asker := env.Console.Asker(env.Stdin)
	if !env.Console.Terminal() {
		asker = nil // who would not see the questions waits for nothing
	}
	if asker == nil && len(given) == 0 {
		return nil, fault.New(fault.Usage, "give at least --bucket or --target", "there is nobody to ask: standard input or standard error is no terminal")
	}
	var settings []config.Named
	for _, q := range questions() {
		text, ok := given[q.name]
		if !ok && asker != nil && q.text != "" {
			var err error
			if text, err = asker.Ask(ctx, q.text, q.usual, func(answer string) error { return q.check(config.Flags{q.name: answer}) }); err != nil {
				return nil, err
			}
		}
		settings = append(settings, config.Named{Name: q.name, Value: config.Value{Text: text}})
	}
	return settings, nil
}

// write writes a file that others may read, and replaces none unless it may.
func write(path string, text []byte, replace bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if replace {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
		to, err := ownfile.Resolve(path)
		switch {
		case errors.Is(err, ownfile.ErrNotOurs):
			return fault.New(fault.Usage, "remove the link", "write settings: %s is a link that another user may have made", path)
		case err == nil:
			path = to
		}
	}
	f, err := os.OpenFile(path, flags, 0o644) //nolint:gosec // a team's, without secrets
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Usage, "edit it, or replace it with --force", "there is a %s already", path)
	}
	if err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	return nil
}

// initialized is the result.
type initialized struct {
	Path    string `json:"path"`
	Content string `json:"content"`
	DryRun  bool   `json:"dry_run"`
}

// Text implements console.Result.
func (i initialized) Text() string {
	if i.DryRun {
		return i.Content
	}
	return "wrote " + i.Path + "\nnext: hectl doctor"
}

package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/pgtools"
)

// Commands returns the commands of this package.
func Commands(env *command.Env) []*cli.Command {
	return []*cli.Command{initCommand(env), allowCommand(env)}
}

func initCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "init",
		Usage:     "write a hectl.yml for this folder",
		UsageText: "hectl init [options]",
		Description: `EXAMPLES:
   hectl init                         prompts for the settings on a terminal
   hectl init --bucket s3://our-backups --target app_dev --profile our-team

   Commit hectl.yml to your application. It applies to its folder and the
   folders below. Flags and the environment override it. Keep passwords and keys
   out of it.

   On a terminal, init first looks for the local database in the folder's own
   files: config/database.yml, .env files, Compose files and devcontainers, and
   the settings of Django, Laravel and Prisma. It prints where it found each
   database and writes only what you accept. It runs no code of the application,
   and never proposes a database on another machine or one whose name looks like
   production.`,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Category: command.Database, Name: "target", Usage: "`TARGET` to replace: a URI, a conninfo string, or a name"},
			command.LabelFlag(),
			&cli.BoolFlag{Category: command.Output, Name: "force", Usage: "replace an existing hectl.yml"},
			&cli.BoolFlag{Category: command.Output, Name: "dry-run", Aliases: []string{"n"}, Usage: "print hectl.yml and do not write it"},
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
2    wrong flags, no terminal to prompt on, or hectl.yml already exists
130  interrupted`)
}

// question is a setting of hectl.yml.
type question struct {
	name  string // name of the flag
	text  string // the question; "" if only a flag sets it
	usual string
	check func(config.Flags) error
}

func questions() []question {
	none := config.Environment(nil)
	bucket := func(f config.Flags) error { _, err := none.Bucket(f); return err }
	return []question{
		{"bucket", "Bucket of the dumps", config.DefaultBucket, bucket},
		{"region", "", "", bucket},
		{"endpoint-url", "", "", bucket},
		{"path-style", "", "", bucket},
		{"profile", "", "", bucket},
		{"env", "Label of the dumps", config.DefaultLabel, func(f config.Flags) error { _, err := none.Label(f); return err }},
		{"target", "Local database to replace", config.DefaultTarget, checkTarget},
	}
}

// checkTarget checks a target for hectl.yml.
func checkTarget(f config.Flags) error {
	none := config.Environment(nil)
	database, err := none.Target(f)
	if err != nil {
		return err
	}
	if said, err := pgtools.ParseParams(database.Text); err == nil && said["password"] != "" {
		return fault.New(fault.Usage, "put it in ~/.pgpass or PG_PASSWORD", "the target contains a password, which others could read in hectl.yml")
	}
	_, err = command.Resolve(database, none)
	return err
}

// initialize writes hectl.yml into the current folder.
func initialize(ctx context.Context, env *command.Env, given config.Flags, force, dryRun bool) error {
	path := filepath.Join(env.Dir, config.FileName)
	if _, err := os.Lstat(path); err == nil && !force && !dryRun {
		return fault.New(fault.Usage, "edit it, or replace it with --force", "%s already exists", path)
	}
	for _, q := range questions() { // check all flags before asking
		if text, ok := given[q.name]; ok {
			if err := q.check(config.Flags{q.name: text}); err != nil {
				return err
			}
		}
	}
	var found []proposal
	if given["target"] == "" {
		found = findProposals(env, env.Dir, checkTarget)
	}
	settings, err := answers(ctx, env, given, found)
	if err != nil {
		return err
	}
	text, err := config.Render(settings)
	if err != nil {
		return err
	}
	if dryRun {
		return env.Console.Result(initialized{Path: path, Content: string(text), DryRun: true, Found: found})
	}
	if err := write(path, text, force); err != nil {
		return err
	}
	approveOwn(env)
	return env.Console.Result(initialized{Path: path, Content: string(text), Found: found})
}

// answers returns the settings from the flags, and asks for the others on a terminal. A
// proposal becomes a setting only if the user accepts it.
func answers(ctx context.Context, env *command.Env, given config.Flags, found []proposal) ([]config.Setting, error) {
	asker := env.Console.Asker(env.Stdin)
	if !env.Console.IsTerminal() {
		asker = nil // the user would not see the questions
	}
	if asker == nil {
		if err := withoutAsking(env, given, found); err != nil {
			return nil, err
		}
	}
	var settings []config.Setting
	for _, q := range questions() {
		text, ok := given[q.name]
		if !ok && asker != nil && q.text != "" {
			var choices []string
			if q.name == "target" {
				choices = choose(env, &q, found)
			}
			chosen := func(answer string) string {
				if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(choices) {
					return choices[n-1]
				}
				return answer
			}
			answer, err := asker.Ask(ctx, q.text, q.usual, func(answer string) error { return q.check(config.Flags{q.name: chosen(answer)}) })
			if err != nil {
				return nil, err
			}
			text = chosen(answer)
		}
		settings = append(settings, config.Setting{Name: q.name, Value: config.Value{Text: text}})
	}
	return settings, nil
}

// choose prints the proposals, adds them to the question, and returns the targets by
// number.
func choose(env *command.Env, q *question, found []proposal) []string {
	if len(found) == 0 {
		if dir := findAbove(env, q.check); dir != "" {
			env.Console.Say("files in %s name a database: run \"hectl init\" there to use it", dir)
		}
		return nil
	}
	choices := showProposals(env, found)
	q.usual = "" // the default is another application's
	if len(choices) > 0 {
		q.usual = choices[0]
	}
	if len(choices) > 1 {
		q.text += " (or its number)"
	}
	return choices
}

// withoutAsking prints how to write the proposals with flags. Without any flag, that is
// an error.
func withoutAsking(env *command.Env, given config.Flags, found []proposal) error {
	hints := []string{"give at least --bucket or --target"}
	for _, p := range found {
		switch {
		case len(given) > 0 && p.Target != "":
			env.Console.Say("not written: %s, found in %s (add --target %s)", p.Target, p.Origin, fault.ShellQuote(p.Target))
		case len(given) > 0:
			env.Console.Say("not written: %s: %s", p.name(), p.Reason)
		case p.Target != "":
			hints = append(hints, fmt.Sprintf("such as --target %s (found in %s)", fault.ShellQuote(p.Target), p.Origin))
		}
	}
	if len(given) == 0 {
		return fault.New(fault.Usage, strings.Join(hints, ", "), "cannot ask for settings: standard input or standard error is not a terminal")
	}
	return nil
}

// write writes a file that others can read. It replaces an existing file only if replace
// is set.
func write(path string, text []byte, replace bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if replace {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
		to, err := files.Resolve(path)
		switch {
		case errors.Is(err, files.ErrNotOurs):
			return fault.New(fault.Usage, "remove the link", "write settings: %s is a link that another user may have created", path)
		case err == nil:
			path = to
		}
	}
	f, err := os.OpenFile(path, flags, 0o644) //nolint:gosec // a team's, without secrets
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Usage, "edit it, or replace it with --force", "%s already exists", path)
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

// initialized is the result of "hectl init".
type initialized struct {
	Path    string `json:"path"`
	Content string `json:"content"`
	DryRun  bool   `json:"dry_run"`

	Found []proposal `json:"found,omitempty"` // databases in the project's files
}

// Text renders the file on a dry run, otherwise its path.
func (i initialized) Text() string {
	if i.DryRun {
		return i.Content
	}
	return "wrote " + i.Path + "\nnext: hectl doctor"
}

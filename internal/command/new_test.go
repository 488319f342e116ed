package command

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
)

// run runs a command with a subcommand and returns the text flags that were given.
func run(t *testing.T, args ...string) (given config.Flags, stderr string, err error) {
	t.Helper()
	var out strings.Builder
	env := &Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: &out, Now: time.Now, RunID: "run"}), Dir: t.TempDir()}
	action := func(c *cli.Context) error {
		given = Given(c)
		env.Console.Say("message")
		return NoArgs(c)
	}
	sub := New(env, &cli.Command{Name: "check", Flags: []cli.Flag{LabelFlag()}, Action: action}, "0 done")
	group := Notifying(env, &cli.Command{Name: "mask", Action: action, Subcommands: []*cli.Command{sub}}, "0 done")
	app := &cli.App{Name: "hectl", Commands: []*cli.Command{group}, Writer: io.Discard, ErrWriter: io.Discard, ExitErrHandler: func(*cli.Context, error) {}}
	err = app.RunContext(context.WithoutCancel(t.Context()), slices.Concat([]string{"hectl"}, args))
	return given, out.String(), err
}

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		name   string
		args   string
		given  config.Flags
		stderr string // part of standard error
		err    string
		hint   string
	}{
		{"messages", "mask check", config.Flags{}, "message", "", ""},
		{"quiet", "mask check -q", config.Flags{}, "", "", ""},
		{"text flags", "mask check --env x", config.Flags{"env": "x"}, "message", "", ""},
		{"a subcommand logs as its command", "mask check --log-format json", config.Flags{"log-format": "json"}, `"command":"mask"`, "", ""},
		{"an unknown format", "mask check --log-format xml", nil, "", "xml", ""},
		{"operands", "mask check x", config.Flags{}, "message", `mask check takes no arguments, but was given "x"`, `see "hectl mask check --help"`},
		{"a second URL", "mask --notify http://127.0.0.1:1/a http://127.0.0.1:1/b", config.Flags{}, "message", "mask takes no arguments", "repeat --notify for each URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			given, stderr, err := run(t, strings.Fields(tt.args)...)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v", err)
			}
			if hints := strings.Join(fault.Hints(err), " "); tt.hint != "" && hints != tt.hint {
				t.Errorf("hints %q", hints)
			}
			if !strings.Contains(stderr, tt.stderr) || tt.stderr == "" && stderr != "" {
				t.Errorf("stderr %q", stderr)
			}
			if len(given) != len(tt.given) || given["env"] != tt.given["env"] {
				t.Errorf("given %v", given)
			}
		})
	}
}

func TestNotifies(t *testing.T) {
	env := &Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: io.Discard, Now: time.Now})}
	if Notifies(New(env, &cli.Command{Name: "x"}, "")) || !Notifies(Notifying(env, &cli.Command{Name: "x"}, "")) {
		t.Error("only commands made by Notifying have --notify")
	}
}

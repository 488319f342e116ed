package command

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// New completes a command: it adds the output flags with their effect, the help and the
// errors. exits is the section of the help about exit codes.
func New(env *Env, c *cli.Command, exits string) *cli.Command {
	c.Flags = slices.Concat(c.Flags, OutputFlags())
	commandline.Describe(c, Categories(), exits)
	c.Before = func(ctx *cli.Context) error {
		name, _, _ := strings.Cut(commandline.FullName(c), " ") // a subcommand logs as its command
		env.Console.SetCommand(name)
		env.askApproval(ctx.Context)
		env.Console.SetMode(ctx.Bool("quiet"), ctx.Bool("verbose"), ctx.Bool("json"))
		if ctx.IsSet("log-format") {
			return env.Console.SetLogFormat(ctx.String("log-format"))
		}
		return nil
	}
	return c
}

// Given returns the text flags on the command line, by their long names.
func Given(c *cli.Context) config.Flags {
	given, set := config.Flags{}, c.LocalFlagNames()
	for _, flag := range c.Command.Flags {
		if name := flag.Names()[0]; slices.Contains(set, name) {
			if v, ok := c.Value(name).(string); ok {
				given[name] = v
			}
		}
	}
	return given
}

// NoArgs rejects the operands of a command that takes none.
func NoArgs(c *cli.Context) error {
	if c.Args().Present() {
		name := commandline.FullName(c.Command)
		hint := `see "hectl ` + name + ` --help"`
		if c.IsSet("notify") {
			hint = "repeat --notify for each URL"
		}
		return fault.New(fault.Usage, hint, "%s takes no arguments, but was given %s", name, fault.Quote(c.Args().First()))
	}
	return nil
}

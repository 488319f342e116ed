package about

import (
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/commandline"
)

// completionScript is the result of "hectl completion".
type completionScript struct {
	Shell  string `json:"shell"`
	Script string `json:"script"`
}

// Text returns the script.
func (s completionScript) Text() string { return s.Script }

func completionCommand(env *command.Env) *cli.Command {
	c := &cli.Command{
		Name:      "completion",
		Usage:     "print a script that completes hectl's commands in a shell",
		UsageText: "hectl completion bash|zsh|fish",
		Description: `EXAMPLES:
   eval "$(hectl completion bash)"     in ~/.bashrc
   eval "$(hectl completion zsh)"      in ~/.zshrc, after compinit
   hectl completion fish | source      in ~/.config/fish/config.fish

   The tab key then completes commands, flags and the names of dumps. For the
   names, hectl lists the bucket at most once a minute.`,
	}
	for _, shell := range commandline.Shells() {
		c.Subcommands = append(c.Subcommands, shellCommand(env, shell))
	}
	return command.New(env, c, "0 done\n2 no such shell")
}

func shellCommand(env *command.Env, shell commandline.Shell) *cli.Command {
	return command.New(env, &cli.Command{
		Name:        shell.Name,
		Usage:       "print the completion script for " + shell.Name,
		UsageText:   "hectl completion " + shell.Name,
		Description: "EXAMPLES:\n   " + shell.Load + "     in " + shell.File,
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			return env.Console.Result(completionScript{shell.Name, shell.Script})
		},
	}, "0 done")
}

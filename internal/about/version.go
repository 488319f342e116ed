package about

import (
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
)

// Commands returns the commands of this package.
func Commands(env *command.Env, build command.Build) []*cli.Command {
	return []*cli.Command{completionCommand(env), manualCommand(env, build), versionCommand(env, build)}
}

func versionCommand(env *command.Env, build command.Build) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "version",
		Usage:     "print the version",
		UsageText: "hectl version [--json]",
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			return env.Console.Result(build)
		},
	}, "0 done")
}

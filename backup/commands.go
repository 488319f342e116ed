package backup

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
)

// Commands returns the commands of this package.
func Commands(env *command.Env) []*cli.Command {
	return []*cli.Command{backupCommand(env), listCommand(env), statusCommand(env), pruneCommand(env), scheduleCommand(env)}
}

// runner is a command with its parsed options.
type runner interface {
	run(ctx context.Context, env *command.Env) error
}

// action returns the action of a command: it parses the options and runs the command.
func action[R runner](env *command.Env, newOptions func(*command.Env, *cli.Context) (R, error)) cli.ActionFunc {
	return func(c *cli.Context) error {
		if err := command.NoArgs(c); err != nil {
			return err
		}
		opt, err := newOptions(env, c)
		if err != nil {
			return err
		}
		return opt.run(c.Context, env)
	}
}

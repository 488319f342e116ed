package backup

import (
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
)

// Commands returns the commands of this package.
func Commands(env *command.Env) []*cli.Command {
	return []*cli.Command{backupCommand(env), listCommand(env), statusCommand(env), pruneCommand(env), scheduleCommand(env)}
}

package restore

import (
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/restore/snapshot"
)

// Commands returns the commands that restore, download or verify a dump, and those for
// the databases that hectl keeps.
func Commands(env *command.Env) []*cli.Command {
	latest := commandline.Candidate{Word: "latest", About: "the newest"}
	env.CompleteArgs("restore", command.CompleteDump(env, commandline.Candidate{Word: commandline.CompleteFiles}))
	env.CompleteArgs("download", command.CompleteDump(env, latest))
	env.CompleteArgs("verify", command.CompleteDump(env, latest))
	env.CompleteArgs("diff", command.CompleteDump(env, latest, commandline.Candidate{Word: commandline.CompleteFiles}))
	env.CompleteArgs("--env", command.CompleteLabel(env))
	return []*cli.Command{
		fetchCommand(env), restoreCommand(env), downloadCommand(env), verifyCommand(env), diffCommand(env),
		rollbackCommand(env), snapshot.Command(env), infoCommand(env), purgeCommand(env),
	}
}

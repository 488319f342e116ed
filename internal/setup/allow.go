package setup

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
)

func allowCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "allow",
		Usage:     "approve what hectl.yml runs and where it sends data",
		UsageText: "hectl allow [options]",
		Description: `EXAMPLES:
   hectl allow                        approve, and print what is approved
   hectl allow --revoke               revoke the approval

   A stranger may have written the hectl.yml of a repository. Until you approve
   it, hectl does not run its programs (pg_bin, after_restore) or its SQL
   (after, mask.after), does not use its endpoint_url or notification URLs, does
   not back up to or restore from its buckets, and does not connect to databases
   on other machines that it or a .env file names. Its other settings
   are in effect.

   hectl keeps the approval in hectl/allowed in your config folder. The approval
   ends when one of these values changes, or when SQL or a program that came
   with the file changes. Flags and environment variables need no approval.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Category: command.Output, Name: "revoke", Usage: "revoke the approval"},
		},
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			return allow(env, c.Bool("revoke"))
		},
	}, `
0    done
1    failed
2    wrong flags, or hectl.yml cannot be read
130  interrupted`)
}

// allow saves the user's approval or revokes it.
func allow(env *command.Env, revoke bool) error {
	settings, err := env.Settings()
	if err != nil {
		return err
	}
	if revoke {
		paths, err := settings.Revoke()
		if err != nil {
			return err
		}
		return env.Console.Result(approval{Paths: paths, Claims: []config.Claim{}})
	}
	paths, err := settings.Allow()
	if err != nil {
		return err
	}
	return env.Console.Result(approval{Paths: paths, Approved: true, Claims: settings.Claims()})
}

// approveOwn approves the hectl.yml that the user just wrote with hectl, and no other
// file: a stranger may have written the .env file beside it.
func approveOwn(env *command.Env) {
	settings, err := env.Settings()
	if err == nil {
		err = settings.AllowSettings()
	}
	if err != nil {
		env.Console.Say("run \"hectl allow\" to approve the file: %v", err)
	}
}

// approval is the result of "hectl allow".
type approval struct {
	Paths    []string       `json:"paths"` // paths of the files that were approved or revoked
	Approved bool           `json:"approved"`
	Claims   []config.Claim `json:"claims"` // claims that were approved
}

// Text lists the files and claims.
func (a approval) Text() string {
	switch {
	case len(a.Paths) == 0:
		return "nothing here needs approval"
	case !a.Approved:
		return "no longer approved: " + strings.Join(a.Paths, ", ")
	}
	return fmt.Sprintf("approved %s:\n%s", strings.Join(a.Paths, ", "), command.ClaimsText(a.Claims))
}

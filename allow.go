package main

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
		Usage:     "approve what this folder's hectl.yml runs and where it sends data",
		UsageText: "hectl allow [options]",
		Description: `EXAMPLES:
   hectl allow                        prints what it approves
   hectl allow --revoke               forgets the approval

   A hectl.yml that comes with a repository may be a stranger's. Until you
   approve it, hectl does not run its programs (pg_bin, after_restore) or its
   SQL (after, mask.after), does not use its endpoint_url or its databases on
   other machines (nor those that a .env file names), notifies none of its
   URLs, and neither backs up to nor restores from its buckets. Its other
   settings are in effect.

   The approval is kept in hectl/allowed in your config folder. It holds for
   that file until one of these values changes, or the SQL or a program that
   came with it. Flags and environment variables are yours and need none.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Category: command.Output, Name: "revoke", Usage: "forget the approval"},
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
2    wrong flags, or a hectl.yml that cannot be read
130  interrupted`)
}

// allow notes the user's approval, or forgets it.
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

// approveOwn approves a hectl.yml that the user has just written with hectl, and no
// other file: a .env file beside it may be a stranger's.
func approveOwn(env *command.Env) {
	settings, err := env.Settings()
	if err == nil {
		err = settings.AllowSettings()
	}
	if err != nil {
		env.Console.Say("approve what was written with \"hectl allow\": %v", err)
	}
}

// approval is the result.
type approval struct {
	Paths    []string       `json:"paths"` // of the files that are approved, or no longer
	Approved bool           `json:"approved"`
	Claims   []config.Claim `json:"claims"` // what was approved
}

// Text implements console.Result.
func (a approval) Text() string {
	switch {
	case len(a.Paths) == 0:
		return "nothing here needs approval"
	case !a.Approved:
		return "no longer approved: " + strings.Join(a.Paths, ", ")
	}
	return fmt.Sprintf("approved %s:\n%s", strings.Join(a.Paths, ", "), command.ClaimsText(a.Claims))
}

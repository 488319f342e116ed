package about

import (
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/fault"
)

// manualCommand returns "hectl man", which is hidden because only packagers need it.
func manualCommand(env *command.Env, build command.Build) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "man",
		Hidden:    true,
		Usage:     "write the manual pages",
		UsageText: "hectl man --output DIR",
		Flags: []cli.Flag{
			&cli.StringFlag{Category: command.Output, Name: "output", Aliases: []string{"o"}, Usage: "write a page for each command into `DIR`, which hectl creates"},
		},
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			dir := c.String("output")
			if dir == "" {
				return fault.New(fault.Usage, "for example: hectl man --output man", "--output is missing")
			}
			day, _, _ := strings.Cut(build.Date, "T")
			return commandline.Manual{
				Version: build.Version, Date: day,
				Categories: command.Categories(), Common: command.Output,
				SeeAlso: []string{"pg_dump", "pg_restore"},
			}.Write(c.App, dir)
		},
	}, `
0    done
1    failed
2    wrong flags`)
}

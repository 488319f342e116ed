package commands

import (
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/fault"
)

// Command returns "hectl mask" and its subcommands.
func Command(env *command.Env) *cli.Command {
	latest := commandline.Candidate{Word: "latest", About: "the newest dump"}
	env.CompleteArgs("mask", command.CompleteDump(env, latest))
	env.CompleteArgs("mask check", command.CompleteDump(env, latest, commandline.Candidate{Word: commandline.CompleteFiles}))
	return command.New(env, &cli.Command{
		Name:      "mask",
		Usage:     "make a masked copy of a dump; show and check the rules",
		UsageText: "hectl mask [KEY|latest] --to s3://BUCKET[/FOLDER] [options]\n   hectl mask rules | check [KEY|FILE|latest] [options]",
		Description: `EXAMPLES:
   hectl mask --to s3://masked-dumps  copy the newest dump, masked
   hectl mask rules                   print the built-in rules
   hectl mask check                   check the rules against the newest dump
   hectl mask check --suggest         print rules for the columns without one
   hectl mask check ./tmp/local.dump

   The rules are under the key mask in hectl.yml; those for Human Essentials are
   built in. A column is OPEN if it has no rule and could hold personal data, or
   if hectl does not recognize its type. hectl reads only the head of the dump,
   which has the tables but no rows.

   A masked copy streams through memory and appears in the other bucket only
   when it is complete. It keeps the name of the dump. Passwords, tokens,
   sessions, jobs and statistics are always left out, whatever the rules say.
   Grant laptops access to that bucket only. "hectl backup --masked-to" uploads
   the dump and its masked copy in one pass.`,
		Flags:       slices.Concat([]cli.Flag{command.LabelFlag()}, maskToFlags(), command.BucketFlags()),
		Subcommands: []*cli.Command{maskRulesCommand(env), maskCheckCommand(env)},
		Action: func(c *cli.Context) error {
			opt, err := newMaskOptions(env, c)
			if err != nil {
				return err
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    done
1    failed; no masked dump was made
2    wrong flags or settings, or rules that do not fit the dump
3    done, with a warning that needs attention
10   no such dump or bucket
12   credentials are missing, expired, or lack a permission
13   the dump is damaged
130  interrupted`)
}

func maskRulesCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "rules",
		Usage:     "print the built-in rules",
		UsageText: "hectl mask rules [options]",
		Description: `EXAMPLES:
   hectl mask rules >rules.yml

   The output is the key mask of a hectl.yml.`,
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return fault.New(fault.Usage, "", "mask rules takes no argument, but was given %d", c.NArg())
			}
			return printRules(env)
		},
	}, `
0    done
2    wrong flags, or a hectl.yml with mistakes`)
}

func maskCheckCommand(env *command.Env) *cli.Command {
	suggest := &cli.BoolFlag{Category: command.Database, Name: "suggest", Usage: "print rules for the columns that have none, to paste into hectl.yml"}
	return command.New(env, &cli.Command{
		Name:      "check",
		Usage:     "check the rules against a dump",
		UsageText: "hectl mask check [KEY|FILE|latest] [options]",
		Description: `EXAMPLES:
   hectl mask check                  check the rules against the newest dump
   hectl mask check --suggest        print rules for the columns that have none
   hectl mask check ./tmp/local.dump

   hectl lists the columns that could hold personal data, judging by their names
   and types. A column without a rule is OPEN. hectl reads only the head of the
   dump, which has the tables but no rows.`,
		Flags: slices.Concat([]cli.Flag{suggest, command.LabelFlag()}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			opt, err := newMaskCheck(env, c)
			if err != nil {
				return err
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    done: every column that could hold personal data has a rule
1    failed
2    wrong flags or settings, or rules that do not fit the dump
3    columns that could hold personal data have no rule
10   no such dump or bucket
12   credentials are missing, expired, or lack a permission
13   the dump is damaged
130  interrupted`)
}

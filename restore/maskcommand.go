package restore

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
)

func maskCommand(env *command.Env) *cli.Command {
	suggest := &cli.BoolFlag{Category: command.Database, Name: "suggest", Usage: "with check: print rules for the columns that have none, to paste into hectl.yml"}
	return command.New(env, &cli.Command{
		Name:      "mask",
		Usage:     "make a masked copy of a dump; see what is masked",
		UsageText: "hectl mask [KEY|latest] --to s3://BUCKET[/FOLDER] [options]\n   hectl mask rules | check [KEY|FILE|latest] [options]",
		Description: `EXAMPLES:
   hectl mask --to s3://masked-dumps the newest dump, masked, in another bucket
   hectl mask rules                  the built-in rules, as hectl.yml has them
   hectl mask check                  hold the rules against the newest dump
   hectl mask check --suggest        rules for the columns that have none
   hectl mask check ./tmp/local.dump

   The rules are under the key mask of hectl.yml, and built in for Human
   Essentials. A column that could hold personal data, by its type, and that no
   rule covers is OPEN; so is one that nothing is known of. Only the head of the
   dump is read: it has the tables, and no rows.

   A masked copy streams through memory, and appears in the other bucket only
   when all of it is there. It has the dump's name, its statistics are left out,
   and passwords, tokens, sessions and jobs are, whatever the rules say. Give
   laptops that bucket alone. "hectl backup --masked-to" makes both in one pass.`,
		Flags: slices.Concat([]cli.Flag{suggest, command.LabelFlag()}, maskToFlags(), command.BucketFlags()),
		Action: func(c *cli.Context) error {
			what := c.Args().First()
			if c.IsSet("suggest") && what != "check" {
				return fault.New(fault.Usage, `"hectl mask check --suggest"`, "--suggest goes with check")
			}
			switch what {
			case "rules":
				if c.NArg() > 1 {
					return fault.New(fault.Usage, "", "mask rules takes no argument, but was given %d", c.NArg()-1)
				}
				return printRules(env)
			case "check":
				opt, err := newMaskCheck(env, c)
				if err != nil {
					return err
				}
				return opt.Run(c.Context, env)
			}
			opt, err := newMaskOptions(env, c)
			if err != nil {
				return err
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    done; with check: every column that could hold personal data has a rule
1    failed; no masked dump was made
2    wrong flags or settings, or rules that do not fit the dump
3    with check: columns that could hold personal data have no rule; else:
     done, with a warning that needs a person
10   no such dump or bucket
12   credentials are missing, expired, or lack a permission
13   the dump is damaged
130  interrupted`)
}

// layOut lays out rows of cells in columns, without spaces at the ends of lines.
func layOut(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", widths[i]-len([]rune(cell))+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

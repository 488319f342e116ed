package backup

import (
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/backup/retention"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/when"
)

// keepFlags returns the flags for the retention rules.
func keepFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: command.Retention, Name: "keep-last", Usage: "keep the newest `N` dumps; here and below, \"unlimited\" keeps all"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-hourly", Usage: "keep the newest dump of each of the last `N` hours that have one"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-daily", Usage: "the same for `N` days"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-weekly", Usage: "the same for `N` weeks, which start on Monday"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-monthly", Usage: "the same for `N` months"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-yearly", Usage: "the same for `N` years"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-within", Usage: "keep all dumps within `TIME` of the newest, such as 1y6m, 30d or 12h"},
		&cli.StringFlag{Category: command.Retention, Name: "keep-min", Usage: "always keep the newest `N` dumps (default 3, at least 1)"},
	}
}

// givenKeepFlag returns the name of the first rule that was given as a flag, or "".
func givenKeepFlag(c *cli.Context) string {
	for _, f := range keepFlags() {
		if name := f.Names()[0]; c.IsSet(name) {
			return name
		}
	}
	return ""
}

// requirePolicy reads the rules from flags and hectl.yml. There must be at least one.
func requirePolicy(settings *config.Sources, flags config.Flags) (retention.Policy, error) {
	p, err := parsePolicy(settings, flags)
	if err == nil && p.Empty() {
		err = fault.New(fault.Usage, `add rules such as --keep-last 6 --keep-daily 14 --keep-monthly 12, or "keep: {last: 6, daily: 14}" in hectl.yml`,
			"no rule selects the dumps to keep; without a rule, hectl removes nothing")
	}
	return p, err
}

// parsePolicy reads the rules from flags and hectl.yml. There may be none.
func parsePolicy(settings *config.Sources, flags config.Flags) (retention.Policy, error) {
	rules, err := settings.Keep(flags)
	if err != nil {
		return retention.Policy{}, err
	}
	var p retention.Policy
	wrong := func(name string, err error) error {
		return fault.New(fault.Usage, "for example: --keep-last 6 --keep-daily 14 --keep-within 2d", "rule %s (from %s): %w", name, rules[name].Origin, err)
	}
	for name, count := range map[string]*retention.Count{
		"last": &p.Last, "hourly": &p.Hourly, "daily": &p.Daily, "weekly": &p.Weekly, "monthly": &p.Monthly, "yearly": &p.Yearly,
	} {
		if text := rules[name].Text; text != "" {
			if *count, err = retention.ParseCount(text); err != nil {
				return p, wrong(name, err)
			}
		}
	}
	if text := rules["within"].Text; text != "" {
		if p.Within, err = when.ParseSpan(text); err != nil {
			return p, wrong("within", err)
		}
	}
	if p.Min, err = strconv.Atoi(rules["min"].Text); err != nil || p.Min < 1 {
		return p, fault.New(fault.Usage, "give 1 or more: the newest dump is always kept", "keep-min %q (from %s) is not a whole number of at least 1", rules["min"].Text, rules["min"].Origin)
	}
	return p, nil
}

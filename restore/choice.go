package restore

import (
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// newChoice reads the command's argument and flags.
func newChoice(env *command.Env, c *cli.Context) (dump.Choice, error) {
	if c.NArg() > 1 {
		return dump.Choice{}, fault.New(fault.Usage, `see "hectl `+c.Command.Name+` --help"; "hectl list" shows the dumps`,
			"%s takes one dump, but was given %d", c.Command.Name, c.NArg())
	}
	if c.NArg() == 1 && c.Args().First() == "" {
		return dump.Choice{}, fault.New(fault.Usage, `"latest", or no argument, is the newest one`, "%s was given an empty key", c.Command.Name)
	}
	if err := dump.CheckKey(c.Args().First()); err != nil {
		return dump.Choice{}, err
	}
	settings, err := env.Settings()
	if err != nil {
		return dump.Choice{}, err
	}
	flags := command.Given(c)
	label, err := settings.Label(flags)
	if err != nil {
		return dump.Choice{}, err
	}
	ch := dump.Choice{Label: label.Text, Key: c.Args().First()}
	if ch.Key == "latest" {
		ch.Key = ""
	}
	ch.Bucket, err = settings.Bucket(flags)
	return ch, err
}

// finder returns what finds dumps for a command.
func finder(env *command.Env) dump.Finder {
	return dump.Finder{Open: env.Open, Log: env.Console.Detail}
}

// newTrust returns which dumps the settings count as masked.
func newTrust(settings *config.Sources, c *cli.Context, rules *command.Masking) (t dump.Trust, err error) {
	if !rules.None() {
		t.Rules = rules.Hash()
	}
	t.Bucket, err = settings.MaskedBucket(command.Given(c))
	return t, err
}

package restore

import (
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// newChoice reads the command's argument and flags.
func newChoice(env *command.Env, c *cli.Context) (Choice, error) {
	if c.NArg() > 1 {
		return Choice{}, fault.New(fault.Usage, `see "hectl `+c.Command.Name+` --help"; "hectl list" shows the dumps`,
			"%s takes one dump, but was given %d", c.Command.Name, c.NArg())
	}
	if c.NArg() == 1 && c.Args().First() == "" {
		return Choice{}, fault.New(fault.Usage, `"latest", or no argument, is the newest one`, "%s was given an empty key", c.Command.Name)
	}
	if err := checkKey(c.Args().First()); err != nil {
		return Choice{}, err
	}
	settings, err := env.Settings()
	if err != nil {
		return Choice{}, err
	}
	flags := command.Given(c)
	label, err := settings.Label(flags)
	if err != nil {
		return Choice{}, err
	}
	ch := Choice{Label: label.Text, Key: c.Args().First()}
	if ch.Key == "latest" {
		ch.Key = ""
	}
	ch.Bucket, err = settings.Bucket(flags)
	return ch, err
}

// finder returns what finds dumps for a command.
func finder(env *command.Env) Finder { return Finder{Open: env.Open, Out: env.Console} }

// newTrust returns which dumps the settings count as masked.
func newTrust(settings *config.Sources, c *cli.Context, rules *command.Masking) (t trust, err error) {
	if !rules.None() {
		t.rules = rules.Hash()
	}
	t.bucket, err = settings.MaskedBucket(command.Given(c))
	return t, err
}

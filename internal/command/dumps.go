package command

import (
	"errors"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/when"
	"github.com/rubyforgood/hectl/mask"
)

// NewChoice reads the choice of a dump from a command's argument and flags.
func NewChoice(env *Env, c *cli.Context) (dump.Choice, error) {
	if c.NArg() > 1 {
		return dump.Choice{}, fault.New(fault.Usage, `see "hectl `+c.Command.Name+` --help"; "hectl list" shows the dumps`,
			"%s takes one dump, but was given %d", c.Command.Name, c.NArg())
	}
	if c.NArg() == 1 && c.Args().First() == "" {
		return dump.Choice{}, fault.New(fault.Usage, `pass "latest" or no argument for the newest dump`, "%s was given an empty key", c.Command.Name)
	}
	if err := dump.CheckKey(c.Args().First()); err != nil {
		return dump.Choice{}, err
	}
	ch := dump.Choice{Key: c.Args().First()}
	if ch.Key == "latest" {
		ch.Key = ""
	}
	if ch.Key != "" && c.IsSet("at") {
		return dump.Choice{}, fault.New(fault.Usage, "omit --at or the key", "--at finds a dump by its time, but %s already names one", fault.Quote(ch.Key))
	}
	at, err := ParseAt(env, c)
	if err != nil {
		return dump.Choice{}, err
	}
	ch.At = at
	settings, err := env.Settings()
	if err != nil {
		return dump.Choice{}, err
	}
	flags := Given(c)
	label, err := settings.Label(flags)
	if err != nil {
		return dump.Choice{}, err
	}
	ch.Label = label.Text
	ch.Bucket, err = settings.Bucket(flags)
	return ch, err
}

// ParseAt reads --at: the latest time that a dump may have. It is zero without the flag.
func ParseAt(env *Env, c *cli.Context) (time.Time, error) {
	if !c.IsSet("at") {
		return time.Time{}, nil
	}
	value := c.String("at")
	at, err := when.ParseLatest(value, env.Console.Now())
	if errors.Is(err, when.ErrAmbiguous) {
		return at, fault.New(fault.Usage, "for example: --at 2d, --at 3h or --at 90min", "--at %s %w", fault.Quote(value), err)
	}
	if err != nil {
		return at, fault.New(fault.Usage, `for example: --at 2026-11-26, --at "2026-11-26 14:30", --at 2026-11-26T14:30:00Z or --at 2d`,
			"--at %s is neither a time such as 2026-11-26 or 2026-11-26T14:30 nor an age such as 3h, 2d or 1y6m", fault.Quote(value))
	}
	return at, nil
}

// NewFinder returns a finder of dumps for a command.
func NewFinder(env *Env) dump.Finder {
	return dump.Finder{Open: env.Open, Log: env.Console.Detail}
}

// NewTrust reads from the settings which dumps count as masked.
func NewTrust(settings *config.Sources, c *cli.Context, rules *Masking) (t dump.Trust, err error) {
	if !rules.None() {
		t.Rules = rules.Hash()
	}
	t.Bucket, err = settings.MaskedBucket(Given(c))
	return t, err
}

// RequiresMasking returns the path of the hectl.yml that forbids unmasked data, "" if
// none does, and the rules by which dumps count as masked.
func RequiresMasking(env *Env, c *cli.Context) (path string, t dump.Trust, err error) {
	settings, err := env.Settings()
	if err != nil {
		return "", t, err
	}
	rules, err := MaskRules(settings, env.Console)
	if err != nil {
		return "", t, err
	}
	if t, err = NewTrust(settings, c, rules); err != nil || rules.Mode != mask.Required {
		return "", t, err
	}
	return settings.Path(), t, nil
}

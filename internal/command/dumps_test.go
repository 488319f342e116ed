package command

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
)

// choose returns the choice of a command with these arguments.
func choose(t *testing.T, now time.Time, args ...string) (chosen dump.Choice, err error) {
	t.Helper()
	env := &Env{Console: console.New(console.Options{Stdout: io.Discard, Stderr: io.Discard, Now: func() time.Time { return now }}), Dir: t.TempDir()}
	cmd := New(env, &cli.Command{Name: "read", Flags: []cli.Flag{LabelFlag(), AtFlag()}, Action: func(c *cli.Context) (err error) {
		chosen, err = NewChoice(env, c)
		return err
	}}, "0 done")
	app := &cli.App{Name: "hectl", Commands: []*cli.Command{cmd}, Writer: io.Discard, ErrWriter: io.Discard, ExitErrHandler: func(*cli.Context, error) {}}
	return chosen, app.Run(slices.Concat([]string{"hectl", "read"}, args))
}

func TestNewChoice(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.FixedZone("", 3600))
	for args, want := range map[string]dump.Choice{
		"":                         {Label: "production"},
		"latest":                   {Label: "production"},
		"--env staging x.rds.dump": {Label: "staging", Key: "x.rds.dump"},
		"--at 2026-11-26":          {Label: "production", At: time.Date(2026, 11, 26, 22, 59, 59, 999999999, time.UTC)},
		"--at 2d latest":           {Label: "production", At: time.Date(2026, 11, 25, 11, 0, 0, 0, time.UTC)},
	} {
		got, err := choose(t, now, strings.Fields(args)...)
		if err != nil || got.Label != want.Label || got.Key != want.Key || !got.At.Equal(want.At) {
			t.Errorf("%q: %+v, %v", args, got, err)
		}
	}
	for args, want := range map[string]string{
		"a b":                        "takes one dump, but was given 2",
		"https://x":                  "is not the key of a dump",
		"--at=":                      `--at "" is neither a time such as 2026-11-26 or 2026-11-26T14:30 nor an age such as 3h, 2d or 1y6m`,
		"--at friday":                `--at "friday" is neither a time`,
		"--at 90m":                   `--at "90m" could mean months or minutes`,
		"--at 2026-11-26 x.rds.dump": `--at finds a dump by its time, but "x.rds.dump" already names one`,
	} {
		_, err := choose(t, now, strings.Fields(args)...)
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", args, err)
		}
		if fault.Hints(err) == nil {
			t.Errorf("%q: no hint", args)
		}
	}
}

package backup

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/backup/status"
	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

// listOptions are the options of one listing.
type listOptions struct {
	bucket config.Bucket
	label  string    // "" for all
	at     time.Time // show only dumps not later than this; zero for all
	last   int       // number of dumps to show; 0 for all
	long   bool      // show the data of the manifests
}

func listCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "list",
		Aliases:   []string{"ls"},
		Usage:     "show the dumps in the bucket",
		UsageText: "hectl list [options]",
		Description: `EXAMPLES:
   hectl list                        all dumps, the newest last
   hectl list --env staging -n 10    the newest ten dumps of staging
   hectl list --at 2026-11-23 -n 1   the newest from that day or earlier
   hectl list --long -n 50           also when each was last verified
   hectl list --json | jq -r '.dumps[-1].key'

   hectl lists the dumps of all labels, unless --env, HECTL_ENV or hectl.yml
   names one. The line below the list shows the size of the smallest dump of
   each of the last 30 days; a dot marks a day without a dump.

` + command.AtHelp,
		Flags: append([]cli.Flag{
			&cli.IntFlag{Category: command.Output, Name: "last", Aliases: []string{"n"}, Usage: "show only the newest `N`"},
			&cli.BoolFlag{Category: command.Output, Name: "long", Aliases: []string{"l"}, Usage: "also show when each dump was last verified and test-restored (reads every manifest)"},
			&cli.StringFlag{Category: command.Bucket, Name: "env", Usage: "only dumps with this `LABEL` (HECTL_ENV; default: all labels)"},
			command.AtFlag(),
		}, command.BucketFlags()...),
		Action: action(env, newListOptions),
	}, `
0    done, even if there are no dumps
1    failed
2    wrong flags or settings
10   no such bucket
12   credentials are missing, expired, or lack a permission
130  interrupted`)
}

func newListOptions(env *command.Env, c *cli.Context) (*listOptions, error) {
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	opt := &listOptions{last: c.Int("last"), long: c.Bool("long")}
	if opt.last < 0 {
		return nil, fault.New(fault.Usage, "give a number such as --last 10", "--last must not be negative")
	}
	if opt.at, err = command.ParseAt(env, c); err != nil {
		return nil, err
	}
	flags := command.Given(c)
	label, err := settings.Label(flags)
	if err != nil {
		return nil, err
	}
	if label.Origin != config.ByDefault {
		opt.label = label.Text
	}
	opt.bucket, err = settings.Bucket(flags)
	return opt, err
}

// run lists the dumps.
func (o *listOptions) run(ctx context.Context, env *command.Env) error {
	store, err := env.Open(ctx, o.bucket)
	if err != nil {
		return err
	}
	dumps, err := catalog.List(ctx, store, o.bucket.Base)
	if err != nil {
		return err
	}
	if o.label != "" {
		dumps = catalog.WithLabel(dumps, o.label)
	}
	shown := catalog.NotLater(dumps, o.at)
	switch {
	case len(dumps) == 0:
		env.Console.Say("there are no dumps in %s", o.bucket)
	case len(shown) == 0:
		env.Console.Say("there are no dumps in %s %s", o.bucket, dump.AllLater(dumps, o.at))
	}
	if o.last > 0 {
		shown = shown[max(0, len(shown)-o.last):]
	}
	result := listing{Bucket: o.bucket.String(), Dumps: make([]status.Described, len(shown)), base: o.bucket.Base, long: o.long, now: env.Console.Now(), all: dumps}
	if o.long {
		var denied error
		if result.Dumps, denied, err = readManifests(ctx, store, o.bucket.Base, shown); err != nil {
			return err
		}
		if denied != nil {
			return denied
		}
	} else {
		for i, d := range shown {
			result.Dumps[i].Dump = d
		}
	}
	return env.Console.Result(result)
}

// listing is the result of hectl list. The newest dump is the last one, just above the
// prompt of a terminal.
type listing struct {
	Bucket string             `json:"bucket"`
	Dumps  []status.Described `json:"dumps"`

	base string
	long bool
	now  time.Time
	all  []catalog.Dump // including those that --last and --at leave out
}

// Text renders one line per dump, and the sparklines.
func (l listing) Text() string {
	if len(l.Dumps) == 0 {
		return ""
	}
	header := []string{"TIME (UTC)", "AGE", "SIZE"}
	if l.long {
		header = append(header, "VERIFIED", "RESTORED")
	}
	rows := [][]string{append(header, "DUMP")}
	for _, d := range l.Dumps {
		row := []string{d.Time.UTC().Format("2006-01-02 15:04"), text.Age(l.now.Sub(d.Time)), text.Size(d.Size)}
		if l.long {
			row = append(row, cmp.Or(manifestFlaw(d.Manifest), day(d.Verified)), day(d.Restored))
		}
		rows = append(rows, append(row, console.Clean(strings.TrimPrefix(d.Key, catalog.Prefix(l.base)))))
	}
	return text.Table(rows) + l.sparklines()
}

// manifestFlaw returns why a manifest has no time of verification, or "" if it has one.
func manifestFlaw(state status.ManifestState) string {
	switch state {
	case status.ManifestNone:
		return "no manifest"
	case status.ManifestMismatch:
		return "manifest does not match"
	case status.ManifestUnreadable:
		return "manifest cannot be read"
	case status.ManifestFits:
	}
	return ""
}

// sparklines renders one line for each label that has dumps on two days or more: a single
// day cannot be compared with anything.
func (l listing) sparklines() string {
	var rows [][]string
	for _, label := range catalog.Labels(l.all) {
		if line := status.NewSparkline(catalog.WithLabel(l.all, label), l.now); line.Days() > 1 {
			rows = append(rows, []string{console.Clean(label), line.String(), line.Caption()})
		}
	}
	if rows == nil {
		return ""
	}
	return "\n" + text.Table(rows)
}

// day renders the day of a time; a dash means never.
func day(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format("2006-01-02")
}

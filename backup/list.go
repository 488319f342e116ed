package backup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"
	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// listOptions are what one listing is told.
type listOptions struct {
	bucket config.Bucket
	label  string // "" for all
	last   int    // 0 for all
	long   bool   // read the manifests, too
}

func listCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "list",
		Aliases:   []string{"ls"},
		Usage:     "show the dumps in the bucket",
		UsageText: "hectl list [options]",
		Description: `EXAMPLES:
   hectl list                        all dumps, the newest last
   hectl list --env staging -n 10    the last ten of staging
   hectl list --long -n 50           with when each was last verified
   hectl list --json | jq -r '.dumps[-1].key'

   Dumps of all labels are shown, unless --env (or HECTL_ENV, or hectl.yml)
   names one. The line below them shows the size of the smallest dump of each of
   the last 30 days; a dot is a day without.`,
		Flags: append([]cli.Flag{
			&cli.IntFlag{Category: command.Output, Name: "last", Aliases: []string{"n"}, Usage: "show only the newest `N`"},
			&cli.BoolFlag{Category: command.Output, Name: "long", Aliases: []string{"l"}, Usage: "also show when each dump was last verified and test-restored (reads every manifest)"},
			command.LabelFlag(),
		}, command.BucketFlags()...),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			settings, err := env.Settings()
			if err != nil {
				return err
			}
			opt := listOptions{last: c.Int("last"), long: c.Bool("long")}
			if opt.last < 0 {
				return fault.New(fault.Usage, "for example: --last 10", "--last may not be negative")
			}
			flags := command.Given(c)
			label, err := settings.Label(flags)
			if err != nil {
				return err
			}
			if label.Origin != config.ByDefault {
				opt.label = label.Text
			}
			if opt.bucket, err = settings.Bucket(flags); err != nil {
				return err
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    done, also when there are no dumps
1    failed
2    wrong flags or settings
10   no such bucket
12   credentials are missing, expired, or lack a permission
130  interrupted`)
}

// listing is the result of a listing. The newest dump comes last, where a
// terminal leaves the eye.
type listing struct {
	Bucket string   `json:"bucket"`
	Dumps  []listed `json:"dumps"`

	base string
	long bool
	now  time.Time
	all  []catalog.Dump // those that --last leaves out, too
}

// listed is a dump and, in a long listing, what its manifest says.
type listed struct {
	catalog.Dump
	Verified *time.Time `json:"verified_at,omitempty"`
	Restored *time.Time `json:"restored_at,omitempty"`

	lacks  string // why there is no manifest to go by
	unfit  bool   // it has one, which is not about it
	denied error  // why it may not be read
}

// Text renders a line a dump.
func (l listing) Text() string {
	if len(l.Dumps) == 0 {
		return ""
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	more := ""
	if l.long {
		more = "VERIFIED\tRESTORED\t"
	}
	// Writes to a strings.Builder do not fail.
	_, _ = fmt.Fprintf(w, "TIME (UTC)\tAGE\tSIZE\t%sDUMP\n", more)
	for _, d := range l.Dumps {
		if l.long {
			more = cmp.Or(d.lacks, day(d.Verified)) + "\t" + day(d.Restored) + "\t"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s%s\n", d.Time.UTC().Format("2006-01-02 15:04"), age(l.now.Sub(d.Time)),
			humanize.Bytes(uint64(d.Size)), more, console.Clean(strings.TrimPrefix(d.Key, catalog.Prefix(l.base))))
	}
	_ = w.Flush()
	return b.String() + l.sparklines()
}

// sparklines renders a line a label: of those with dumps on two days or more,
// as one alone has nothing to be compared with.
func (l listing) sparklines() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, label := range catalog.Labels(l.all) {
		sizes := smallestByDay(catalog.WithLabel(l.all, label), l.now)
		if len(slices.DeleteFunc(slices.Clone(sizes), func(size int64) bool { return size == noDump })) > 1 {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", console.Clean(label), sparkline(sizes), sparkCaption(sizes))
		}
	}
	_ = w.Flush()
	if b.Len() == 0 {
		return ""
	}
	return "\n" + b.String()
}

func day(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format("2006-01-02")
}

// age renders how long ago something was, in its largest unit.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// Run lists the dumps.
func (o listOptions) Run(ctx context.Context, env *command.Env) error {
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
	all := dumps
	if o.last > 0 {
		dumps = dumps[max(0, len(dumps)-o.last):]
	}
	if len(dumps) == 0 {
		env.Console.Say("there are no dumps in %s", o.bucket)
	}
	result := listing{Bucket: o.bucket.String(), Dumps: make([]listed, len(dumps)), base: o.bucket.Base, long: o.long, now: env.Console.Now(), all: all}
	for i, d := range dumps {
		result.Dumps[i].Dump = d
	}
	if o.long {
		if err := readManifests(ctx, store, o.bucket.Base, result.Dumps); err != nil {
			return err
		}
		if i := slices.IndexFunc(result.Dumps, func(d listed) bool { return d.denied != nil }); i >= 0 {
			return result.Dumps[i].denied
		}
	}
	return env.Console.Result(result)
}

// manifestsAtOnce is how many manifests are read at once: each costs two round
// trips, and few bytes.
const manifestsAtOnce = 16

// readManifests adds what the manifests say.
func readManifests(ctx context.Context, store *s3store.Store, base string, dumps []listed) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(manifestsAtOnce)
	for i := range dumps {
		group.Go(func() error {
			d := &dumps[i]
			m, err := catalog.ReadManifest(ctx, store, base, d.Dump)
			switch {
			case fault.CodeOf(err) == fault.Integrity:
				d.lacks, d.unfit = "manifest does not fit", true
			case fault.CodeOf(err) == fault.Denied:
				d.lacks, d.denied = "manifest cannot be read", err
			case err != nil:
				return err
			case m == nil:
				d.lacks = "no manifest"
			default:
				d.Verified, d.Restored = m.Verified, m.Restored
			}
			return nil
		})
	}
	return group.Wait()
}

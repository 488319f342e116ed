package backup

import (
	"context"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// statusOptions are what one look at the dumps is told.
type statusOptions struct {
	bucket  config.Bucket
	label   string
	source  *pgtools.Conn // nil: not configured
	limits  limits
	metrics string // file for the node exporter; "" for none
}

func statusCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "status",
		Usage:     "check that the dumps are fresh and of the usual size",
		UsageText: "hectl status [options]",
		Description: `EXAMPLES:
   hectl status
   hectl status --max-age 26h --max-shrink 30% --env staging
   hectl status --json | jq -r '.problems[].text'
   hectl status --quiet --metrics /var/lib/node_exporter/hectl.prom >/dev/null

   By default, the newest dump of LABEL may be up to 9 hours old, and must have
   at least half the median size of the ten before it. Its age counts from the
   time in its key or from its upload, whichever is earlier. The size check is
   skipped with fewer than three earlier dumps. The manifests of the newest 50
   dumps show when one was last verified. If a source is set and reachable,
   status reports whether a backup is running. status reports all problems; the
   worst one decides the exit code.

   --metrics writes FILE in any case, even if something is wrong or the bucket
   cannot be read (then hectl_up is 0).`,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Category: command.Limits, Name: "max-age", Usage: "exit 14 if the newest dump is older than `TIME`, such as 26h (default 9h)"},
			&cli.StringFlag{Category: command.Limits, Name: "max-shrink", Usage: "exit 3 if it is smaller than usual by more than `PERCENT` (default 50%)"},
			&cli.StringFlag{Category: command.Database, Name: "source", Usage: "`SOURCE` to ask whether a backup is running (HECTL_SOURCE)"},
			command.LabelFlag(),
			&cli.StringFlag{Category: command.Output, Name: "metrics", TakesFile: true, Usage: "write `FILE` in Prometheus' text format, atomically"},
		}, command.BucketFlags()),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			opt, err := newStatusOptions(env, c)
			if err != nil {
				return err
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    no problems
1    failed: the dumps are unknown, or the metrics could not be written
2    wrong flags or settings
3    the newest dump is much smaller than usual, or dated in the future
10   no such bucket, or no dump of this label
12   credentials are missing, expired, or lack a permission
13   the newest dump is empty, or does not match its manifest
14   the newest dump is too old
130  interrupted`)
}

func newStatusOptions(env *command.Env, c *cli.Context) (*statusOptions, error) {
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	flags := command.Given(c)
	opt := &statusOptions{}
	if path := flags["metrics"]; path != "" {
		if opt.metrics, err = metricsFile(path); err != nil {
			return nil, err
		}
	}
	label, err := settings.Label(flags)
	if err != nil {
		return nil, err
	}
	opt.label = label.Text
	if opt.bucket, err = settings.Bucket(flags); err != nil {
		return nil, err
	}
	if opt.limits.maxAge, err = settings.MaxAge(flags); err != nil {
		return nil, err
	}
	if opt.limits.maxShrink, err = settings.MaxShrink(flags); err != nil {
		return nil, err
	}
	// Not every machine that looks after the dumps knows the source.
	if source, err := settings.Source(flags); err == nil {
		conn, err := command.Resolve(source, settings)
		if err == nil {
			opt.source = &conn
		} else {
			env.Console.Detail("source (from %s): %v", source.Origin, err)
		}
	}
	return opt, nil
}

// Run looks, tells what it found, and fails if that is not good.
func (o *statusOptions) Run(ctx context.Context, env *command.Env) error {
	seen, err := o.look(ctx, env)
	if err == nil {
		err = seen.err()
	}
	if o.metrics != "" && ctx.Err() == nil {
		if writeErr := writeMetrics(o.metrics, o.gauges(env.Console.Now(), seen)); writeErr != nil && err == nil {
			err = writeErr
		} else if writeErr != nil {
			env.Console.Warn("%v", writeErr)
		}
	}
	if seen == nil {
		return err
	}
	if sayErr := env.Console.Result(seen); err == nil {
		err = sayErr
	}
	return err
}

// err says what is wrong; the gravest problem decides the exit code.
func (s *status) err() error {
	if len(s.Problems) == 0 {
		return nil
	}
	var texts []string
	for _, p := range s.Problems {
		texts = append(texts, p.Text)
	}
	first := s.Problems[0].Kind
	return fault.New(first.code(), s.hint(first), "%s in %s: %s", s.Label, s.Bucket, strings.Join(texts, "; "))
}

// hint says what to do about a problem.
func (s *status) hint(k kind) string {
	switch k {
	case missing:
		if len(s.others) > 0 {
			return "name another label with --env: there are dumps of " + strings.Join(s.others, ", ")
		}
		return `make one with "hectl backup", or name another bucket with --bucket, or another label with --env`
	case empty, misfit:
		return `restore the dump before it with "hectl restore KEY"; "hectl list" shows the keys`
	case stale:
		return `read the log of the last "hectl backup" (cron's mail, or journalctl -u hectl-backup), or run it now`
	case shrunk:
		return `compare the row counts of this dump and the one before it: "hectl verify KEY"`
	case future:
		return "check the clock of the machine that makes the dumps, and of this one"
	}
	return ""
}

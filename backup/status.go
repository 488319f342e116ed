package backup

import (
	"context"
	"errors"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/backup/lifecycle"
	"github.com/rubyforgood/hectl/backup/prune"
	"github.com/rubyforgood/hectl/backup/retention"
	"github.com/rubyforgood/hectl/backup/source"
	"github.com/rubyforgood/hectl/backup/status"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
)

// statusOptions are the options of one status report.
type statusOptions struct {
	bucket  config.Bucket
	label   string
	source  *pgtools.Conn // nil if no source is set
	limits  status.Limits
	keep    retention.Policy // policy in hectl.yml; zero for none
	metrics string           // file for the node exporter; "" for none
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
   at least half the median size of the ten before it. Its age is measured from
   the time in its key or its upload, whichever is earlier. The size check is
   skipped with fewer than three earlier dumps. The manifests of the newest 50
   dumps show when one was last verified. If a source is set and reachable,
   hectl reports whether a backup is running. hectl reports all problems; the
   worst one decides the exit code.

   --metrics always writes FILE, even if there are problems or if hectl cannot
   read the bucket (then hectl_up is 0).`,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Category: command.Limits, Name: "max-age", Usage: "exit 14 if the newest dump is older than `TIME`, such as 26h (default 9h)"},
			&cli.StringFlag{Category: command.Limits, Name: "max-shrink", Usage: "exit 3 if the newest dump is smaller than usual by more than `PERCENT` (default 50%)"},
			&cli.StringFlag{Category: command.Database, Name: "source", Usage: "`SOURCE` to ask whether a backup is running (HECTL_SOURCE)"},
			command.LabelFlag(),
			&cli.StringFlag{Category: command.Output, Name: "metrics", TakesFile: true, Usage: "write metrics to `FILE` in Prometheus' text format, atomically"},
		}, command.BucketFlags()),
		Action: action(env, newStatusOptions),
	}, `
0    no problems
1    failed: cannot read the bucket, or cannot write the metrics
2    wrong flags or settings
3    the newest dump is much smaller than usual, or dated in the future, or a
     lifecycle rule of the bucket deletes or archives dumps too early
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
		if opt.metrics, err = command.OutputFile("metrics", path, "name a file in the folder that the node exporter reads; --json writes to standard output"); err != nil {
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
	if opt.limits.MaxAge, err = settings.MaxAge(flags); err != nil {
		return nil, err
	}
	if opt.limits.MaxShrink, err = settings.MaxShrink(flags); err != nil {
		return nil, err
	}
	if opt.keep, err = parsePolicy(settings, nil); err != nil { // prune and doctor report the error
		env.Console.Detail("keep: %v", err)
		opt.keep = retention.Policy{}
	}
	// A machine that only monitors the dumps does not need the source.
	if database, err := settings.Source(flags); err == nil {
		conn, err := command.Resolve(database, settings)
		if err == nil {
			opt.source = &conn
		} else {
			env.Console.Detail("source (from %s): %v", database.Origin, err)
		}
	}
	return opt, nil
}

// run reports the state of the dumps, and fails if there are problems.
func (o *statusOptions) run(ctx context.Context, env *command.Env) error {
	query := status.Query{Bucket: o.bucket.String(), Base: o.bucket.Base, Label: o.label, Limits: o.limits}
	report, err := o.inspect(ctx, env, query)
	if err == nil {
		err = report.Err()
	}
	if o.metrics != "" && ctx.Err() == nil {
		writeErr := status.WriteMetrics(o.metrics, status.Metrics(query, report, env.Console.Now()))
		if writeErr != nil && err != nil {
			env.Console.Warn("%v", writeErr)
		} else if writeErr != nil {
			err = writeErr
		}
	}
	if report == nil {
		return err
	}
	if printErr := env.Console.Result(report); err == nil {
		err = printErr
	}
	return err
}

// inspect reads the bucket, and finds out from the source whether a backup is running.
func (o *statusOptions) inspect(ctx context.Context, env *command.Env, query status.Query) (*status.Report, error) {
	store, err := env.Open(ctx, o.bucket)
	if err != nil {
		return nil, err
	}
	seen, err := o.readBucket(ctx, store)
	if err != nil {
		return nil, err
	}
	report := status.New(query, seen, env.Console.Now().UTC())
	// The rest is optional. Listing uploads requires a permission that a reader otherwise
	// does not need, and the source may not be reachable from this machine.
	report.AddExpiring(lifecycleWarnings(ctx, env, store, lifecycle.Dumps{Base: o.bucket.Base, Label: o.label, Keep: o.keep, Sizes: sizes(catalog.WithLabel(seen.Dumps, o.label))}))
	if report.Uploads, err = o.openUploads(ctx, store); err != nil {
		env.Console.Detail("open uploads: %v", err)
	}
	if report.Backup, err = o.runningBackup(ctx); err != nil {
		report.BackupUnknown = "not known: " + o.source.Database() + " does not answer"
		env.Console.Detail("backup now: %v", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return report, nil
}

// readBucket lists the dumps and reads the manifests of the recent ones.
func (o *statusOptions) readBucket(ctx context.Context, store *s3store.Store) (seen status.Seen, err error) {
	if seen.Dumps, err = catalog.List(ctx, store, o.bucket.Base); err != nil {
		return seen, err
	}
	dumps := catalog.WithLabel(seen.Dumps, o.label)
	if len(dumps) == 0 {
		return seen, nil
	}
	seen.Manifest = map[string]bool{}
	for object, err := range store.List(ctx, catalog.ManifestPrefix(o.bucket.Base)) {
		if err != nil {
			return seen, err
		}
		seen.Manifest[catalog.DumpKey(o.bucket.Base, object.Key)] = true
	}
	recent := slices.DeleteFunc(slices.Clone(status.Recent(dumps)), func(d catalog.Dump) bool { return !seen.Manifest[d.Key] })
	seen.Recent, _, err = readManifests(ctx, store, o.bucket.Base, recent)
	for i := range seen.Recent {
		// The bucket lists this manifest, so ReadManifest found none only because a later
		// version of hectl wrote it.
		if d := &seen.Recent[i]; d.Manifest == status.ManifestNone {
			d.Manifest = status.ManifestUnreadable
		}
	}
	return seen, err
}

var errUploadsUnknown = errors.New("the store listed none, but some stores never list them")

// openUploads counts the open uploads of dumps of this label.
func (o *statusOptions) openUploads(ctx context.Context, store *s3store.Store) (*status.Uploads, error) {
	found, known, err := prune.FindUploads(ctx, store, prune.Scope{Bucket: o.bucket, Label: o.label})
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, errUploadsUnknown
	}
	uploads := &status.Uploads{Count: len(found)}
	for _, u := range found {
		if uploads.Oldest == nil || u.Initiated.Before(*uploads.Oldest) {
			uploads.Oldest = &u.Initiated
		}
	}
	return uploads, nil
}

// runningBackup returns nil if no source is set.
func (o *statusOptions) runningBackup(ctx context.Context) (*status.Backup, error) {
	if o.source == nil {
		return nil, nil //nolint:nilnil // not an error
	}
	found, err := source.FindBackup(ctx, *o.source)
	if err != nil {
		return nil, err
	}
	b := &status.Backup{Database: o.source.Database(), Running: found.Running, Session: found.Session}
	if !found.Since.IsZero() {
		b.Since = &found.Since
	}
	return b, nil
}

package backup

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/backup/prune"
	"github.com/rubyforgood/hectl/backup/source"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
)

// backupOptions are the options of one backup.
type backupOptions struct {
	bucket config.Bucket
	label  string
	source pgtools.Conn
	pgBin  string
	env    pgtools.Environ

	compress     string // as for pg_dump -Z; "" for the default of newCompression
	exclude      []string
	jobs         int           // sessions that read rows; 0 for pg_dump alone
	timeout      time.Duration // limit for the whole run; 0 for no limit, here and below
	lockWait     time.Duration
	stallTimeout time.Duration
	iamAuth      bool
	upload       s3store.UploadOptions

	prune  *prune.Request  // nil without --prune
	masked *maskedDumpPlan // nil without a masked bucket
}

func backupCommand(env *command.Env) *cli.Command {
	return command.Notifying(env, &cli.Command{
		Name:      "backup",
		Usage:     "dump a database to the bucket",
		UsageText: "hectl backup [options]",
		Description: `EXAMPLES:
   HECTL_SOURCE=postgres://backup@db.example.com/app_production hectl backup
   hectl backup --env staging --source "service=staging"
   hectl backup --exclude-table-data 'audit_*' --storage-class STANDARD_IA

   In cron, every 4 hours:
   0 */4 * * *  HECTL_SOURCE=postgres://backup@db/app hectl backup -q >/dev/null

   hectl streams the dump to
   s3://NAME[/FOLDER]/backups/LABEL-TIME.rds.dump, with TIME in UTC, and writes
   nothing to disk. The dump appears in the bucket only if it is complete.

   pg_dump writes the schema. Sessions that share its snapshot (--jobs N) read
   the rows. If they cannot, pg_dump reads the rows itself.
   Put the password in PGPASSWORD or ~/.pgpass, not in an argument.

   Only one backup of a source runs at a time: a second one exits 11 at once.
   hectl only reads the source, which may be a standby.

   --masked-to makes a second, masked dump in another bucket in the same pass
   (see "hectl mask --help"). It needs twice the memory. If the masked dump
   fails, the first dump is kept, and hectl exits 3.

   --prune removes the dumps of the label that no rule keeps, once the new dump
   is in the bucket: see "hectl prune --help".

   If neither --source nor HECTL_SOURCE is set, the source comes from
   DIAPER_DB_HOST, DIAPER_DB_USERNAME, DIAPER_DB_PASSWORD and
   DIAPER_DB_DATABASE, or else from libpq's PG* variables.`,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Category: command.Database, Name: "source", Usage: "`SOURCE` to dump: a URI, a conninfo string, or a name (HECTL_SOURCE)"},
			&cli.StringFlag{Category: command.Database, Name: "compress", Aliases: []string{"Z"}, Usage: "`METHOD[:LEVEL]` as for pg_dump -Z (default 6; with --jobs 0, zstd:3 if pg_dump supports it, else 1)"},
			&cli.StringSliceFlag{Category: command.Database, Name: "exclude-table-data", Usage: "leave out the rows of tables that match `PATTERN`; repeatable"},
			&cli.IntFlag{Category: command.Database, Name: "jobs", Aliases: []string{"j"}, Value: defaultJobs, Usage: "read the rows with `N` sessions (default 2; 0 leaves the rows to pg_dump)"},
			&cli.DurationFlag{Category: command.Database, Name: "timeout", Value: 3 * time.Hour, Usage: "fail if the whole backup takes longer than `TIME` (default 3h; 0 for no limit)"},
			&cli.DurationFlag{Category: command.Database, Name: "lock-wait-timeout", Value: time.Minute, Usage: "fail if a table stays locked for `TIME` (default 1m; 0 for no limit)"},
			&cli.DurationFlag{Category: command.Database, Name: "stall-timeout", Value: 5 * time.Minute, Usage: "fail if pg_dump writes nothing for `TIME` (default 5m; 0 for no limit)"},
			&cli.BoolFlag{Category: command.Database, Name: "iam-auth", Usage: "sign in to RDS with the AWS credentials instead of a password"},
			command.PGBinFlag(),
			&cli.StringFlag{Category: command.Bucket, Name: "part-size", Usage: "`SIZE` of the parts of an upload; memory holds 5 of them (default 8MiB, more for a database over 62 GB)"},
			&cli.StringFlag{Category: command.Bucket, Name: "sse", Usage: "server-side encryption `METHOD`: AES256, aws:kms or aws:kms:dsse (default: the bucket's)"},
			&cli.StringFlag{Category: command.Bucket, Name: "sse-kms-key-id", Usage: "`KEY` for aws:kms"},
			&cli.StringFlag{Category: command.Bucket, Name: "masked-to", Usage: "also make a masked dump in `s3://NAME[/FOLDER]`; none turns it off (HECTL_MASKED_BUCKET)"},
			&cli.StringFlag{Category: command.Bucket, Name: "storage-class", Usage: "`CLASS` such as STANDARD_IA or GLACIER_IR"},
			command.LabelFlag(),
			&cli.BoolFlag{Category: command.Retention, Name: "prune", Usage: "after the backup, remove dumps that no rule keeps"},
		}, keepFlags(), command.BucketFlags()),
		Action: action(env, newBackupOptions),
	}, `
0    done: the whole dump is in the bucket
1    failed; no dump was made
2    wrong flags or settings; nothing was touched
3    done, with warnings that need attention
10   no such bucket
11   another backup of this source is running
12   credentials are missing, expired, or lack a permission
130  interrupted; no dump was made, unless the message says otherwise`)
}

func newBackupOptions(env *command.Env, c *cli.Context) (*backupOptions, error) {
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	flags := command.Given(c)
	opt := &backupOptions{
		env:          settings.Lookup,
		compress:     c.String("compress"),
		exclude:      c.StringSlice("exclude-table-data"),
		jobs:         c.Int("jobs"),
		timeout:      c.Duration("timeout"),
		lockWait:     c.Duration("lock-wait-timeout"),
		stallTimeout: c.Duration("stall-timeout"),
	}
	for _, t := range []time.Duration{opt.timeout, opt.lockWait, opt.stallTimeout} {
		if err := checkTimeout(t); err != nil {
			return nil, err
		}
	}
	if opt.jobs < 0 || opt.jobs > mostJobs {
		return nil, fault.New(fault.Usage, "give a number such as --jobs 2", "--jobs %d is not a number from 0 to %d", opt.jobs, mostJobs)
	}
	if opt.upload, err = newUploadOptions(c); err != nil {
		return nil, err
	}
	label, err := settings.Label(flags)
	if err != nil {
		return nil, err
	}
	opt.label = label.Text
	if opt.pgBin, err = command.PGBin(settings, flags); err != nil {
		return nil, err
	}
	if opt.bucket, err = settings.Bucket(flags); err != nil {
		return nil, err
	}
	if err := settings.Confirm(opt.bucket.Origin, "bucket"); err != nil {
		return nil, err
	}
	database, err := settings.Source(flags)
	if err != nil {
		return nil, err
	}
	if opt.source, err = command.Resolve(database, settings); err != nil {
		return nil, fmt.Errorf("source (from %s): %w", database.Origin, err)
	}
	if opt.iamAuth = c.Bool("iam-auth"); opt.iamAuth {
		if err := source.CheckIAMAuth(opt.source); err != nil {
			return nil, fmt.Errorf("source (from %s): %w", database.Origin, err)
		}
	}
	if opt.prune, err = newPruneRequest(c, settings, flags, prune.Scope{Bucket: opt.bucket, Label: opt.label}); err != nil {
		return nil, err
	}
	if opt.masked, err = newMaskedDumpPlan(env, settings, flags, opt.bucket); err != nil {
		return nil, err
	}
	return opt, nil
}

const (
	defaultJobs = 2
	mostJobs    = 64
)

// checkTimeout refuses negative times, and times that pg_dump would round to 0, which
// means no limit.
func checkTimeout(t time.Duration) error {
	const hint = "use 0 for no limit"
	switch {
	case t < 0:
		return fault.New(fault.Usage, hint, "a time limit must not be negative")
	case t > 0 && t < time.Millisecond:
		return fault.New(fault.Usage, hint, "a time limit of %s is too short", t)
	}
	return nil
}

func newUploadOptions(c *cli.Context) (s3store.UploadOptions, error) {
	opt := s3store.UploadOptions{
		SSE:          c.String("sse"),
		KMSKeyID:     c.String("sse-kms-key-id"),
		StorageClass: strings.ToUpper(c.String("storage-class")),
		ContentType:  "application/octet-stream",
	}
	if size := c.String("part-size"); size != "" {
		n, err := humanize.ParseBytes(size)
		if err != nil || n == 0 || n > math.MaxInt64 {
			return opt, fault.New(fault.Usage, "give a size such as --part-size 64MiB", "part size %q is not a size from 5MiB to 5GiB", size)
		}
		opt.PartSize = int64(n)
		if err := opt.Validate(); err != nil {
			return opt, err
		}
	}
	if opt.KMSKeyID != "" && !strings.HasPrefix(opt.SSE, "aws:kms") {
		return opt, fault.New(fault.Usage, "add --sse aws:kms", "--sse-kms-key-id requires --sse aws:kms")
	}
	return opt, nil
}

// backupResult is the result of a backup.
type backupResult struct {
	Bucket        string         `json:"bucket"`
	Key           string         `json:"key"`
	Manifest      string         `json:"manifest,omitempty"` // key of the manifest; "" if there is none
	Size          int64          `json:"size"`               // bytes
	ETag          string         `json:"etag"`
	Label         string         `json:"env"`
	Database      string         `json:"database"`
	ServerVersion string         `json:"server_version"`
	DumpVersion   string         `json:"pg_dump_version"`
	Compression   string         `json:"compression"`
	Started       time.Time      `json:"started_at"`
	Finished      time.Time      `json:"finished_at"`
	Masked        *maskedResult  `json:"masked,omitempty"`
	Pruned        *prune.Removal `json:"pruned,omitempty"`
}

// IsProse lets the console wrap the text.
func (backupResult) IsProse() {}

// Text names the dump, the masked dump and the pruned dumps.
func (r backupResult) Text() string {
	took := r.Finished.Sub(r.Started)
	rate := float64(r.Size) / max(took.Seconds(), 0.001)
	lines := fmt.Sprintf("backed up %s to s3://%s/%s: %s in %s (%s/s)", r.Database, r.Bucket, r.Key,
		text.Size(r.Size), took.Round(100*time.Millisecond), text.Size(int64(rate)))
	if r.Masked != nil {
		lines += "\n" + r.Masked.Text()
	}
	if r.Pruned != nil {
		lines += "\n" + r.Pruned.Text()
	}
	return lines
}

// run makes one dump.
func (o *backupOptions) run(ctx context.Context, env *command.Env) error {
	out := env.Console
	started := out.Now().UTC()
	hostLock, err := lockHost(out, o.source, started)
	if err != nil {
		return err
	}
	defer hostLock.Release()
	ctx, limits := startTimeouts(ctx, o.timeout)
	defer limits.stop()
	store, err := env.Open(ctx, o.bucket)
	if err != nil {
		return err
	}
	if o.iamAuth {
		o.source = source.WithIAMAuth(o.source, store, out.Now)
	}
	src, tool, err := o.openSource(ctx, out)
	if err != nil {
		return err
	}
	defer src.Close(ctx)
	compress := newCompression(o.compress, tool, o.jobs)
	upload := o.upload
	upload.Estimate = estimateSize(src.Size, compress.rows)
	describeSource(out, src, o.source, tool, compress.rows)

	masked, err := o.masked.start(ctx, env, maskedStream{
		label: o.label, compress: compress.rows, stallTimeout: o.stallTimeout,
		// Fake values can be longer than real ones. Encryption and storage class are the masked
		// bucket's defaults.
		upload: s3store.UploadOptions{PartSize: upload.PartSize, Estimate: 2 * upload.Estimate},
	})
	if err != nil {
		return err
	}
	defer masked.abandon()
	keys := newKeyChooser(out, o.label, place{store, o.bucket}, masked)
	defer keys.release()
	if err := keys.choose(ctx, started); err != nil {
		return fmt.Errorf("no dump was made: %w", err)
	}
	upload.Renamer = keys
	run := dumpRun{
		started: started, store: store, source: o.source, session: src, tool: tool, jobs: o.jobs, compress: compress,
		masked: masked, limits: limits, stallTimeout: o.stallTimeout, out: out,
		options: pgtools.DumpOptions{AppName: source.AppName, Compress: compress.alone, ExcludeTableData: o.exclude, LockWaitTimeout: o.lockWait},
	}
	dump, err := run.upload(ctx, keys.key(), upload)
	if err != nil {
		return fmt.Errorf("no dump was made: %w", err)
	}
	return o.complete(ctx, env, run, dump)
}

// complete finishes a run whose dump is in the bucket: it writes the manifest, completes
// the masked dump, prunes, and prints the result. Once the dump is confirmed, failures
// are only warnings.
func (o *backupOptions) complete(ctx context.Context, env *command.Env, run dumpRun, dump dumped) error {
	out, key := run.out, dump.Object.Key
	object, err := confirmUpload(ctx, out, run.store, dump.Object)
	if err != nil {
		return err
	}
	if err := run.session.StillLocked(ctx); err != nil {
		out.Warn("the lock in the source was lost during the dump, so another machine may have made a dump at the same time: %v", err)
	}
	result := backupResult{
		Bucket: o.bucket.Name, Key: key, Size: object.Size, ETag: object.ETag, Label: o.label,
		Database: o.source.Database(), ServerVersion: run.session.ServerVersion().String(), DumpVersion: run.tool.Version.String(),
		Compression: dump.compress, Started: run.started, Finished: out.Now().UTC(),
	}
	manifest := o.newManifest(result, run.session, env.Version)
	manifestErr := o.writeManifest(ctx, out, run.store, manifest, dump)
	if manifestErr == nil && dump.Stream.Known() {
		result.Manifest = catalog.ManifestKey(o.bucket.Base, key)
	}
	var maskedErr, pruneErr error
	result.Masked, maskedErr = run.masked.finish(ctx, env, manifest)
	if manifestErr == nil && o.prune != nil {
		result.Pruned, pruneErr = prune.AfterBackup(ctx, run.store, *o.prune, key, out.Now())
		if result.Pruned != nil {
			warnAboutLifecycle(ctx, env, run.store, *o.prune, result.Pruned)
		}
	}
	newestErr := checkNewest(ctx, out, run.store, o.bucket.Base, result)
	if err := out.Result(result); err != nil {
		return fault.New(fault.Warnings, "", "the dump is in the bucket as %s, but printing the result failed: %w", key, err)
	}
	return joinWarnings(manifestErr, pruneErr, newestErr, maskedErr)
}

// lockHost locks the source on this machine. If that is not possible, only the lock in
// the source prevents a second backup.
func lockHost(out *console.Console, c pgtools.Conn, now time.Time) (*source.HostLock, error) {
	lock, err := source.LockHost(os.TempDir(), c, now)
	switch {
	case err == nil, fault.CodeOf(err) == fault.Locked:
		return lock, err
	case errors.Is(err, files.ErrNotOurs):
		out.Warn("cannot lock the source on this machine, so only the lock in the source prevents a second backup: %v", err)
	default:
		out.Detail("cannot lock the source on this machine, so only the lock in the source prevents a second backup: %v", err)
	}
	return nil, nil //nolint:nilnil // a nil lock is not held
}

// openSource connects to the source, locks it, finds a pg_dump for it, and refuses a
// source whose dump would fail later.
func (o *backupOptions) openSource(ctx context.Context, out *console.Console) (_ *source.Source, _ pgtools.Tool, err error) {
	if o.stallTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.stallTimeout, fmt.Errorf("%w: the source did not answer within %s", errStalled, o.stallTimeout))
		defer cancel()
	}
	src, err := source.Lock(ctx, o.source)
	if err != nil {
		return nil, pgtools.Tool{}, err
	}
	defer func() {
		if err != nil {
			src.Close(ctx)
		}
	}()
	tools, err := pgtools.FindTools(ctx, o.pgBin, o.env)
	if err != nil {
		return nil, pgtools.Tool{}, err
	}
	tool, err := tools.Dump(src.ServerVersion())
	if err != nil {
		return nil, pgtools.Tool{}, err
	}
	if err := src.Check(ctx, o.exclude, out.Warn); err != nil {
		return nil, pgtools.Tool{}, fmt.Errorf("no dump was made: %w", err)
	}
	return src, tool, nil
}

// describeSource prints the source that is about to be dumped, and warns if the dump will
// have flaws.
func describeSource(out *console.Console, src *source.Source, c pgtools.Conn, tool pgtools.Tool, compress string) {
	server := src.ServerVersion()
	if isOlderMinor(tool.Version, server) {
		out.Warn("pg_dump %s is an older minor release than the server, %s: update the client tools, because a plain pg_restore may refuse its dumps", tool.Version, server)
	}
	if src.IdentityErr != nil {
		out.Warn("the dump cannot record the identity of its server, so a fetch recognizes this source only by name: %v. To fix it: GRANT EXECUTE ON FUNCTION pg_control_system() TO %s", src.IdentityErr, pgtools.Quote(c.User()))
	}
	out.Detail("%s is PostgreSQL %s, %s; dumping with %s (%s), compression %s",
		c, server, text.Size(src.Size), tool.Path, tool.Version, compress)
}

// isOlderMinor reports whether pg_dump is an older minor release than the server. Such a
// pg_dump mistakes additions to the later release's catalogs for user settings, and dumps
// them. A fetch removes whatever the target's server does not support, so the dump is just
// as good, and the exit code stays 0: client packages are often updated last.
func isOlderMinor(tool, server pgtools.Version) bool {
	return tool.Major == server.Major && tool.Minor < server.Minor
}

// compression is the compression of a dump, as for pg_dump's --compress.
type compression struct {
	rows  string // compression of rows by hectl
	alone string // compression of rows by pg_dump
}

// newCompression returns the chosen compression, or a default. If sessions read the rows,
// the default is gzip at level 6, which every pg_restore reads. The dump of the demo's 1
// GB database is then 99 MB. With zstd at level 1 or 3, it is 113 MB and takes 5% less
// time. Higher levels of zstd take longer than gzip for the same size.
//
// If pg_dump has to read the rows alone after all, it compresses at level 1: at level 6 it
// would take three times as long.
func newCompression(chosen string, tool pgtools.Tool, jobs int) compression {
	switch {
	case chosen != "":
		return compression{rows: chosen, alone: chosen}
	case jobs == 0:
		own := pgtools.DefaultCompression(tool)
		return compression{rows: own, alone: own}
	}
	return compression{rows: "6", alone: "1"}
}

// estimateSize returns an upper bound on the size of a dump, from which the upload derives
// the size of its parts. Uncompressed text can be larger than the tables: bytea doubles in
// size, and tables are compressed on disk.
func estimateSize(database int64, compress string) int64 {
	method, _, _ := strings.Cut(compress, ":")
	if method == "0" || method == "none" {
		return 4 * database
	}
	return database
}

// confirmUpload checks that the bucket lists an uploaded object, and returns it as listed.
func confirmUpload(ctx context.Context, out *console.Console, store *s3store.Store, written s3store.Object) (s3store.Object, error) {
	listed, err := catalog.Confirm(ctx, store, written)
	if err == nil && listed.ETag != written.ETag {
		out.Warn("the store answered the upload of %s with the ETag %s but lists it with %s: the manifest records the latter", listed.Key, written.ETag, listed.ETag)
	}
	return listed, err
}

// joinWarnings joins errors into one, on a single line, for a run that has already made
// its dump. It returns nil if all of them are nil.
func joinWarnings(errs ...error) error {
	var joined error
	for _, err := range errs {
		switch {
		case joined == nil:
			joined = err
		case err != nil:
			joined = fault.New(fault.Warnings, "", "%w; %w", joined, err)
		}
	}
	return joined
}

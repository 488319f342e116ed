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

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
)

// Commands returns the commands that make dumps and look after them.
func Commands(env *command.Env) []*cli.Command {
	return []*cli.Command{createCommand(env), listCommand(env), statusCommand(env), pruneCommand(env), scheduleCommand(env)}
}

// createOptions are what one backup is told.
type createOptions struct {
	bucket config.Bucket
	label  string
	source pgtools.Conn
	pgBin  string
	env    pgtools.Environ

	compress     string // pg_dump's own syntax; "" for what fits the pg_dump at hand
	exclude      []string
	timeout      time.Duration // of the whole run
	lockWait     time.Duration
	stallTimeout time.Duration
	iamAuth      bool
	upload       s3store.UploadOptions

	prune  *pruneOptions // nil: not asked for
	masked *maskedCopy   // nil: not asked for
}

func createCommand(env *command.Env) *cli.Command {
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

   hectl streams pg_dump's output to
   s3://NAME[/FOLDER]/backups/LABEL-TIME.rds.dump, time in UTC, and writes
   nothing to disk. The dump appears in the bucket only if pg_dump succeeds.
   The password belongs in PGPASSWORD or ~/.pgpass, not in an argument.

   One backup of a source runs at a time: a second one exits 11 at once. The
   source is only read and may be a standby.

   --masked-to makes a second dump in the same pass, in another bucket, masked
   by the rules: see "hectl mask --help". It needs twice the memory. If it
   fails, the first dump is kept, and hectl exits 3.

   --prune removes the dumps of the label that no rule keeps, once the new one
   is in the bucket: see "hectl prune --help".

   The source is SOURCE, else DIAPER_DB_HOST, DIAPER_DB_USERNAME,
   DIAPER_DB_PASSWORD and DIAPER_DB_DATABASE, else libpq's PG* variables.`,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Category: command.Database, Name: "source", Usage: "`SOURCE` to dump: a URI, a conninfo string, or a name (HECTL_SOURCE)"},
			&cli.StringFlag{Category: command.Database, Name: "compress", Aliases: []string{"Z"}, Usage: "`METHOD[:LEVEL]` as for pg_dump -Z (default zstd:3 where pg_dump has it, else gzip 1)"},
			&cli.StringSliceFlag{Category: command.Database, Name: "exclude-table-data", Usage: "leave out the rows of tables that match `PATTERN`; repeatable"},
			&cli.DurationFlag{Category: command.Database, Name: "timeout", Value: 3 * time.Hour, Usage: "fail if the whole backup takes longer than `TIME` (default 3h; 0 for no limit)"},
			&cli.DurationFlag{Category: command.Database, Name: "lock-wait-timeout", Value: time.Minute, Usage: "fail if a table stays locked for `TIME` (default 1m; 0 for no limit)"},
			&cli.DurationFlag{Category: command.Database, Name: "stall-timeout", Value: 5 * time.Minute, Usage: "fail if pg_dump writes nothing for `TIME` (default 5m; 0 for no limit)"},
			iamAuthFlag(),
			command.PGBinFlag(),
			&cli.StringFlag{Category: command.Bucket, Name: "part-size", Usage: "`SIZE` of the parts of an upload; memory holds 5 of them (default 8MiB, more for a database over 62 GB)"},
			&cli.StringFlag{Category: command.Bucket, Name: "sse", Usage: "server-side encryption by `METHOD` AES256, aws:kms or aws:kms:dsse (default: the bucket's)"},
			&cli.StringFlag{Category: command.Bucket, Name: "sse-kms-key-id", Usage: "`KEY` for aws:kms"},
			&cli.StringFlag{Category: command.Bucket, Name: "masked-to", Usage: "also make a masked dump in `s3://NAME[/FOLDER]`; none turns it off (HECTL_MASKED_BUCKET)"},
			&cli.StringFlag{Category: command.Bucket, Name: "storage-class", Usage: "`CLASS` such as STANDARD_IA or GLACIER_IR"},
			command.LabelFlag(),
			&cli.BoolFlag{Category: command.Retention, Name: "prune", Usage: "after the backup, remove dumps that no rule keeps"},
		}, keepFlags(), command.BucketFlags()),
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			opt, err := newCreateOptions(env, c)
			if err != nil {
				return err
			}
			return opt.Run(c.Context, env)
		},
	}, `
0    done: the whole dump is in the bucket
1    failed; no dump was made
2    wrong flags or settings; nothing was touched
3    done, with warnings that need a person
10   no such bucket
11   another backup of this source is running
12   credentials are missing, expired, or lack a permission
130  interrupted; no dump was made, unless the message says that there is one`)
}

func newCreateOptions(env *command.Env, c *cli.Context) (*createOptions, error) {
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	flags := command.Given(c)
	opt := &createOptions{
		env:          settings.Lookup,
		compress:     c.String("compress"),
		exclude:      c.StringSlice("exclude-table-data"),
		timeout:      c.Duration("timeout"),
		lockWait:     c.Duration("lock-wait-timeout"),
		stallTimeout: c.Duration("stall-timeout"),
		upload: s3store.UploadOptions{
			SSE:          c.String("sse"),
			KMSKeyID:     c.String("sse-kms-key-id"),
			StorageClass: strings.ToUpper(c.String("storage-class")),
			ContentType:  "application/octet-stream",
		},
	}
	for _, t := range []time.Duration{opt.timeout, opt.lockWait, opt.stallTimeout} {
		switch {
		case t < 0:
			return nil, fault.New(fault.Usage, "use 0 for no limit", "a time may not be negative")
		case t > 0 && t < time.Millisecond:
			return nil, fault.New(fault.Usage, "use 0 for no limit", "%s is too short a time", t) // to pg_dump it would be 0
		}
	}
	if size := c.String("part-size"); size != "" {
		n, err := humanize.ParseBytes(size)
		if err != nil || n == 0 || n > math.MaxInt64 {
			return nil, fault.New(fault.Usage, "for example: --part-size 64MiB", "part size %q is not a size from 5MiB to 5GiB", size)
		}
		opt.upload.PartSize = int64(n)
		if err := opt.upload.Validate(); err != nil {
			return nil, err
		}
	}
	if opt.upload.KMSKeyID != "" && !strings.HasPrefix(opt.upload.SSE, "aws:kms") {
		return nil, fault.New(fault.Usage, "add --sse aws:kms", "--sse-kms-key-id goes with --sse aws:kms")
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
	source, err := settings.Source(flags)
	if err != nil {
		return nil, err
	}
	if opt.source, err = command.Resolve(source, settings); err != nil {
		return nil, fmt.Errorf("source (from %s): %w", source.Origin, err)
	}
	if opt.iamAuth = c.Bool("iam-auth"); opt.iamAuth {
		if err := checkIAMAuth(opt.source); err != nil {
			return nil, fmt.Errorf("source (from %s): %w", source.Origin, err)
		}
	}
	if opt.prune, err = newPruneAfter(c, settings, flags, opt.bucket, opt.label); err != nil {
		return nil, err
	}
	if opt.masked, err = newMaskedCopy(env, settings, flags, opt.bucket); err != nil {
		return nil, err
	}
	return opt, nil
}

// created is the result of a backup.
type created struct {
	Bucket        string    `json:"bucket"`
	Key           string    `json:"key"`
	Manifest      string    `json:"manifest,omitempty"` // its key; "" when the dump has none
	Size          int64     `json:"size"`               // bytes
	ETag          string    `json:"etag"`
	Label         string    `json:"env"`
	Database      string    `json:"database"`
	ServerVersion string    `json:"server_version"`
	DumpVersion   string    `json:"pg_dump_version"`
	Compression   string    `json:"compression"`
	Started       time.Time `json:"started_at"`
	Finished      time.Time `json:"finished_at"`
	Masked        *masked   `json:"masked,omitempty"`
	Pruned        *pruned   `json:"pruned,omitempty"`
}

// IsProse lets a terminal break its lines.
func (created) IsProse() {}

// Text says what is now where.
func (r created) Text() string {
	took := r.Finished.Sub(r.Started)
	rate := float64(r.Size) / max(took.Seconds(), 0.001)
	text := fmt.Sprintf("backed up %s to s3://%s/%s: %s in %s (%s/s)", r.Database, r.Bucket, r.Key,
		humanize.Bytes(uint64(r.Size)), took.Round(100*time.Millisecond), humanize.Bytes(uint64(rate)))
	if r.Masked != nil {
		text += "\n" + r.Masked.Text()
	}
	if r.Pruned != nil {
		text += "\n" + r.Pruned.Text()
	}
	return text
}

// Run makes one dump.
func (o *createOptions) Run(ctx context.Context, env *command.Env) error {
	started := env.Console.Now().UTC()
	lock, err := o.lockHost(env.Console, started)
	if err != nil {
		return err
	}
	defer lock.release()
	ctx, w := startWatch(ctx, o.timeout)
	defer w.done()
	store, err := env.Open(ctx, o.bucket)
	if err != nil {
		return err
	}
	if o.iamAuth {
		o.source = withIAMAuth(o.source, store, env.Console.Now)
	}
	src, tool, err := o.prepare(ctx, env.Console)
	if err != nil {
		return err
	}
	defer src.close(ctx)
	server := src.db.ServerVersion()
	if warning := olderMinor(tool.Version, server); warning != "" {
		env.Console.Warn("%s", warning)
	}
	if o.compress == "" {
		o.compress = pgtools.DefaultCompression(tool)
	}
	o.upload.Estimate = estimate(src.size, o.compress)
	if src.unknown != nil {
		env.Console.Warn("the dump cannot record the identity of its server, so a fetch recognizes this source only by name: %v. To fix it: GRANT EXECUTE ON FUNCTION pg_control_system() TO %s", src.unknown, pgtools.Quote(o.source.User()))
	}
	env.Console.Detail("%s is PostgreSQL %s, %s; dumping with %s (%s), compression %s",
		o.source, server, humanize.Bytes(uint64(src.size)), tool.Path, tool.Version, o.compress)

	side, err := o.masked.start(ctx, env, o)
	if err != nil {
		return err
	}
	defer side.abandon()
	name := newNamer(env.Console, o, store, side)
	defer name.release()
	if err := name.choose(ctx, started); err != nil {
		return fmt.Errorf("no dump was made: %w", err)
	}
	object, body, err := o.stream(ctx, env.Console, w, src, store, tool, name, side)
	if err != nil {
		return fmt.Errorf("no dump was made: %w", err)
	}
	key := object.Key
	if object, err = confirm(ctx, env.Console, store, object); err != nil {
		return err
	}
	if err := src.stillLocked(ctx); err != nil {
		env.Console.Warn("the lock in the source was lost during the dump, so another machine may have made a dump at the same time: %v", err)
	}
	result := created{
		Bucket: o.bucket.Name, Key: key, Size: object.Size, ETag: object.ETag, Label: o.label,
		Database: o.source.Database(), ServerVersion: server.String(), DumpVersion: tool.Version.String(),
		Compression: o.compress, Started: started, Finished: env.Console.Now().UTC(),
	}
	m, failed := o.describe(ctx, env, store, result, src, body)
	if failed == nil && body.Known() {
		result.Manifest = catalog.ManifestKey(o.bucket.Base, key)
	}
	var unmasked error
	result.Masked, unmasked = side.finish(ctx, env, m)
	if failed == nil && o.prune != nil {
		result.Pruned, failed = o.prune.after(ctx, store, env.Console.Now(), key)
	}
	failed = worse(worse(failed, o.newest(ctx, env.Console, store, key)), unmasked)
	if err := env.Console.Result(result); err != nil {
		return fault.New(fault.Warnings, "", "the dump is in the bucket as %s, but printing the result failed: %w", key, err)
	}
	return failed
}

// confirm returns an object as the bucket lists it, and says where that is not what
// the store said before.
func confirm(ctx context.Context, out *console.Console, store *s3store.Store, written s3store.Object) (s3store.Object, error) {
	listed, err := catalog.Confirm(ctx, store, written)
	if err == nil && listed.ETag != written.ETag {
		out.Warn("the store answered the upload of %s with the ETag %s, and lists it with %s: the manifest has the latter", listed.Key, written.ETag, listed.ETag)
	}
	return listed, err
}

// worse joins what is wrong with a dump that is there into one line.
func worse(err, more error) error {
	switch {
	case err == nil:
		return more
	case more == nil:
		return err
	}
	return fault.New(fault.Warnings, "", "%w; and %w", err, more)
}

// describe writes the manifest of a dump that is in the bucket. Without one the
// dump is as good, but cannot be checked in part: that is a warning. It returns
// the manifest in any case.
func (o *createOptions) describe(ctx context.Context, env *command.Env, store *s3store.Store, r created, src *source, body *catalog.Stream) (*catalog.Manifest, error) {
	m := &catalog.Manifest{
		Key: r.Key, Size: r.Size, ETag: r.ETag, Label: r.Label, Started: r.Started, Finished: r.Finished,
		HectlVersion: env.Version, Database: r.Database, DatabaseSize: src.size, SourceIdentity: catalog.NewSourceIdentity(string(src.identity)), ServerVersion: r.ServerVersion, DumpVersion: r.DumpVersion,
		Compression: r.Compression, ExcludedTableData: o.exclude,
	}
	if !body.Known() {
		env.Console.Warn("pg_dump %s writes an archive that this hectl does not know: the dump is in the bucket as it is, without a manifest", r.DumpVersion)
		return m, nil
	}
	hostname, err := os.Hostname()
	if err != nil {
		return m, fault.New(fault.Warnings, "", "the dump is in the bucket, whole, but has no manifest: %w", err)
	}
	m.SourceFingerprint = o.source.FingerprintFrom(hostname)
	body.Describe(m)
	// The dump is there now: a signal comes too late to be worth losing this.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := catalog.WriteManifest(ctx, store, o.bucket.Base, m, o.upload); err != nil {
		return m, fault.New(fault.Warnings, "", "the dump is in the bucket, whole, but has no manifest: %w", err)
	}
	return m, nil
}

// lockHost takes the lock on this machine. Where that cannot be had, the one in
// the source has to do.
func (o *createOptions) lockHost(out *console.Console, now time.Time) (*hostLock, error) {
	lock, err := lockHost(os.TempDir(), o.source, now)
	switch {
	case err == nil, fault.CodeOf(err) == fault.Locked:
		return lock, err
	case errors.Is(err, files.ErrNotOurs):
		out.Warn("only the lock in the source prevents a second backup: %v", err)
	default:
		out.Detail("only the lock in the source prevents a second backup: %v", err)
	}
	return nil, nil //nolint:nilnil // it can do without
}

// prepare connects to the source, locks it, finds the pg_dump for it, and
// refuses what would fail later.
func (o *createOptions) prepare(ctx context.Context, out *console.Console) (_ *source, _ pgtools.Tool, err error) {
	if o.stallTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.stallTimeout, fmt.Errorf("%w: the source did not answer within %s", errStalled, o.stallTimeout))
		defer cancel()
	}
	src, err := openSource(ctx, o.source)
	if err != nil {
		return nil, pgtools.Tool{}, err
	}
	defer func() {
		if err != nil {
			src.close(ctx)
		}
	}()
	tools, err := pgtools.FindTools(ctx, o.pgBin, o.env)
	if err != nil {
		return nil, pgtools.Tool{}, err
	}
	tool, err := tools.Dump(src.db.ServerVersion())
	if err != nil {
		return nil, pgtools.Tool{}, err
	}
	if err := src.check(ctx, o.exclude, out.Warn); err != nil {
		return nil, pgtools.Tool{}, fmt.Errorf("no dump was made: %w", err)
	}
	return src, tool, nil
}

// olderMinor is the warning about a pg_dump that does not know what a later minor
// release of the server keeps in its catalogs, and writes it into the dump as if
// somebody had set it. A fetch cuts what its server does not know, so the dump is as
// good, and the exit code stays 0: packages of a client are often updated last.
func olderMinor(tool, server pgtools.Version) string {
	if tool.Major != server.Major || tool.Minor >= server.Minor {
		return ""
	}
	return fmt.Sprintf("pg_dump %s is an older minor release than the server, %s: update the client tools. A plain pg_restore may refuse its dumps.", tool, server)
}

// estimate bounds the size of a dump, given that of its database: the size of
// the upload's parts follows from it. Text can take more room than the tables
// do (bytea doubles, and tables are compressed, too), so a dump that is not
// compressed gets some.
func estimate(database int64, compress string) int64 {
	method, _, _ := strings.Cut(compress, ":")
	if method == "0" || method == "none" {
		return 4 * database
	}
	return database
}

// stream runs pg_dump into the bucket.
func (o *createOptions) stream(ctx context.Context, out *console.Console, w *watch, src *source, store *s3store.Store, tool pgtools.Tool, name *namer, side *maskedSide) (s3store.Object, *catalog.Stream, error) {
	exclude, err := src.patterns(ctx, o.exclude)
	if err != nil {
		return s3store.Object{}, nil, err
	}
	dump, err := pgtools.Dump(ctx, tool, o.source, pgtools.DumpOptions{
		AppName:          appName,
		Compress:         o.compress,
		ExcludeTableData: exclude,
		LockWaitTimeout:  o.lockWait,
		Log:              func(line string) { out.Detail("%s", line) },
	})
	if err != nil {
		return s3store.Object{}, nil, err
	}
	// With all parts of the upload under way nobody reads from pg_dump, and so
	// nobody would see it fail.
	dump.WhenFailed(w.cancel)
	bar := out.Progress("dump "+o.source.Database(), console.Bytes, -1)
	defer bar.Done()
	output := w.reader(dump, o.stallTimeout, out.Now, bar.Add)
	body := catalog.NewStream(side.tee(output), "pg_dump")
	w.ask(func() string {
		if idle := output.unread(); idle >= time.Second {
			return fmt.Sprintf("; %s; the store has taken no more of it for %s", body.Position(), idle.Round(time.Second))
		}
		return "; " + body.Position() + whatDumpWaitsFor(ctx, o.source)
	})
	defer w.ask(func() string { return "" })
	upload := o.upload
	upload.Renamer = name
	object, err := store.Upload(ctx, name.key(), body, upload)
	if closeErr := dump.Close(); err == nil && closeErr != nil {
		err = closeErr
	}
	if err == nil {
		return object, body, nil
	}
	if why := expired(ctx); why != nil {
		err = why
	} else if pgtools.IsLockTimeout(err) {
		err = fmt.Errorf("%w%s", err, src.lockedTables(ctx))
	} else {
		err = src.blameRecovery(ctx, err)
	}
	if endErr := src.endDump(ctx); endErr != nil {
		out.Warn("pg_dump's session may still be on the source: %v", endErr)
	}
	return object, body, err
}

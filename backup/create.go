package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/backup/catalog"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/archive"
)

// appName is what the sessions of a backup call themselves in
// pg_stat_activity.
const appName = "hectl backup"

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
	lockWait     time.Duration
	stallTimeout time.Duration
	iamAuth      bool
	upload       s3store.UploadOptions

	prune *pruneOptions // nil: not asked for
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
   0 */4 * * *  HECTL_SOURCE=postgres://backup@db/app hectl backup --quiet

   pg_dump's output streams to s3://NAME[/FOLDER]/backups/LABEL-TIME.rds.dump,
   time in UTC; nothing is written to disk. The dump appears in the bucket only
   when pg_dump has ended well. The password belongs into PGPASSWORD or
   ~/.pgpass, not into an argument.

   With --prune, dumps of the label that no rule keeps are removed once the new
   one is in the bucket: see "hectl prune --help".

   The source is SOURCE, else DIAPER_DB_HOST, DIAPER_DB_USERNAME,
   DIAPER_DB_PASSWORD and DIAPER_DB_DATABASE, else libpq's PG* variables.`,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Category: command.Database, Name: "source", Usage: "`SOURCE` to dump: a URI, a conninfo string, or a name (HECTL_SOURCE)"},
			&cli.StringFlag{Category: command.Database, Name: "compress", Aliases: []string{"Z"}, Usage: "`METHOD[:LEVEL]` as for pg_dump -Z (default zstd:3 where pg_dump has it, else gzip 1)"},
			&cli.StringSliceFlag{Category: command.Database, Name: "exclude-table-data", Usage: "leave out the rows of tables that match `PATTERN`; repeatable"},
			&cli.DurationFlag{Category: command.Database, Name: "lock-wait-timeout", Value: time.Minute, Usage: "fail when a table stays locked for `TIME` (default 1m; 0 waits for ever)"},
			&cli.DurationFlag{Category: command.Database, Name: "stall-timeout", Value: 5 * time.Minute, Usage: "fail when pg_dump writes nothing for `TIME` (default 5m; 0 waits for ever)"},
			iamAuthFlag(),
			command.PGBinFlag(),
			&cli.StringFlag{Category: command.Bucket, Name: "part-size", Usage: "`SIZE` of an upload's parts, 5 of which are held in memory (default 8MiB, more for a database over 62 GB)"},
			&cli.StringFlag{Category: command.Bucket, Name: "sse", Usage: "server-side encryption by `METHOD` AES256, aws:kms or aws:kms:dsse (default: the bucket's)"},
			&cli.StringFlag{Category: command.Bucket, Name: "sse-kms-key-id", Usage: "`KEY` for aws:kms"},
			&cli.StringFlag{Category: command.Bucket, Name: "storage-class", Usage: "`CLASS` such as STANDARD_IA or GLACIER_IR"},
			command.LabelFlag(),
			&cli.BoolFlag{Category: command.Retention, Name: "prune", Usage: "after a success, remove dumps that no rule keeps"},
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
0    done: the dump is in the bucket, whole
1    failed; no dump was made
2    wrong flags or settings; nothing was touched
3    done, with a warning that needs a person
10   no such bucket
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
		pgBin:        settings.PGBin(flags).Text,
		env:          settings.Lookup,
		compress:     c.String("compress"),
		exclude:      c.StringSlice("exclude-table-data"),
		lockWait:     c.Duration("lock-wait-timeout"),
		stallTimeout: c.Duration("stall-timeout"),
		upload: s3store.UploadOptions{
			SSE:          c.String("sse"),
			KMSKeyID:     c.String("sse-kms-key-id"),
			StorageClass: strings.ToUpper(c.String("storage-class")),
			ContentType:  "application/octet-stream",
		},
	}
	if opt.lockWait < 0 || opt.stallTimeout < 0 {
		return nil, fault.New(fault.Usage, "0 waits without an end", "a time may not be negative")
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
	if opt.bucket, err = settings.Bucket(flags); err != nil {
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
	Pruned        *pruned   `json:"pruned,omitempty"`
}

// Text says what is now where.
func (r created) Text() string {
	took := r.Finished.Sub(r.Started)
	rate := float64(r.Size) / max(took.Seconds(), 0.001)
	text := fmt.Sprintf("backed up %s to s3://%s/%s: %s in %s (%s/s)", r.Database, r.Bucket, r.Key,
		humanize.Bytes(uint64(r.Size)), took.Round(100*time.Millisecond), humanize.Bytes(uint64(rate)))
	if r.Pruned != nil {
		text += "\n" + r.Pruned.Text()
	}
	return text
}

// Run makes one dump.
func (o *createOptions) Run(ctx context.Context, env *command.Env) error {
	started := env.Console.Now().UTC()
	store, err := env.Open(ctx, o.bucket)
	if err != nil {
		return err
	}
	if o.iamAuth {
		o.source = withIAMAuth(o.source, store, env.Console.Now)
	}
	server, size, err := o.inspect(ctx)
	if err != nil {
		return err
	}
	tools, err := pgtools.FindTools(ctx, o.pgBin, o.env)
	if err != nil {
		return err
	}
	tool, err := tools.Dump(server)
	if err != nil {
		return err
	}
	if o.compress == "" {
		o.compress = pgtools.DefaultCompression(tool)
	}
	o.upload.Estimate = estimate(size, o.compress)
	key := catalog.Key(o.bucket.Base, o.label, started)
	env.Console.Detail("%s is PostgreSQL %s, %s; dumping with %s (%s), compression %s",
		o.source, server, humanize.Bytes(uint64(size)), tool.Path, tool.Version, o.compress)

	object, body, err := o.stream(ctx, env.Console, store, tool, key)
	if err != nil {
		return fmt.Errorf("no dump was made: %w", err)
	}
	result := created{
		Bucket: o.bucket.Name, Key: key, Size: object.Size, ETag: object.ETag, Label: o.label,
		Database: o.source.Database(), ServerVersion: server.String(), DumpVersion: tool.Version.String(),
		Compression: o.compress, Started: started, Finished: env.Console.Now().UTC(),
	}
	failed := o.describe(ctx, env, store, result, body)
	if failed == nil && body.head != nil {
		result.Manifest = catalog.ManifestKey(o.bucket.Base, key)
	}
	if failed == nil && o.prune != nil {
		result.Pruned, failed = o.prune.after(ctx, store, env.Console.Now(), key)
	}
	if err := env.Console.Result(result); err != nil {
		return fault.New(fault.Warnings, "", "the dump is in the bucket as %s, but that could not be said: %w", key, err)
	}
	return failed
}

// describe writes the manifest of a dump that is in the bucket. Without one the
// dump is as good, but cannot be checked in part: that is a warning.
func (o *createOptions) describe(ctx context.Context, env *command.Env, store *s3store.Store, r created, body *archiveStream) error {
	if body.head == nil {
		env.Console.Warn("pg_dump %s writes an archive that this hectl does not know: the dump is in the bucket as it is, without a manifest", r.DumpVersion)
		return nil
	}
	hostname, err := os.Hostname()
	if err != nil {
		return fault.New(fault.Warnings, "", "the dump is in the bucket, whole, but has no manifest: %w", err)
	}
	m := &catalog.Manifest{
		Key: r.Key, Size: r.Size, ETag: r.ETag, Label: r.Label, Started: r.Started, Finished: r.Finished,
		HectlVersion: env.Version, Database: r.Database, ServerVersion: r.ServerVersion, DumpVersion: r.DumpVersion,
		ArchiveVersion: body.head.Version.String(), Compression: r.Compression,
		SourceFingerprint: o.source.FingerprintFrom(hostname), ExcludedTableData: o.exclude,
		Head:   catalog.ManifestHead{Length: body.head.Length, SHA256: body.headSum},
		Blocks: manifestBlocks(body.head, body.blocks),
	}
	// The dump is there now: a signal comes too late to be worth losing this.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := catalog.WriteManifest(ctx, store, o.bucket.Base, m, o.upload); err != nil {
		return fault.New(fault.Warnings, "", "the dump is in the bucket, whole, but has no manifest: %w", err)
	}
	return nil
}

func manifestBlocks(head *archive.Head, blocks []archive.Block) []catalog.ManifestBlock {
	entries := map[int]*archive.Entry{}
	for i := range head.Entries {
		entries[head.Entries[i].ID] = &head.Entries[i]
	}
	described := make([]catalog.ManifestBlock, len(blocks))
	for i, b := range blocks {
		described[i] = catalog.ManifestBlock{
			ID: b.ID, Schema: entries[b.ID].Namespace, Table: entries[b.ID].Tag,
			Offset: b.Offset, Length: b.Length, SHA256: b.SHA256,
		}
	}
	return described
}

// inspect asks the source for its version and its size in bytes.
func (o *createOptions) inspect(ctx context.Context) (pgtools.Version, int64, error) {
	db, err := pgtools.Connect(ctx, o.source, appName)
	if err != nil {
		return pgtools.Version{}, 0, err
	}
	defer db.Close(context.WithoutCancel(ctx))
	size, err := db.DatabaseSize(ctx)
	return db.ServerVersion(), size, err
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
func (o *createOptions) stream(ctx context.Context, out *console.Console, store *s3store.Store, tool pgtools.Tool, key string) (s3store.Object, *archiveStream, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	dump, err := pgtools.Dump(ctx, tool, o.source, pgtools.DumpOptions{
		Compress:         o.compress,
		ExcludeTableData: o.exclude,
		LockWaitTimeout:  o.lockWait,
	})
	if err != nil {
		return s3store.Object{}, nil, err
	}
	// With all parts of the upload under way nobody reads from pg_dump, and so
	// nobody would see it fail.
	dump.WhenFailed(stop)
	bar := out.Progress("dump "+o.source.Database(), console.Bytes, -1)
	defer bar.Done()
	body := newArchiveStream(&watchedReader{r: dump, timeout: o.stallTimeout, stop: stop, read: bar.Add})
	object, err := store.Upload(ctx, key, body, o.upload)
	if closeErr := dump.Close(); err == nil && closeErr != nil {
		err = closeErr
	}
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		err = fault.New(fault.Failed, "a longer --stall-timeout, or a look at pg_stat_activity on the source, may help",
			"%w: pg_dump wrote nothing for %s%s", errStalled, o.stallTimeout, o.lockedTables(ctx))
	} else if pgtools.IsLockTimeout(err) {
		err = fmt.Errorf("%w%s", err, o.lockedTables(ctx))
	}
	return object, body, err
}

var errStalled = errors.New("stalled")

// lockedTables says, to be appended to an error, which tables of the source are
// locked and by whom; "" when none are, or when that cannot be found out.
func (o *createOptions) lockedTables(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	db, err := pgtools.Connect(ctx, o.source, appName)
	if err != nil {
		return ""
	}
	defer db.Close(ctx)
	locks, err := db.TableLocks(ctx)
	if err != nil {
		return ""
	}
	var text strings.Builder
	for _, l := range locks {
		text.WriteString("; " + l.String())
	}
	return text.String()
}

// watchedReader reads pg_dump's output. It counts the bytes, and stops the
// whole backup when none come for too long.
type watchedReader struct {
	r       io.Reader
	timeout time.Duration // 0: for ever
	stop    context.CancelCauseFunc
	read    func(n int64)
}

func (w *watchedReader) Read(p []byte) (int, error) {
	if w.timeout > 0 {
		timer := time.AfterFunc(w.timeout, func() { w.stop(errStalled) })
		defer timer.Stop()
	}
	n, err := w.r.Read(p)
	w.read(int64(n))
	return n, err
}

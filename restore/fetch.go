package restore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// run is one replacement of a target by a dump.
type run struct {
	out      *console.Console
	settings *config.Sources
	bucket   config.Bucket
	target   pgtools.Conn
	sources  []string // fingerprints of the configured sources

	pgBin        string
	jobs         int
	allowHost    []string
	force        bool
	dropPrevious bool
	dryRun       bool
	passwordHash string

	warned bool // something was said that needs a person
}

// prepare turns flags and settings into a run.
func prepare(env *command.Env, c *cli.Context) (*run, config.Flags, error) {
	settings, err := env.Settings()
	if err != nil {
		return nil, nil, err
	}
	flags := command.Given(c)
	r := &run{
		out:          env.Console,
		settings:     settings,
		pgBin:        settings.PGBin(flags).Text,
		allowHost:    c.StringSlice("allow-host"),
		force:        c.Bool("force"),
		dropPrevious: c.Bool("drop-previous"),
		dryRun:       c.Bool("dry-run"),
	}
	if r.bucket, err = settings.Bucket(flags); err != nil {
		return nil, nil, err
	}
	if r.jobs, err = settings.Jobs(flags); err != nil {
		return nil, nil, err
	}
	target, err := settings.Target(flags)
	if err != nil {
		return nil, nil, err
	}
	if r.target, err = command.Resolve(target, settings); err != nil {
		return nil, nil, fmt.Errorf("target (from %s): %w", target.Origin, err)
	}
	if source, err := settings.Source(flags); err == nil {
		// A source that cannot be resolved cannot be what the target is.
		if conn, err := command.Resolve(source, settings); err == nil {
			r.sources = append(r.sources, conn.Fingerprint())
		}
	}
	if r.passwordHash, err = hashPassword(c.String("password")); err != nil {
		return nil, nil, err
	}
	return r, flags, nil
}

// run replaces the target by the dump that find finds.
func (r *run) run(ctx context.Context, find func(context.Context) (source, error)) error {
	// What the settings alone forbid is refused before anything is connected to.
	judged := facts{Env: r.settings.Lookup, Target: r.target, AllowHost: r.allowHost, Force: r.force, Sources: r.sources}
	if err := refusal(r.target, guard(judged)); err != nil {
		return err
	}
	admin, err := pgtools.ConnectMaintenance(ctx, r.target, appName)
	if err != nil {
		return err
	}
	defer admin.Close(context.WithoutCancel(ctx))

	existing, err := r.inspect(ctx, admin, &judged)
	if err != nil {
		return err
	}
	if err := refusal(r.target, guard(judged)); err != nil {
		return err
	}
	if err := r.lock(ctx, admin); err != nil {
		return err
	}
	src, err := find(ctx)
	if err != nil {
		return err
	}
	d, err := src.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // again after a success, which is harmless

	if judged.Sources, err = madeHere(judged.Sources, d, r.target); err != nil {
		return err
	}
	if err := refusal(r.target, guard(judged)); err != nil {
		return err
	}
	tool, err := r.preflight(ctx, admin, d, existing)
	if err != nil {
		return err
	}
	plan := r.plan(d, tool, admin.ServerVersion(), existing)
	if r.dryRun {
		return r.out.Result(plan)
	}
	return r.replace(ctx, admin, d, tool, plan, existing)
}

// madeHere adds the target to the sources when the dump was made of it.
func madeHere(sources []string, d *dump, target pgtools.Conn) ([]string, error) {
	hostname, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("compare the target with the dump's source: %w", err)
	}
	if d.Fingerprint != "" && d.Fingerprint == target.FingerprintFrom(hostname) {
		sources = append(sources, target.Fingerprint())
	}
	return sources, nil
}

// inspect finds out what the target is now, nil when it does not exist, and
// completes the facts for the guard.
func (r *run) inspect(ctx context.Context, admin *pgtools.DB, f *facts) (*pgtools.Database, error) {
	name := r.target.Database()
	existing, exists, err := admin.Database(ctx, name)
	if err != nil || !exists {
		return nil, err
	}
	f.Template = existing.IsTemplate
	f.Existing, err = environment(ctx, r.target)
	if err != nil {
		return nil, err
	}
	return &existing, nil
}

// environment returns the environment that a Rails application noted in its
// database, "" when there is none.
func environment(ctx context.Context, target pgtools.Conn) (string, error) {
	db, err := pgtools.Connect(ctx, target, appName)
	if err != nil {
		return "", err
	}
	defer db.Close(context.WithoutCancel(ctx))
	schemas, err := pgtools.Rows[string](ctx, db, `
		SELECT n.nspname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relname = 'ar_internal_metadata' AND c.relkind IN ('r', 'p', 'v')`)
	if err != nil {
		return "", fmt.Errorf("inspect %s: %w", target, err)
	}
	for _, schema := range schemas {
		values, err := pgtools.Rows[string](ctx, db,
			`SELECT value::text FROM `+pgtools.Quote(schema)+`.ar_internal_metadata WHERE key = 'environment' AND value IS NOT NULL`)
		if err != nil {
			return "", fmt.Errorf("inspect %s: %w", target, err)
		}
		for _, v := range values {
			if v == "production" {
				return v, nil // one is enough
			}
		}
	}
	return "", nil
}

// lock keeps other runs away from the target for as long as admin lives.
func (r *run) lock(ctx context.Context, admin *pgtools.DB) error {
	held, holder, err := admin.TryLock(ctx, "hectl restore "+r.target.Database())
	if err != nil || held {
		return err
	}
	who := ""
	if holder != nil {
		who = fmt.Sprintf(" (server process %d, since %s)", holder.PID, holder.Since.UTC().Format(time.RFC3339))
	}
	return fault.New(fault.Locked, "wait for it to end", "another hectl works on %s%s", r.target, who)
}

// replace does what the plan says.
func (r *run) replace(ctx context.Context, admin *pgtools.DB, d *dump, tool pgtools.Tool, p plan, existing *pgtools.Database) (err error) {
	start := r.out.Now()
	if err := r.dropLeftovers(ctx, admin); err != nil {
		return err
	}
	r.out.Say("restoring %s into %s", path.Base(d.Name), p.Temp)
	if err := admin.CreateDatabase(ctx, p.Temp, p.create); err != nil {
		return err
	}
	keep := false
	defer func() {
		if err != nil && !keep {
			err = errors.Join(err, r.dropTemp(ctx, p.Temp))
		}
	}()

	l := &loader{tool: tool, into: r.target.WithDatabase(p.Temp), dump: d, jobs: r.jobs, out: r.out}
	warnings, err := l.load(ctx, func(ctx context.Context) error { return r.scrub(ctx, l.into) })
	for _, w := range warnings { // pg_restore's, all known to be harmless
		r.out.Detail("harmless: %s", w)
	}
	if err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	if existing != nil {
		lost, err := admin.CopyDatabaseSettings(ctx, p.Target, p.Temp)
		if err != nil {
			return err
		}
		for _, w := range lost {
			r.warn("%s", w)
		}
	}
	if err := r.swap(ctx, admin, p); err != nil {
		var busy *pgtools.BusyError
		keep = errors.As(err, &busy)
		return r.notSwapped(p, err, keep)
	}
	if err := r.out.Result(r.report(p, r.out.Now().Sub(start))); err != nil {
		return err
	}
	if r.warned {
		return fault.New(fault.Warnings, "", "done, with the warnings above")
	}
	return nil
}

// warn says what needs a person, though the run goes on.
func (r *run) warn(format string, args ...any) {
	r.warned = true
	r.out.Warn(format, args...)
}

// scrub connects to the temp database and scrubs it.
func (r *run) scrub(ctx context.Context, temp pgtools.Conn) error {
	bar := r.out.Progress("scrub", console.Steps, -1)
	defer bar.Done()
	db, err := pgtools.Connect(ctx, temp, appName)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	return scrub(ctx, db, r.passwordHash)
}

// cleanUpTimeout bounds what is done after a failure or a signal.
const cleanUpTimeout = 30 * time.Second

// dropTemp drops the temp database after a failure, even when ctx has ended,
// over a connection of its own, because the old one may be what failed.
func (r *run) dropTemp(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
	defer cancel()
	admin, err := pgtools.ConnectMaintenance(ctx, r.target, appName)
	if err == nil {
		defer admin.Close(ctx)
		// What pg_restore left may take a moment to notice that it is gone.
		_, err = admin.TerminateSessions(ctx, name)
		if err == nil {
			err = admin.DropDatabase(ctx, name)
		}
	}
	if err != nil {
		return fault.New(fault.Failed, "the next run drops it", "the temp database %s is still there: %w", name, err)
	}
	return nil
}

// dropLeftovers drops the databases that earlier runs for this target had to
// leave behind. The lock says that no such run is alive.
func (r *run) dropLeftovers(ctx context.Context, admin *pgtools.DB) error {
	target := r.target.Database()
	found, err := admin.DatabasesWithPrefix(ctx, stem(target)+"_hectl_")
	if err != nil {
		return err
	}
	for _, d := range found {
		if !isTempName(target, d.Name) {
			continue
		}
		sessions, err := admin.Sessions(ctx, d.Name)
		if err != nil {
			return err
		}
		if len(sessions) > 0 {
			r.out.Warn("%s, left by an earlier run, is in use and stays", d.Name)
			continue
		}
		r.out.Say("dropping %s, left by an earlier run", d.Name)
		if err := admin.DropDatabase(ctx, d.Name); err != nil {
			return err
		}
	}
	return nil
}

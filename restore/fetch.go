package restore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/pgtools/schema"
)

// run is one replacement of a target by a dump.
type run struct {
	out      *console.Console
	settings *config.Sources
	bucket   config.Bucket
	target   pgtools.Conn
	sources  []string // fingerprints of the configured sources
	// sourceIdentity is that of the configured source, "" when there is none or it
	// does not answer. It is nil before the guard begins.
	sourceIdentity func() (pgtools.Identity, error)
	source         *pgtools.Conn // the configured source; nil for none

	pgBin        string
	jobs         int
	allowHost    []string
	force        bool
	dropPrevious bool
	dryRun       bool
	masking      masking
	after        afterRestore
	keepFailed   bool
	tables       chooser
	keepRows     keptRows
	loginAs      string // the address of a user that is not masked; "" for none
	without      without
	tools        func() (*pgtools.Tools, error)
	// scratch says that the temp database is dropped again, and that the target
	// stays what it is: it only says where.
	scratch bool
	// keepsPrevious says that the previous database is not dropped.
	keepsPrevious bool
	// doing is what is done with the target, for a refusal; "": replace.
	doing     string
	flag      string     // the --target that was given, without a password; "" for none
	snapshots *snapshots // what a fetch does with snapshots; nil: nothing

	unmarked map[string]bool // databases named like a temp database that stay

	warned bool // something was said that needs a person
}

// prepare turns flags and settings into a run.
func prepare(env *command.Env, c *cli.Context) (*run, config.Flags, error) {
	r, flags, err := prepareTarget(env, c)
	if err != nil {
		return nil, nil, err
	}
	r.dropPrevious, r.dryRun = c.Bool("drop-previous"), c.Bool("dry-run")
	if r.tables, err = newChooser(c.StringSlice("table"), c.StringSlice("exclude-table-data")); err != nil {
		return nil, nil, err
	}
	if err := checkPassword(c.String("password")); err != nil {
		return nil, nil, err
	}
	if r.masking, err = prepareMasking(r.settings, r.out, c, c.String("password")); err != nil {
		return nil, nil, err
	}
	if r.keepRows, err = newKeptRows(r.settings.KeepRows(c.StringSlice("keep-rows"))); err != nil {
		return nil, nil, err
	}
	r.keepFailed, r.loginAs = c.Bool("keep-failed"), strings.TrimSpace(c.String("login-as"))
	if err := checkAddress(r.loginAs); err != nil {
		return nil, nil, err
	}
	if r.after, err = prepareAfter(r.settings, c); err != nil {
		return nil, nil, err
	}
	return r, flags, nil
}

// prepareTarget is the part of prepare that says where, and with what.
func prepareTarget(env *command.Env, c *cli.Context) (*run, config.Flags, error) {
	r, flags, err := prepareServer(env, c)
	if err != nil {
		return nil, nil, err
	}
	if r.bucket, err = r.settings.Bucket(flags); err != nil {
		return nil, nil, err
	}
	if r.jobs, err = r.settings.Jobs(flags); err != nil {
		return nil, nil, err
	}
	if r.without, err = newWithout(r.settings.Without(c.StringSlice("without"))); err != nil {
		return nil, nil, err
	}
	return r, flags, nil
}

// prepareServer is the part of prepareTarget that needs no dump.
func prepareServer(env *command.Env, c *cli.Context) (*run, config.Flags, error) {
	settings, err := env.Settings()
	if err != nil {
		return nil, nil, err
	}
	flags := command.Given(c)
	r := &run{
		out:       env.Console,
		settings:  settings,
		allowHost: c.StringSlice("allow-host"),
		force:     c.Bool("force"),
	}
	if r.pgBin, err = command.PGBin(settings, flags); err != nil {
		return nil, nil, err
	}
	target, err := settings.Target(flags)
	if err != nil {
		return nil, nil, err
	}
	if r.target, err = command.Resolve(target, settings); err != nil {
		return nil, nil, fmt.Errorf("target (from %s): %w", target.Origin, err)
	}
	if n := len(r.target.Database()); n > maxIdentifier {
		return nil, nil, fault.New(fault.Usage, "give the database a shorter name",
			"target (from %s): the name of the database has %d bytes, and Postgres would cut it at %d", target.Origin, n, maxIdentifier)
	}
	if text, given := flags["target"]; given {
		r.flag = targetFlag(text, r.target)
	}
	if source, err := settings.Source(flags); err == nil && !strings.HasPrefix(source.Origin, "PG") {
		// libpq's own variables may as well be meant for the target. A source
		// that cannot be resolved cannot be what the target is.
		if conn, err := command.Resolve(source, settings); err == nil {
			r.sources = append(r.sources, conn.Fingerprint())
			r.source = &conn
		}
	}
	return r, flags, nil
}

// later begins with f, and returns a function that waits for its result.
func later[T any](f func() (T, error)) func() (T, error) {
	result := sync.OnceValues(f)
	go func() { _, _ = result() }() // kept for whoever asks
	return result
}

// work is a dump that may be restored, and all that is needed for it.
type work struct {
	admin    *pgtools.DB // holds the lock
	dump     *dump.Dump
	tool     pgtools.Tool
	mask     *mask.Plan
	plan     plan
	existing *pgtools.Database // the target; nil when there is none
	judged   facts
	quiet    map[string]string // settings that keep rows out of the server's log
}

// run replaces the target by the dump that find finds.
func (r *run) run(ctx context.Context, find func(context.Context) (dump.Opener, error)) error {
	return r.allowed(ctx, find, func(ctx context.Context, w work) error {
		if r.dryRun {
			return r.out.Result(w.plan)
		}
		return r.replace(ctx, w)
	})
}

// allowed calls then with the dump that find finds, unless something speaks
// against restoring it.
func (r *run) allowed(ctx context.Context, find func(context.Context) (dump.Opener, error), then func(context.Context, work) error) error {
	// Asking programs for their versions takes a while.
	r.tools = later(func() (*pgtools.Tools, error) { return pgtools.FindTools(ctx, r.pgBin, r.settings.Lookup) })
	return r.admitted(ctx, func(ctx context.Context, admin *pgtools.DB, existing *pgtools.Database, judged facts) error {
		src, err := find(ctx)
		if err != nil {
			return err
		}
		if done, err := r.useSnapshot(ctx, admin, src, existing, judged); done || err != nil {
			return err
		}
		return r.opened(ctx, admin, src, existing, judged, then)
	})
}

// admitted calls then with a session that holds the lock on the target, unless
// something speaks against doing anything with it. existing is what the target is
// now, nil when it does not exist.
func (r *run) admitted(ctx context.Context, then func(ctx context.Context, admin *pgtools.DB, existing *pgtools.Database, judged facts) error) error {
	admin, _, _, err := r.guarded(ctx)
	if err != nil {
		return err
	}
	defer admin.Close(context.WithoutCancel(ctx))
	existing, judged, err := r.locked(ctx, admin)
	if err != nil {
		return err
	}
	return then(ctx, admin, existing, judged)
}

// locked takes the lock on the target, and returns what the target is now: who
// held the lock before may have changed that.
func (r *run) locked(ctx context.Context, admin *pgtools.DB) (existing *pgtools.Database, judged facts, err error) {
	judged = r.facts()
	if err := r.lock(ctx, admin); err != nil {
		return nil, judged, err
	}
	existing, err = r.inspected(ctx, admin, &judged)
	return existing, judged, err
}

// guarded connects to the server of the target, unless the guard has something
// against the target. existing is what the target is now, nil when it does not
// exist.
func (r *run) guarded(ctx context.Context) (admin *pgtools.DB, existing *pgtools.Database, judged facts, err error) {
	// What the settings alone forbid is refused before anything is connected to.
	judged = r.facts()
	if err := r.refusal(judged); err != nil {
		return nil, nil, judged, err
	}
	r.sourceIdentity = later(func() (pgtools.Identity, error) { return r.askSource(ctx) })
	if admin, err = pgtools.ConnectMaintenance(ctx, r.target, appName); err != nil {
		return nil, nil, judged, err
	}
	if existing, err = r.inspected(ctx, admin, &judged); err != nil {
		admin.Close(context.WithoutCancel(ctx))
		return nil, nil, judged, err
	}
	return admin, existing, judged, nil
}

// facts are what the settings alone say.
func (r *run) facts() facts {
	return facts{Env: r.settings.LookupApplication, EnvOrigin: r.settings.ApplicationOrigin, Target: r.target, AllowHost: r.allowHost, Force: r.force, Sources: r.sources}
}

// inspected completes the facts, and refuses what they forbid.
func (r *run) inspected(ctx context.Context, admin *pgtools.DB, judged *facts) (*pgtools.Database, error) {
	existing, err := r.inspect(ctx, admin, judged)
	if err != nil {
		return nil, err
	}
	return existing, r.refusal(*judged)
}

// opened calls then with the dump of src, unless something speaks against
// restoring that.
func (r *run) opened(ctx context.Context, admin *pgtools.DB, src dump.Opener, existing *pgtools.Database, judged facts, then func(context.Context, work) error) error {
	d, err := src.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // again after a success, which is harmless
	if err := d.CheckDefinitions(); err != nil {
		return err
	}

	if judged.Sources, err = madeHere(judged.Sources, d, r.target); err != nil {
		return err
	}
	judged.Dumped = append(judged.Dumped, d.SourceIdentity())
	if err := r.refusal(judged); err != nil {
		return err
	}
	if err := r.tables.check(d.Head); err != nil {
		return err
	}
	r.tables.partitions = schema.PartitionsOf(d.Head)
	if err := checkPatterns(d.Head, r.keepRows); err != nil {
		return err
	}
	if err := r.checkLoginAs(d.Head); err != nil {
		return err
	}
	if why := r.masking.trust.Judge(d); why != "" && r.masking.rules != nil {
		r.out.Say("masking %s again: its manifest says that it is masked, but %s", d.Name, why)
	}
	masks, err := r.masks(d)
	if err != nil {
		return err
	}
	r.editHead(d, masks)
	r.editAttributes(d, admin.ServerVersion())
	quiet, complete := admin.QuietLog(ctx)
	r.warnOfInserts(d, masks, complete)
	renamed := existing
	if r.scratch {
		renamed = nil
	}
	pre, err := r.preflight(ctx, admin, d, renamed)
	if err != nil {
		return err
	}
	plan := r.plan(d, masks, pre, admin.ServerVersion(), existing)
	create, note, err := r.creation(ctx, admin, d.Head, existing)
	if err != nil {
		return err
	}
	if plan.create = create; note != "" {
		r.out.Warn("%s", note)
	}
	if err := r.planDrops(ctx, admin, &plan, judged); err != nil {
		return err
	}
	if err := r.planSnapshot(ctx, admin, src, &plan, judged); err != nil {
		return err
	}
	return then(ctx, work{admin, d, pre.tool, masks, plan, existing, judged, quiet})
}

// refusal is the error for what the guard has against the target, nil when it
// has nothing.
func (r *run) refusal(f facts) error {
	if r.keepsPrevious {
		f.Previous = said{}
	}
	if r.doing == "" {
		return refusal("replace", r.target, guard(f))
	}
	f.Taken, f.PreviousIdentity, f.Previous = "", "", said{} // nothing is kept under that name, and nothing dropped
	return refusal(r.doing, r.target, guard(f))
}

// madeHere adds the target to the sources when the dump was made of it.
func madeHere(sources []string, d *dump.Dump, target pgtools.Conn) ([]string, error) {
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
	f.found = found{}
	err := admin.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'rdsadmin')
		    OR EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rds_superuser')`).Scan(&f.RDS)
	if err != nil {
		return nil, fmt.Errorf("inspect the server: %w", err)
	}
	f.SourceIdentities = nil
	if r.source != nil {
		id, err := r.sourceIdentity()
		if err != nil {
			r.out.Detail("the source is known by its name alone: %v", err)
		}
		f.SourceIdentities = append(f.SourceIdentities, id)
	}
	if f.NamedAfter, err = snapshotOf(ctx, admin, name); err != nil {
		return nil, err
	}
	existing, exists, err := admin.Database(ctx, name)
	if err != nil || !exists {
		return nil, err
	}
	previous := previousName(name)
	if err := f.identify(ctx, admin, name, previous); err != nil {
		return nil, err
	}
	if d, taken, err := admin.Database(ctx, previous); err != nil {
		return nil, err
	} else if taken {
		before := held{d, parseMark(d.Comment)}
		if before.kind != keptKind {
			f.Taken = previous
		} else if f.Previous, err = r.said(ctx, before); err != nil {
			return nil, err
		}
	}
	if m := parseMark(existing.Comment); m.kind == snapshotKind && m.Snapshot != nil && name == snapshotName(m.Target, m.Snapshot.Name) {
		f.SnapshotOf = m.Target
		return &existing, nil // nobody can connect to it
	}
	f.Template = existing.IsTemplate
	f.said, err = environment(ctx, r.target)
	if pgtools.IsDenied(err) {
		return nil, fault.Wrap(fault.Denied,
			fmt.Sprintf("connect as the role %s, to which %s belongs: with --target, or PG_USERNAME and PG_PASSWORD", existing.Owner, name), err)
	}
	if err != nil {
		return nil, err
	}
	return &existing, nil
}

// lockPatience is how long a lock is waited for: the server's side of a run that
// was killed may have to end a statement before it notices.
const lockPatience = 5 * time.Second

// lock keeps other runs away from the target for as long as admin lives.
func (r *run) lock(ctx context.Context, admin *pgtools.DB) error {
	patient, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	target := r.target.Database()
	for _, name := range []string{target, previousName(target)} {
		for {
			held, holder, err := admin.TryLock(ctx, "hectl restore "+name)
			if err != nil {
				return err
			}
			if held {
				break
			}
			select {
			case <-time.After(lockPatience / 20):
				continue
			case <-patient.Done():
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			who := ""
			if holder != nil {
				who = fmt.Sprintf(" (server process %d, since %s)", holder.PID, holder.Since.UTC().Format(time.RFC3339))
			}
			return fault.New(fault.Locked, "wait for it to finish", "another hectl is working on %s%s", r.target.WithDatabase(name), who)
		}
	}
	return nil
}

// replace does what the plan says.
func (r *run) replace(ctx context.Context, w work) (err error) {
	start := r.out.Now()
	p, admin, existing := w.plan, w.admin, w.existing
	if err := r.saySuperuser(ctx, admin, existing); err != nil {
		return err
	}
	if err := r.createTemp(ctx, admin, p); err != nil {
		return p.asItWas(ctx, err)
	}
	keep := false
	defer func() {
		if err != nil && !keep {
			err = errors.Join(err, r.dropTemp(ctx, p.Temp))
		}
		if err != nil && p.saves != nil {
			err = errors.Join(err, r.dropTemp(ctx, p.saves.temp))
		}
	}()
	scrub := func(ctx context.Context, temp pgtools.Conn) error { return r.scrub(ctx, temp, w) }
	if err := r.load(ctx, w, scrub); err != nil {
		return p.asItWas(ctx, err)
	}
	if r.loginAs != "" { // before anything else takes time
		if _, err := r.findLogin(ctx, w); err != nil {
			return err
		}
	}
	temp := r.target.WithDatabase(p.Temp)
	if err := r.runSQL(ctx, admin, temp, w.dump.Head, "mask.after", r.masking.after); err != nil {
		return err
	}
	if err := r.runSQL(ctx, admin, temp, w.dump.Head, "after", r.after.sql); err != nil {
		keep = r.keeps(ctx)
		return r.notRun(ctx, p, err)
	}
	if err := w.dump.Close(); err != nil {
		return err
	}
	if err := r.copyForSnapshot(ctx, &p); err != nil {
		return err
	}
	if err := r.runCommands(ctx, admin, p); err != nil {
		keep = r.keeps(ctx)
		return r.notRun(ctx, p, err)
	}
	if p.login, err = r.findLogin(ctx, w); err != nil {
		return err
	}
	if err := r.settle(ctx, admin, &p, r.origin(p)); err != nil {
		return err
	}
	if err := r.swap(ctx, admin, p, w.judged); err != nil {
		var busy *pgtools.BusyError
		keep = errors.As(err, &busy)
		return r.notSwapped(p, err, keep)
	}
	if existing != nil && existing.Owner != r.target.User() {
		r.out.Warn("%s belongs to the role %s, what is in it to %s, which restored it: name the target with user %s to change that",
			p.Target, existing.Owner, r.target.User(), existing.Owner)
	}
	return r.told(r.out.Result(r.report(p, r.out.Now().Sub(start))))
}

// dropLeftovers drops what earlier runs left.
func (r *run) dropLeftovers(ctx context.Context, admin *pgtools.DB, names []string) {
	for _, name := range names {
		r.out.Say("dropping %s, left by an earlier run", name)
		if err := admin.DropDatabase(ctx, name); err != nil {
			r.warn("%s stays: %v", name, err)
		}
	}
	r.removeFolders()
}

// createTemp drops what earlier runs left, and creates the temp database.
func (r *run) createTemp(ctx context.Context, admin *pgtools.DB, p plan) error {
	r.dropLeftovers(ctx, admin, p.Leftovers)
	r.out.Say("restoring %s into %s", path.Base(p.Dump.Name), p.Temp)
	err := admin.CreateDatabase(ctx, p.Temp, p.create)
	if err != nil {
		return explainCreate(err, p.create)
	}
	if err := r.markTemp(ctx, admin, p.Temp, p.raw); err != nil {
		return errors.Join(err, r.dropTemp(ctx, p.Temp))
	}
	return nil
}

// load fills the temp database. Between data and post-data it calls afterData.
func (r *run) load(ctx context.Context, w work, afterData func(ctx context.Context, temp pgtools.Conn) error) error {
	into, err := w.admin.WithFixedSettings(ctx, r.target.WithDatabase(w.plan.Temp))
	if err != nil {
		return err
	}
	l := &loader{tool: w.tool, into: into, dump: w.dump, jobs: r.jobs, quiet: w.quiet, out: r.out, tables: r.tables, mask: w.mask, folder: tempFolder(r.target)}
	doubts := w.mask.Doubts()
	warnings, err := l.load(ctx, func(ctx context.Context) error { return afterData(ctx, l.into) })
	for _, w := range warnings { // pg_restore's, all known to be harmless
		r.out.Detail("harmless: %s", w)
	}
	return explainConversion(explainDoubts(err, doubts), r.target, w.plan, w.dump.Head.Encoding())
}

// warn says what needs a person, though the run goes on.
func (r *run) warn(format string, args ...any) {
	r.warned = true
	r.out.Warn(format, args...)
}

// scrub connects to the temp database and scrubs what came as it was.
func (r *run) scrub(ctx context.Context, temp pgtools.Conn, w work) error {
	bar := r.out.Progress("scrub", console.Steps, -1)
	defer bar.Done()
	db, err := pgtools.Connect(ctx, temp, appName)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	if _, err := db.Exec(ctx, "SET search_path = '';"+readNames(w.dump)); err != nil {
		return fmt.Errorf("prepare a session: %w", err)
	}
	done := map[[2]string]bool{} // they came masked, or not at all
	for i := range w.dump.Head.Entries {
		e := &w.dump.Head.Entries[i]
		if w.mask.Table(e) != nil || e.Desc == "TABLE DATA" && !r.tables.takes(e) {
			namespace, tag := e.Names()
			done[[2]string{namespace, tag}] = true
		}
	}
	credentials, err := mask.NewInDatabase(schema.Read(w.dump.Head), r.masking.password, methods.RandomSeed(), r.keepRows...)
	if err != nil {
		return err
	}
	return scrub(ctx, db, func(schema, table string) bool { return done[[2]string{schema, table}] }, credentials)
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

// leftovers finds the databases that earlier runs for this target had to leave
// behind: the lock says that no such run is alive.
func (r *run) leftovers(ctx context.Context, admin *pgtools.DB, judged facts) (names []string, err error) {
	h, err := r.holdings(ctx, admin)
	if err != nil {
		return nil, err
	}
	for _, d := range h.temps {
		sessions, err := admin.Sessions(ctx, d.Name)
		if err != nil {
			return nil, err
		}
		// What this run asked the database itself may still be closing.
		sessions = slices.DeleteFunc(sessions, func(s pgtools.Session) bool { return s.Application == appName })
		if len(sessions) > 0 {
			r.out.Warn("%s, left by an earlier run, is in use and stays", d.Name)
			continue
		}
		why, err := r.doubts(ctx, admin, d, judged)
		if err != nil {
			return nil, err
		}
		if why != "" {
			r.warn("%s, left by an earlier run, stays: %s", d.Name, why)
			continue
		}
		names = append(names, d.Name)
	}
	return names, nil
}

// planDrops finds the databases that will be dropped: leftovers, and the previous
// database of before.
func (r *run) planDrops(ctx context.Context, admin *pgtools.DB, p *plan, judged facts) (err error) {
	if p.Leftovers, err = r.leftovers(ctx, admin, judged); err == nil && p.Exists {
		_, p.dropsPrevious, err = admin.Database(ctx, previousName(p.Target))
	}
	return err
}

// databaseComment returns the comment on a database, "" when it has none.
func databaseComment(ctx context.Context, admin *pgtools.DB, name string) (comment string, err error) {
	err = admin.QueryRow(ctx, `
		SELECT coalesce(pg_catalog.shobj_description(oid, 'pg_database'), '')
		FROM pg_catalog.pg_database WHERE datname = $1`, name).Scan(&comment)
	if err != nil {
		return "", fmt.Errorf("look up the comment on database %s: %w", name, err)
	}
	return comment, nil
}

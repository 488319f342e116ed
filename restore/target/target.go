package target

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// A Target is a database that a command replaces, copies or changes.
type Target struct {
	Conn pgtools.Conn
	// flag is the --target that was given, without a password; "" for none.
	flag      string
	allowHost []string // hosts other than this machine that --allow-host names
	force     bool
	// source is the configured source; nil for none.
	source *pgtools.Conn
	// environ looks up RAILS_ENV and similar variables; origin reports where a variable is
	// set.
	environ pgtools.Environ
	origin  func(name string) string
	Out     *console.Console

	sourceIdentity func() (pgtools.Identity, error) // called once; nil before the guard
	unmarked       map[string]bool                  // databases without a mark that the user was warned about
	warned         *bool                            // set by Warn
}

// Options are the flags and settings for a target.
type Options struct {
	Conn      pgtools.Conn
	Flag      string   // the --target that was given; "" for none
	AllowHost []string // hosts other than this machine
	Force     bool     // replace the target even if its ar_internal_metadata says production
	Source    *pgtools.Conn
	Environ   pgtools.Environ          // provides RAILS_ENV and similar variables
	Origin    func(name string) string // where Environ finds a variable; nil if not known
}

// New returns a target. It refuses a name that PostgreSQL would truncate.
func New(out *console.Console, opt Options) (*Target, error) {
	if n := len(opt.Conn.Database()); n > pgtools.MaxIdentifier {
		return nil, fault.New(fault.Usage, "give the database a shorter name",
			"the database name has %d bytes; PostgreSQL would truncate it to %d", n, pgtools.MaxIdentifier)
	}
	t := &Target{
		Conn: opt.Conn, allowHost: opt.AllowHost, force: opt.Force, source: opt.Source,
		environ: opt.Environ, origin: opt.Origin, Out: out, warned: new(bool),
	}
	if opt.Flag != "" {
		t.flag = targetFlag(opt.Flag, opt.Conn)
	}
	return t, nil
}

// String names the target for people, without a password.
func (t *Target) String() string { return t.Conn.String() }

// Name returns the name of the database.
func (t *Target) Name() string { return t.Conn.Database() }

// sibling returns a target for another database of the same server.
func (t *Target) sibling(database string) *Target {
	other := *t
	other.Conn = t.Conn.WithDatabase(database)
	return &other
}

// Use is what a command does with a target. The guard is less strict with a command
// that replaces nothing.
type Use int

// The uses of a target.
const (
	Replace        Use = iota // swap another database in, and drop the previous one
	RollBack                  // swap it with the previous database
	RestoreBeside             // restore a dump into a temp database beside it, then drop that database
	Change                    // change its rows
	Copy                      // copy it to a snapshot
	DeleteSnapshot            // delete snapshots of it
	RenameSnapshot            // rename a snapshot of it
	Purge                     // drop the databases that hectl keeps beside it
)

// String completes "refused to … TARGET".
func (u Use) String() string {
	return [...]string{
		"replace", "replace", "restore beside", "change", "copy", "delete snapshots of", "rename a snapshot of", "purge",
	}[u]
}

// A Session is a connection to the server of a target that the guard accepts.
type Session struct {
	*Target
	DB       *pgtools.DB       // holds the lock, once there is one
	Existing *pgtools.Database // the target now; nil if it does not exist
	Use      Use
	facts    facts
}

// Lock guards the target, connects to its server and locks the target against other runs
// until the session is closed. The guard checks again once the lock is held, because
// another run may have changed the target before that.
func (t *Target) Lock(ctx context.Context, u Use) (*Session, error) {
	s, err := t.Guard(ctx, u)
	if err != nil {
		return nil, err
	}
	s.facts = t.facts()
	if err = s.takeLocks(ctx); err == nil {
		err = s.Recheck(ctx)
	}
	if err != nil {
		s.Close(ctx)
		return nil, err
	}
	return s, nil
}

// Guard connects to the server of the target, unless the guard refuses the target. It
// takes no lock.
func (t *Target) Guard(ctx context.Context, u Use) (*Session, error) {
	s := &Session{Target: t, Use: u, facts: t.facts()}
	// Refuse a target that the settings alone forbid, before connecting to anything.
	if err := s.refuse(); err != nil {
		return nil, err
	}
	ask := sync.OnceValues(func() (pgtools.Identity, error) { return t.askSource(ctx) })
	go func() { _, _ = ask() }() // the guard uses the cached result
	t.sourceIdentity = ask
	var err error
	if s.DB, err = pgtools.ConnectMaintenance(ctx, t.Conn, pgtools.RestoreApp); err != nil {
		return nil, err
	}
	if err := s.Recheck(ctx); err != nil {
		s.Close(ctx)
		return nil, err
	}
	return s, nil
}

// LockSibling locks another target on the server, over the same connection.
func (s *Session) LockSibling(ctx context.Context, database string) (*Session, error) {
	other := &Session{Target: s.sibling(database), DB: s.DB, Use: s.Use}
	other.facts = other.Target.facts()
	if err := other.takeLocks(ctx); err != nil {
		return nil, err
	}
	err := other.Recheck(ctx)
	return other, err
}

// Close ends the session, which releases the lock.
func (s *Session) Close(ctx context.Context) { s.DB.Close(context.WithoutCancel(ctx)) }

// Recheck reads the facts about the target from the server again, and applies the guard.
func (s *Session) Recheck(ctx context.Context) (err error) {
	if s.Existing, err = s.inspect(ctx); err != nil {
		return err
	}
	return s.refuse()
}

// refuse returns the error with the guard's reasons against the target, nil if there
// are none.
func (s *Session) refuse() error {
	f := s.facts
	switch s.Use {
	case Replace:
	case RollBack:
		f.Previous = notes{}
	default: // the previous database is not touched
		f.Taken, f.PreviousIdentity, f.Previous = "", "", notes{}
	}
	return refusal(s.Use.String(), s.Conn, guard(f))
}

// RefuseDump applies the guard once it is known which dump is to be restored. It
// refuses a dump that was made from the target.
func (s *Session) RefuseDump(d *dump.Dump) error {
	hostname, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("compare the target with the dump's source: %w", err)
	}
	if d.Fingerprint != "" && d.Fingerprint == s.Conn.FingerprintFrom(hostname) {
		s.facts.Sources = append(s.facts.Sources, s.Conn.Fingerprint())
	}
	return s.RefuseSource(d.SourceIdentity())
}

// RefuseSource applies the guard once it is known which database the rows to be swapped
// in come from. id is nil if that is not known.
func (s *Session) RefuseSource(id *catalog.SourceIdentity) error {
	s.facts.Dumped = append(s.facts.Dumped, id)
	return s.refuse()
}

// lockPatience limits the wait for a lock. The session of a killed run may have to
// finish a statement before the server ends it.
const lockPatience = 5 * time.Second

// takeLocks takes the locks on the names of the target and its previous database.
func (s *Session) takeLocks(ctx context.Context) error {
	patient, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	target := s.Conn.Database()
	for _, name := range []string{target, PreviousName(target)} {
		for {
			held, holder, err := s.DB.TryLock(ctx, "hectl restore "+name)
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
			return fault.New(fault.Locked, "wait for it to finish", "another hectl process is working on %s%s", s.Conn.WithDatabase(name), who)
		}
	}
	return nil
}

// inspect reads the facts about the target from the server, for the guard. It returns nil
// if the target does not exist.
func (s *Session) inspect(ctx context.Context) (*pgtools.Database, error) {
	name := s.Conn.Database()
	f := &s.facts
	f.serverFacts = serverFacts{}
	err := s.DB.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'rdsadmin')
		    OR EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rds_superuser')`).Scan(&f.RDS)
	if err != nil {
		return nil, fmt.Errorf("inspect the server: %w", err)
	}
	f.SourceIdentities = nil
	if s.source != nil {
		id, err := s.sourceIdentity()
		if err != nil {
			s.Out.Detail("comparing the source by name only, because its identity is unknown: %v", err)
		}
		f.SourceIdentities = append(f.SourceIdentities, id)
	}
	if f.NamedAfter, err = snapshotOf(ctx, s.DB, name); err != nil {
		return nil, err
	}
	existing, exists, err := s.DB.Database(ctx, name)
	if err != nil || !exists {
		return nil, err
	}
	previous := PreviousName(name)
	if err := f.identify(ctx, s.DB, name, previous); err != nil {
		return nil, err
	}
	if d, taken, err := s.DB.Database(ctx, previous); err != nil {
		return nil, err
	} else if taken {
		before := Held{d, ParseMark(d.Comment)}
		if before.Kind != KeptKind {
			f.Taken = previous
		} else if f.Previous, err = s.keptNotes(ctx, before); err != nil {
			return nil, err
		}
	}
	if m := ParseMark(existing.Comment); m.Kind == SnapshotKind && m.Snapshot != nil && name == SnapshotName(m.Target, m.Snapshot.Name) {
		f.SnapshotOf = m.Target
		return &existing, nil // the target accepts no connections
	}
	f.Template = existing.IsTemplate
	f.notes, err = environment(ctx, s.Conn)
	if pgtools.IsDenied(err) {
		return nil, fault.Wrap(fault.Denied,
			fmt.Sprintf("connect as the role %s, which owns %s: with --target, or PG_USERNAME and PG_PASSWORD", existing.Owner, name), err)
	}
	if err != nil {
		return nil, err
	}
	return &existing, nil
}

// facts returns the facts from the settings alone.
func (t *Target) facts() facts {
	f := facts{Env: t.environ, EnvOrigin: t.origin, Target: t.Conn, AllowHost: t.allowHost, Force: t.force}
	if t.source != nil {
		f.Sources = []string{t.source.Fingerprint()}
	}
	return f
}

// Warn prints a warning that needs attention. The run continues, and then exits with
// code Warnings.
func (t *Target) Warn(format string, args ...any) {
	*t.warned = true
	t.Out.Warn(format, args...)
}

// Outcome returns the error for a run that has done its work, nil if there were no
// warnings. printed is the error from printing the result, which does not undo the work.
func (t *Target) Outcome(printed error) error {
	switch {
	case printed != nil:
		return fault.New(fault.Warnings, "", "done, but the result could not be printed: %w", printed)
	case *t.warned:
		return fault.New(fault.Warnings, "", "done, with the warnings above")
	}
	return nil
}

// Again returns a command line for the same target.
func (t *Target) Again(args string) string {
	if t.flag == "" {
		return "hectl " + args
	}
	return "hectl " + args + " --target=" + fault.ShellQuote(t.flag)
}

// targetFlag returns a value of --target that names the same database again, without a
// password. If text is only a name, it returns text.
func targetFlag(text string, target pgtools.Conn) string {
	if strings.ContainsAny(text, "=:/") {
		return target.Conninfo()
	}
	return text
}

// CheckIdentity fails unless the database that was renamed to name is the target that
// the guard checked, and not a template.
func (s *Session) CheckIdentity(ctx context.Context, tx *pgtools.Tx, name string) error {
	var same bool
	err := tx.QueryRow(ctx, "SELECT oid = $2 AND NOT datistemplate FROM pg_catalog.pg_database WHERE datname = $1", name, s.facts.OID).Scan(&same)
	if err != nil {
		return fmt.Errorf("check %s again: %w", name, err)
	}
	if !same {
		return fault.New(fault.Refused, "fetch again", "refused to replace %s: another database took its place during the run, or it became a template", s)
	}
	return nil
}

// CheckKept fails unless the database that was renamed from previous to name is one
// that hectl keeps.
func (s *Session) CheckKept(ctx context.Context, tx *pgtools.Tx, name, previous string) error {
	var comment string
	err := tx.QueryRow(ctx, `
		SELECT coalesce(pg_catalog.shobj_description(oid, 'pg_database'), '')
		FROM pg_catalog.pg_database WHERE datname = $1`, name).Scan(&comment)
	if err != nil {
		return fmt.Errorf("check %s again: %w", previous, err)
	}
	if ParseMark(comment).Kind != KeptKind {
		return refusal(s.Use.String(), s.Conn, guard(facts{Env: s.environ, Target: s.Conn, AllowHost: s.allowHost, serverFacts: serverFacts{Taken: previous}}))
	}
	return nil
}

// RefuseReplaced returns the refusal if the replaced database, which is now called
// previous, became production's just before the swap. It returns err if hectl cannot find
// out.
func (s *Session) RefuseReplaced(ctx context.Context, previous string) (refused, err error) {
	if s.facts.notes, err = environment(ctx, s.Conn.WithDatabase(previous)); err != nil {
		return nil, err
	}
	return s.refuse(), nil
}

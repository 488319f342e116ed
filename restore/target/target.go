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
	// environ looks up RAILS_ENV and the like; origin reports where it found one.
	environ pgtools.Environ
	origin  func(name string) string
	Out     *console.Console

	sourceIdentity func() (pgtools.Identity, error) // asked once; nil before the guard
	unmarked       map[string]bool                  // databases named like a temp database that stay
	warned         *bool                            // something was said that needs a person
}

// Options are what flags and settings say of a target.
type Options struct {
	Conn      pgtools.Conn
	Flag      string   // the --target that was given; "" for none
	AllowHost []string // hosts other than this machine
	Force     bool     // even if its own ar_internal_metadata says production
	Source    *pgtools.Conn
	Environ   pgtools.Environ          // for RAILS_ENV and the like
	Origin    func(name string) string // where Environ finds a variable; nil where that is not known
}

// New returns a target. It refuses a name that Postgres would cut.
func New(out *console.Console, opt Options) (*Target, error) {
	if n := len(opt.Conn.Database()); n > pgtools.MaxIdentifier {
		return nil, fault.New(fault.Usage, "give the database a shorter name",
			"the name of the database has %d bytes; Postgres would cut it at %d", n, pgtools.MaxIdentifier)
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

// Name is the name of the database.
func (t *Target) Name() string { return t.Conn.Database() }

// sibling is the same target in another database of the server.
func (t *Target) sibling(database string) *Target {
	other := *t
	other.Conn = t.Conn.WithDatabase(database)
	return &other
}

// Use is what a command does with a target. The guard asks less of one that
// replaces nothing.
type Use int

// The uses of a target.
const (
	Replace        Use = iota // swap another database in, and drop the previous one
	RollBack                  // swap it with the previous database
	RestoreBeside             // restore a dump beside it, and drop that again
	Change                    // change rows of it
	Copy                      // copy it to a snapshot
	DeleteSnapshot            // delete snapshots of it
	RenameSnapshot            // rename a snapshot of it
	Purge                     // drop what is kept of it
)

// String completes "refused to … TARGET".
func (u Use) String() string {
	return [...]string{
		"replace", "replace", "restore beside", "change", "copy", "delete snapshots of", "rename a snapshot of", "remove what is kept of",
	}[u]
}

// A Session is a connection to the server of a target that the guard lets pass.
type Session struct {
	*Target
	DB       *pgtools.DB       // holds the lock, once there is one
	Existing *pgtools.Database // what the target is now; nil when it does not exist
	Use      Use
	facts    facts
}

// Lock guards the target, connects to its server and keeps other runs away from it
// until the session is closed. The guard judges again once the lock is held: another
// run may have changed the target until then.
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
	// What the settings alone forbid is refused before anything is connected to.
	if err := s.refuse(); err != nil {
		return nil, err
	}
	t.sourceIdentity = sync.OnceValues(func() (pgtools.Identity, error) { return t.askSource(ctx) })
	go func() { _, _ = t.sourceIdentity() }() // kept until it is needed
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

// Close ends the session, and so releases the lock.
func (s *Session) Close(ctx context.Context) { s.DB.Close(context.WithoutCancel(ctx)) }

// Recheck asks the server what the target is now, and lets the guard judge it.
func (s *Session) Recheck(ctx context.Context) (err error) {
	if s.Existing, err = s.inspect(ctx); err != nil {
		return err
	}
	return s.refuse()
}

// refuse is the error for the guard's reasons against the target, nil when there are
// none.
func (s *Session) refuse() error {
	f := s.facts
	switch s.Use {
	case Replace:
	case RollBack:
		f.Previous = said{}
	default: // nothing is kept under the previous name, and nothing dropped
		f.Taken, f.PreviousIdentity, f.Previous = "", "", said{}
	}
	return refusal(s.Use.String(), s.Conn, guard(f))
}

// RefuseDump is the error for a dump that was made of the target, or for what the
// guard then has against it.
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

// RefuseSource is refuse once it is known which database the rows are from that are to
// take the target's place; nil when that is not known.
func (s *Session) RefuseSource(id *catalog.SourceIdentity) error {
	s.facts.Dumped = append(s.facts.Dumped, id)
	return s.refuse()
}

// lockPatience is how long a lock is waited for: the server's side of a run that
// was killed may have to end a statement before it notices.
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
			return fault.New(fault.Locked, "wait for it to finish", "another hectl is working on %s%s", s.Conn.WithDatabase(name), who)
		}
	}
	return nil
}

// inspect finds out what the target is now, nil when it does not exist, and
// completes the facts for the guard.
func (s *Session) inspect(ctx context.Context) (*pgtools.Database, error) {
	name := s.Conn.Database()
	f := &s.facts
	f.found = found{}
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
			s.Out.Detail("the source is known by its name alone: %v", err)
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
		} else if f.Previous, err = s.said(ctx, before); err != nil {
			return nil, err
		}
	}
	if m := ParseMark(existing.Comment); m.Kind == SnapshotKind && m.Snapshot != nil && name == SnapshotName(m.Target, m.Snapshot.Name) {
		f.SnapshotOf = m.Target
		return &existing, nil // nobody can connect to it
	}
	f.Template = existing.IsTemplate
	f.said, err = environment(ctx, s.Conn)
	if pgtools.IsDenied(err) {
		return nil, fault.Wrap(fault.Denied,
			fmt.Sprintf("connect as the role %s, to which %s belongs: with --target, or PG_USERNAME and PG_PASSWORD", existing.Owner, name), err)
	}
	if err != nil {
		return nil, err
	}
	return &existing, nil
}

// facts are what the settings alone say.
func (t *Target) facts() facts {
	f := facts{Env: t.environ, EnvOrigin: t.origin, Target: t.Conn, AllowHost: t.allowHost, Force: t.force}
	if t.source != nil {
		f.Sources = []string{t.source.Fingerprint()}
	}
	return f
}

// Warn says what needs a person, though the run goes on.
func (t *Target) Warn(format string, args ...any) {
	*t.warned = true
	t.Out.Warn(format, args...)
}

// Outcome is the end of a run that has done its work: what went wrong since takes
// nothing back.
func (t *Target) Outcome(unsaid error) error {
	switch {
	case unsaid != nil:
		return fault.New(fault.Warnings, "", "done, but that could not be said: %w", unsaid)
	case *t.warned:
		return fault.New(fault.Warnings, "", "done, with the warnings above")
	}
	return nil
}

// Again is a command line for the same target.
func (t *Target) Again(args string) string {
	if t.flag == "" {
		return "hectl " + args
	}
	return "hectl " + args + " --target=" + fault.ShellQuote(t.flag)
}

// targetFlag returns what to give as --target to name a database again, without a
// password: text, when it is but a name.
func targetFlag(text string, target pgtools.Conn) string {
	if strings.ContainsAny(text, "=:/") {
		return target.Conninfo()
	}
	return text
}

// CheckIdentity fails unless the database that was renamed to name is the target as it
// was judged, and no template.
func (s *Session) CheckIdentity(ctx context.Context, tx *pgtools.Tx, name string) error {
	var same bool
	err := tx.QueryRow(ctx, "SELECT oid = $2 AND NOT datistemplate FROM pg_catalog.pg_database WHERE datname = $1", name, s.facts.OID).Scan(&same)
	if err != nil {
		return fmt.Errorf("look at %s again: %w", name, err)
	}
	if !same {
		return fault.New(fault.Refused, "fetch again", "refused to replace %s: it became another database, or a template, meanwhile", s)
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
		return fmt.Errorf("look at %s again: %w", previous, err)
	}
	if ParseMark(comment).Kind != KeptKind {
		return refusal(s.Use.String(), s.Conn, guard(facts{Env: s.environ, Target: s.Conn, AllowHost: s.allowHost, found: found{Taken: previous}}))
	}
	return nil
}

// RefuseReplaced returns the refusal if the replaced database, which is called
// previous now, became production's in the last moment. err reports that this is not
// known.
func (s *Session) RefuseReplaced(ctx context.Context, previous string) (refused, err error) {
	if s.facts.said, err = environment(ctx, s.Conn.WithDatabase(previous)); err != nil {
		return nil, err
	}
	return s.refuse(), nil
}

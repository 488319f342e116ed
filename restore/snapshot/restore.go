package snapshot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/swap"
	"github.com/rubyforgood/hectl/restore/target"
)

// restoreNamed replaces the target with the named snapshot.
func restoreNamed(ctx context.Context, t *target.Target, name string, r Restore) error {
	s, err := t.Lock(ctx, target.Replace)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	snapshot, err := findSnapshot(ctx, s, name)
	if err != nil {
		return err
	}
	if o := snapshot.Origin; o != nil {
		r.Info = dump.Info{Name: o.Dump, Size: -1, Taken: o.Taken}
	}
	err = r.Run(ctx, s, snapshot)
	if _, failed := errors.AsType[*NotCopiedError](err); failed && ctx.Err() == nil {
		return explainStale(ctx, s, snapshot, err)
	}
	return err
}

// NotCopiedError reports that a snapshot could not be copied and nothing was changed.
type NotCopiedError struct{ error }

func (e *NotCopiedError) Unwrap() error { return e.error }

// explainStale adds a hint on how to fix a snapshot that was made with a different version
// of the operating system's collations.
func explainStale(ctx context.Context, s *target.Session, snapshot target.Held, err error) error {
	stale, lookup := s.DB.OtherCollations(ctx, snapshot.Name)
	if lookup != nil || !stale {
		return err
	}
	name, role := pgtools.Quote(snapshot.Name), snapshot.Owner
	allow := func(yes string) string {
		return pgtools.PsqlLine(s.Conn, role, nil, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS "+yes)
	}
	inside := pgtools.PsqlLineIn(s.Conn, snapshot.Name, role, nil, "REINDEX DATABASE "+name, "ALTER DATABASE "+name+" REFRESH COLLATION VERSION")
	hint := "rebuild its indexes, then record the version: " + strings.Join([]string{allow("true"), inside, allow("false")}, " && ")
	return fault.Wrap(fault.CodeOf(err), hint, err)
}

// CopyToTemp copies a snapshot to a temp database. The copy accepts connections only once
// it has its mark, because a later run drops a database without a mark only if no session
// can have used it.
func CopyToTemp(ctx context.Context, s *target.Session, snapshot target.Held, temp, owner string) error {
	if err := pgtools.CopyDatabase(ctx, s.Conn, snapshot.Name, temp, pgtools.CopyOptions{AppName: pgtools.RestoreApp, Owner: owner, Sealed: true}); err != nil {
		return &NotCopiedError{err}
	}
	if err := s.MarkTemp(ctx, temp, snapshot.Snapshot.Production); err != nil {
		return err
	}
	if _, err := s.DB.Exec(ctx, "ALTER DATABASE "+pgtools.Quote(temp)+" ALLOW_CONNECTIONS true"); err != nil {
		return fmt.Errorf("open %s: %w", temp, err)
	}
	return nil
}

// restorePlan describes what the restore of a snapshot will do.
type restorePlan struct {
	Snapshot  Info     `json:"snapshot"`
	Target    string   `json:"target"`
	Server    string   `json:"server"`
	Exists    bool     `json:"target_exists"`
	Temp      string   `json:"temp_database"`
	Previous  string   `json:"previous_database,omitempty"`
	Leftovers []string `json:"leftover_databases,omitempty"`
	// AfterRestore are the commands that hectl.yml runs.
	AfterRestore []string `json:"after_restore,omitempty"`

	swap *swap.Plan
}

// IsProse lets the console wrap the text.
func (restorePlan) IsProse() {}

// Text renders the plan for --dry-run.
func (p restorePlan) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "would restore   the snapshot %s, saved %s, of %s\n", p.Snapshot.Name, text.Minute(p.Snapshot.Saved), p.Snapshot.of())
	fmt.Fprintf(&b, "into            %s on %s (PostgreSQL %s)\n", p.Temp, p.Server, p.swap.Version)
	p.swap.Text(&b)
	return b.String()
}

// Restore has the settings for the restore of a snapshot.
type Restore struct {
	Info         dump.Info // the dump that the snapshot contains
	named        bool      // the user asked for this snapshot, not for a dump
	DropReplaced bool
	DryRun       bool
	Commands     swap.Commands
	Login        *swap.LoginOptions // nil to look for no login
}

// Run replaces the target with a copy of the snapshot.
func (r Restore) Run(ctx context.Context, s *target.Session, snapshot target.Held) (err error) {
	start := s.Out.Now()
	if err := s.RefuseSource(snapshot.Origin.SourceIdentity()); err != nil {
		return err
	}
	problems, err := s.Lacks(ctx)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return fault.Cannot(problems, "restore the snapshot %s into %s", snapshot.Snapshot.Name, s)
	}
	p, err := swap.NewPlan(ctx, s, r.Commands, r.DropReplaced)
	if err != nil {
		return err
	}
	p.Dump = r.Info
	if r.DryRun {
		return s.Out.Result(restorePlan{NewInfo(snapshot), p.Target, p.Server, p.Exists, p.Temp, p.Previous, p.Leftovers, p.Commands.Lines(), p})
	}
	s.DropLeftovers(ctx, p.Leftovers)
	s.Out.Detail("copying %s to %s", snapshot.Name, p.Temp)
	keep := false
	defer func() {
		if err != nil && fault.CodeOf(err) != fault.Warnings && !keep {
			err = errors.Join(err, s.DropTemp(ctx, p.Temp))
		}
	}()
	owner := snapshot.Owner
	if s.Existing != nil {
		owner = s.Existing.Owner
	}
	if err := CopyToTemp(ctx, s, snapshot, p.Temp, owner); err != nil {
		return err
	}
	if err := p.Commands.Run(ctx, s, p); err != nil {
		keep = p.Commands.Keeps(ctx)
		return p.Commands.Explain(ctx, s, p, err)
	}
	from := target.Origin{}
	if snapshot.Origin != nil {
		from = *snapshot.Origin
	}
	restored := s.Out.Now().UTC().Truncate(time.Second)
	from.Snapshot, from.Restored = snapshot.Snapshot.Name, &restored
	p.Masked, p.Rules = from.Masked, from.Rules
	if r.Login != nil {
		if p.Login, err = r.Login.Find(ctx, s, p, nil); err != nil {
			return err
		}
	}
	if err := p.Settle(ctx, s, &from); err != nil {
		return err
	}
	if err := p.Swap(ctx, s); err != nil {
		return fmt.Errorf("%s is unchanged: %w", p.Target, err)
	}
	rep := p.Report(s, s.Out.Now().Sub(start))
	rep.Snapshot, rep.SnapshotSaved, rep.SnapshotNamed = snapshot.Snapshot.Name, snapshot.Snapshot.Saved, r.named
	return s.Outcome(s.Out.Result(rep))
}

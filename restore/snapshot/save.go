package snapshot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/target"
)

// saved is the result of saving a snapshot, or of the dry run.
type saved struct {
	Snapshot  Info     `json:"snapshot"`
	Target    string   `json:"target"`
	Server    string   `json:"server"`
	Restore   string   `json:"restore"` // a command line
	Leftovers []string `json:"leftover_databases,omitempty"`
	DryRun    bool     `json:"dry_run,omitempty"`
	Seconds   float64  `json:"seconds"`
}

// IsProse lets the console wrap the text.
func (saved) IsProse() {}

// Text reports what was saved and how to restore it.
func (s saved) Text() string {
	if s.DryRun {
		var b strings.Builder
		fmt.Fprintf(&b, "would copy      %s (%s) on %s\n", s.Target, text.Size(s.Snapshot.Size), s.Server)
		fmt.Fprintf(&b, "to              %s, after ending the sessions on %s\n", s.Snapshot.Database, s.Target)
		for _, name := range s.Leftovers {
			fmt.Fprintf(&b, "first, drop     %s, left by an earlier run\n", name)
		}
		b.WriteString("nothing was changed (--dry-run)")
		return b.String()
	}
	took := text.Seconds(s.Seconds)
	return fmt.Sprintf("saved %s as the snapshot %s (%s), after %s; to go back to it:\n  %s",
		s.Target, s.Snapshot.Name, text.Size(s.Snapshot.Size), took, s.Restore)
}

// save makes a snapshot of the target.
func save(ctx context.Context, t *target.Target, name string, dryRun bool) error {
	start := t.Out.Now()
	s, err := t.Lock(ctx, target.Copy)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	if s.Existing == nil {
		return fault.New(fault.NotFound, `run "hectl fetch-latest-db" to create it, or use --target for another`, "database %s does not exist, so it cannot be saved", s)
	}
	if err := refuseTaken(ctx, s, name); err != nil {
		return err
	}
	problems, err := s.Lacks(ctx)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return fault.Cannot(problems, "save %s", s)
	}
	snapshot, err := describeSnapshot(ctx, s, name)
	if err != nil {
		return err
	}
	result := saved{
		Snapshot: NewInfo(snapshot), Target: s.Existing.Name, Server: s.String(),
		Restore: s.Again("snapshot restore " + fault.ShellQuote(name)), DryRun: dryRun,
	}
	if result.Leftovers, err = s.Leftovers(ctx); err != nil {
		return err
	}
	if dryRun {
		return s.Out.Result(result)
	}
	s.DropLeftovers(ctx, result.Leftovers)
	result.Leftovers = nil
	if err := copyToSnapshot(ctx, s, snapshot); err != nil {
		return err
	}
	result.Seconds = s.Out.Now().Sub(start).Seconds()
	return s.Outcome(s.Out.Result(result))
}

// describeSnapshot returns a description of the snapshot that save is about to make.
func describeSnapshot(ctx context.Context, s *target.Session, name string) (target.Held, error) {
	m, err := target.DatabaseMark(ctx, s.DB, s.Existing.Name)
	if err != nil {
		return target.Held{}, err
	}
	snapshot := target.Held{Database: *s.Existing, Mark: target.Mark{
		Kind: target.SnapshotKind, Target: s.Existing.Name, Origin: m.Origin, Own: m.Own,
		Snapshot: &target.SnapshotFacts{
			Name: name, Saved: s.Out.Now().UTC().Truncate(time.Millisecond),
			Production: s.MayBeProduction(),
		},
	}}
	snapshot.Name = target.SnapshotName(s.Existing.Name, name)
	return snapshot, nil
}

// copyToSnapshot copies the target to a temp database, which then gets the mark and the
// name of the snapshot in one transaction.
func copyToSnapshot(ctx context.Context, s *target.Session, snapshot target.Held) (err error) {
	from := *s.Existing
	temp := target.CopyName(from.Name, s.Out.Now())
	defer func() {
		if err != nil {
			err = errors.Join(err, s.DropTemp(ctx, temp))
		}
	}()
	s.Out.Detail("copying %s to %s", from.Name, temp)
	err = pgtools.CopyDatabase(ctx, s.Conn, from.Name, temp, pgtools.CopyOptions{AppName: pgtools.RestoreApp, Owner: from.Owner, Sealed: true})
	if err != nil {
		return err
	}
	return pgtools.SwapDatabases(ctx, s.Conn, []pgtools.Rename{{From: temp, To: snapshot.Name}}, pgtools.SwapOptions{
		AppName: pgtools.RestoreApp, Statements: []string{target.CommentOn(temp, snapshot.Mark)},
	})
}

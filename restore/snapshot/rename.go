package snapshot

import (
	"context"
	"fmt"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/restore/target"
)

// renamed is the result of renaming a snapshot, or of the dry run.
type renamed struct {
	Snapshot Info   `json:"snapshot"`
	Was      string `json:"was"`
	DryRun   bool   `json:"dry_run,omitempty"`
}

// Text reports the old name and the new one.
func (s renamed) Text() string {
	if s.DryRun {
		return fmt.Sprintf("would rename    the snapshot %s to %s\nnothing was changed (--dry-run)", s.Was, s.Snapshot.Name)
	}
	return fmt.Sprintf("the snapshot %s is now called %s", s.Was, s.Snapshot.Name)
}

// rename gives a snapshot another name. A fetch does not replace a renamed snapshot.
func rename(ctx context.Context, t *target.Target, name, to string, dryRun bool) error {
	s, err := t.Lock(ctx, target.RenameSnapshot)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	snapshot, err := findSnapshot(ctx, s, name)
	if err != nil {
		return err
	}
	if err := refuseTaken(ctx, s, to); err != nil {
		return err
	}
	was := snapshot.Name
	facts := *snapshot.Snapshot
	facts.Name, facts.Automatic = to, false
	snapshot.Snapshot, snapshot.Name = &facts, target.SnapshotName(snapshot.Target, to)
	result := renamed{Snapshot: NewInfo(snapshot), Was: name, DryRun: dryRun}
	if dryRun {
		return s.Out.Result(result)
	}
	err = pgtools.SwapDatabases(ctx, s.Conn, []pgtools.Rename{{From: was, To: snapshot.Name}}, pgtools.SwapOptions{
		AppName: pgtools.RestoreApp, Statements: []string{target.CommentOn(was, snapshot.Mark)},
	})
	if err != nil {
		return err
	}
	return s.Out.Result(result)
}

package restore

import (
	"context"
	"fmt"

	"github.com/rubyforgood/hectl/pgtools"
)

// snapshotRenamed is the result of renaming a snapshot, or what it would be.
type snapshotRenamed struct {
	Snapshot snapshotInfo `json:"snapshot"`
	Was      string       `json:"was"`
	DryRun   bool         `json:"dry_run,omitempty"`
}

// Text says what is called what.
func (s snapshotRenamed) Text() string {
	if s.DryRun {
		return fmt.Sprintf("would rename    the snapshot %s to %s\nnothing was changed (--dry-run)", s.Was, s.Snapshot.Name)
	}
	return fmt.Sprintf("the snapshot %s is called %s now", s.Was, s.Snapshot.Name)
}

// renameSnapshot gives a snapshot another name. With a name of its own it is
// nobody's to replace any more.
func (r *run) renameSnapshot(ctx context.Context, name, to string) error {
	r.doing = "rename a snapshot of"
	return r.admitted(ctx, func(ctx context.Context, admin *pgtools.DB, _ *pgtools.Database, _ facts) error {
		s, err := r.findSnapshot(ctx, admin, name)
		if err != nil {
			return err
		}
		if err := r.free(ctx, admin, to); err != nil {
			return err
		}
		was := s.Name
		facts := *s.Snapshot
		facts.Name, facts.Automatic = to, false
		s.Snapshot, s.Name = &facts, snapshotName(s.Target, to)
		result := snapshotRenamed{Snapshot: s.info(), Was: name, DryRun: r.dryRun}
		if r.dryRun {
			return r.out.Result(result)
		}
		err = pgtools.SwapDatabases(ctx, r.target, []pgtools.Rename{{From: was, To: s.Name}}, pgtools.SwapOptions{
			AppName: appName, Statements: []string{commentOn(was, s.mark)},
		})
		if err != nil {
			return err
		}
		return r.out.Result(result)
	})
}

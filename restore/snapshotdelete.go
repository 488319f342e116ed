package restore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
)

// snapshotsDeleted is the result of deleting snapshots, or what it would be.
type snapshotsDeleted struct {
	Target    string         `json:"target"`
	Snapshots []snapshotInfo `json:"snapshots"`
	DryRun    bool           `json:"dry_run,omitempty"`
}

// Text renders a line a snapshot.
func (s snapshotsDeleted) Text() string {
	var b strings.Builder
	did := "deleted"
	if s.DryRun {
		did = "would delete"
	}
	for _, d := range s.Snapshots {
		fmt.Fprintf(&b, "%s the snapshot %s (%s, saved %s, of %s)\n", did, d.Name, text.Size(d.Size), text.Minute(d.Saved), d.of())
	}
	if s.DryRun {
		b.WriteString("nothing was changed (--dry-run)")
	}
	return b.String()
}

// deleteSnapshots deletes the target's snapshots of these names, once all are
// known to be there.
func (r *run) deleteSnapshots(ctx context.Context, names []string) error {
	r.doing = "delete snapshots of"
	return r.admitted(ctx, func(ctx context.Context, admin *pgtools.DB, _ *pgtools.Database, judged facts) error {
		var found []held
		for i, name := range names {
			if slices.Contains(names[:i], name) {
				continue
			}
			s, err := r.findSnapshot(ctx, admin, name)
			if err != nil {
				return err
			}
			if err := mayRename(ctx, admin, s.Name); err != nil {
				return err
			}
			why, err := r.doubts(ctx, admin, s, judged)
			if err != nil {
				return err
			}
			if why != "" {
				return fault.New(fault.Refused, "", "refused to delete the snapshot %s: %s", s.Snapshot.Name, why)
			}
			found = append(found, s)
		}
		result := snapshotsDeleted{Target: r.target.Database(), DryRun: r.dryRun}
		for _, s := range found {
			if !r.dryRun {
				if err := drop(ctx, admin, s.Name); err != nil {
					return errors.Join(r.out.Result(result), fmt.Errorf("snapshot %s: %w", s.Snapshot.Name, err))
				}
			}
			result.Snapshots = append(result.Snapshots, s.info())
		}
		return r.out.Result(result)
	})
}

// drop drops a database that hectl made, and ends the sessions in it.
func drop(ctx context.Context, admin *pgtools.DB, name string) error {
	if _, err := admin.TerminateSessions(ctx, name); err != nil {
		return err
	}
	err := admin.DropDatabase(ctx, name)
	if pgtools.IsDenied(err) {
		return fault.Wrap(fault.Denied, "its owner may drop it, or a superuser", err)
	}
	return err
}

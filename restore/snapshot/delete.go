package snapshot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/restore/target"
)

// deleted is the result of deleting snapshots, or of the dry run.
type deleted struct {
	Target    string `json:"target"`
	Snapshots []Info `json:"snapshots"`
	DryRun    bool   `json:"dry_run,omitempty"`
}

// Text renders one line per snapshot.
func (s deleted) Text() string {
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

// deleteAll deletes the named snapshots of the target. It deletes none unless all of them
// exist.
func deleteAll(ctx context.Context, t *target.Target, names []string, dryRun bool) error {
	s, err := t.Lock(ctx, target.DeleteSnapshot)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	var found []target.Held
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		snapshot, err := findSnapshot(ctx, s, name)
		if err != nil {
			return err
		}
		if err := target.MayRename(ctx, s.DB, snapshot.Name); err != nil {
			return err
		}
		why, err := s.ProductionReason(ctx, snapshot)
		if err != nil {
			return err
		}
		if why != "" {
			return fault.New(fault.Refused, "", "refused to delete the snapshot %s: %s", snapshot.Snapshot.Name, why)
		}
		found = append(found, snapshot)
	}
	result := deleted{Target: s.Name(), DryRun: dryRun}
	for _, snapshot := range found {
		if !dryRun {
			if err := target.Drop(ctx, s.DB, snapshot.Name); err != nil {
				return errors.Join(s.Out.Result(result), fmt.Errorf("snapshot %s: %w", snapshot.Snapshot.Name, err))
			}
		}
		result.Snapshots = append(result.Snapshots, NewInfo(snapshot))
	}
	return s.Out.Result(result)
}

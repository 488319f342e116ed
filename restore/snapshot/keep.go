package snapshot

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/rubyforgood/hectl/restore/swap"
	"github.com/rubyforgood/hectl/restore/target"
)

// PlanSave chooses the name of the snapshot that a fetch keeps, and the automatic
// snapshot that it replaces.
func PlanSave(ctx context.Context, s *target.Session, p *swap.Plan, key string, recipe target.Recipe) error {
	h, err := s.Holdings(ctx, s.DB)
	if err != nil {
		return err
	}
	now := s.Out.Now()
	c := &swap.SnapshotCopy{Temp: target.CopyName(p.Target, now), Outgoing: target.OutgoingSnapshotName(p.Target, now), Recipe: recipe}
	for _, found := range h.Snapshots {
		if !found.Snapshot.Automatic {
			continue
		}
		why, err := s.ProductionReason(ctx, found)
		if err != nil {
			return err
		}
		if why != "" {
			s.Warn("the snapshot %s was not dropped: %s", found.Snapshot.Name, why)
			continue
		}
		c.Replaces, c.Older = found.Name, found.Snapshot.Name
	}
	if c.Replaces != "" {
		if err := target.MayRename(ctx, s.DB, c.Replaces); err != nil {
			return err
		}
	}
	for n := 1; c.Name == ""; n++ {
		name := automaticName(key, n)
		_, taken, err := s.DB.Database(ctx, target.SnapshotName(p.Target, name))
		if err != nil {
			return err
		}
		if !taken || target.SnapshotName(p.Target, name) == c.Replaces {
			c.Name, c.Database = name, target.SnapshotName(p.Target, name)
		}
	}
	p.Save = c
	return nil
}

var notPlain = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// automaticName returns a name for the snapshot of a dump, made from the dump's key. n is
// the number of the attempt.
func automaticName(key string, n int) string {
	name := notPlain.ReplaceAllString(strings.TrimSuffix(path.Base(key), ".rds.dump"), "-")
	name = strings.TrimLeft(name, "._-")
	suffix := ""
	if n > 1 {
		suffix = fmt.Sprintf("-%d", n)
	}
	const longest = 50
	if name == "" {
		name = "fetched"
	}
	return name[:min(len(name), longest)] + suffix
}

package restore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
)

// snapshotSaved is the result of saving a snapshot, or what it would be.
type snapshotSaved struct {
	Snapshot  snapshotInfo `json:"snapshot"`
	Target    string       `json:"target"`
	Server    string       `json:"server"`
	Restore   string       `json:"restore"` // a command line
	Leftovers []string     `json:"leftover_databases,omitempty"`
	DryRun    bool         `json:"dry_run,omitempty"`
	Seconds   float64      `json:"seconds"`
}

// IsProse lets a terminal break its lines.
func (snapshotSaved) IsProse() {}

// Text says what was saved, and how to go back to it.
func (s snapshotSaved) Text() string {
	if s.DryRun {
		var b strings.Builder
		fmt.Fprintf(&b, "would copy      %s (%s) on %s\n", s.Target, text.Size(s.Snapshot.Size), s.Server)
		fmt.Fprintf(&b, "to              %s, after ending the sessions on %s\n", s.Snapshot.Database, s.Target)
		for _, name := range s.Leftovers {
			fmt.Fprintf(&b, "before, drop    %s, left by an earlier run\n", name)
		}
		b.WriteString("nothing was changed (--dry-run)")
		return b.String()
	}
	took := text.Seconds(s.Seconds)
	return fmt.Sprintf("saved %s as the snapshot %s (%s), after %s; to go back to it:\n  %s",
		s.Target, s.Snapshot.Name, text.Size(s.Snapshot.Size), took, s.Restore)
}

// saveSnapshot makes a snapshot of the target.
func (r *run) saveSnapshot(ctx context.Context, name string) error {
	r.doing = "copy"
	return r.admitted(ctx, func(ctx context.Context, admin *pgtools.DB, existing *pgtools.Database, judged facts) error {
		start := r.out.Now()
		if existing == nil {
			return fault.New(fault.NotFound, `"hectl fetch-latest-db" makes it; --target names another`, "there is no database %s to save", r.target)
		}
		if err := r.free(ctx, admin, name); err != nil {
			return err
		}
		problems, err := lacking(ctx, admin, existing)
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return cannot(problems, "save %s", r.target)
		}
		made, err := r.made(ctx, admin, *existing, name)
		if err != nil {
			return err
		}
		made.Snapshot.Production = judged.reason(r.target.User()) != ""
		result := snapshotSaved{
			Snapshot: made.info(), Target: existing.Name, Server: r.target.String(),
			Restore: r.again("snapshot restore " + fault.ShellQuote(name)), DryRun: r.dryRun,
		}
		if result.Leftovers, err = r.leftovers(ctx, admin, judged); err != nil {
			return err
		}
		if r.dryRun {
			return r.out.Result(result)
		}
		r.dropLeftovers(ctx, admin, result.Leftovers)
		result.Leftovers = nil
		if err := r.publish(ctx, existing.Owner, existing.Name, made); err != nil {
			return err
		}
		result.Seconds = r.out.Now().Sub(start).Seconds()
		return r.told(r.out.Result(result))
	})
}

// made describes the snapshot of the target as it will be.
func (r *run) made(ctx context.Context, admin *pgtools.DB, existing pgtools.Database, name string) (held, error) {
	m, err := databaseMark(ctx, admin, existing.Name)
	if err != nil {
		return held{}, err
	}
	made := held{existing, mark{
		kind: snapshotKind, Target: existing.Name, Origin: m.Origin, own: m.own,
		Snapshot: &snapshotFacts{Name: name, Saved: r.out.Now().UTC().Truncate(time.Millisecond)},
	}}
	made.Name = snapshotName(existing.Name, name)
	return made, nil
}

// publish copies the database from to a temp database, which gets mark and name of
// the snapshot at once.
func (r *run) publish(ctx context.Context, owner, from string, made held) (err error) {
	temp := copyName(from, r.out.Now())
	defer func() {
		if err != nil {
			err = errors.Join(err, r.dropTemp(ctx, temp))
		}
	}()
	r.out.Detail("copying %s to %s", from, temp)
	err = pgtools.CopyDatabase(ctx, r.target, from, temp, pgtools.CopyOptions{AppName: appName, Owner: owner, Sealed: true})
	if err != nil {
		return err
	}
	return pgtools.SwapDatabases(ctx, r.target, []pgtools.Rename{{From: temp, To: made.Name}}, pgtools.SwapOptions{
		AppName: appName, Statements: []string{commentOn(temp, made.mark)},
	})
}

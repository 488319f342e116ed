package restore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
	"github.com/rubyforgood/hectl/pgtools"
)

// restoreNamed replaces the target by its snapshot of that name.
func (r *run) restoreNamed(ctx context.Context, name string) error {
	return r.admitted(ctx, func(ctx context.Context, admin *pgtools.DB, existing *pgtools.Database, judged facts) error {
		s, err := r.findSnapshot(ctx, admin, name)
		if err != nil {
			return err
		}
		var info dump.Info
		if o := s.Origin; o != nil {
			info = dump.Info{Name: o.Dump, Size: -1, Taken: o.Taken}
		}
		err = r.restoreSnapshot(ctx, admin, existing, s, info, judged)
		if _, failed := errors.AsType[*notCopiedError](err); failed && ctx.Err() == nil {
			return r.explainStale(ctx, admin, s, err)
		}
		return err
	})
}

// notCopiedError says that a snapshot could not be copied, and nothing was changed.
type notCopiedError struct{ error }

func (e *notCopiedError) Unwrap() error { return e.error }

// explainStale adds how to mend a snapshot that was made with another version of
// the operating system's collations.
func (r *run) explainStale(ctx context.Context, admin *pgtools.DB, s held, err error) error {
	stale, lookup := admin.OtherCollations(ctx, s.Name)
	if lookup != nil || !stale {
		return err
	}
	name, role := pgtools.Quote(s.Name), s.Owner
	allow := func(yes string) string {
		return psqlLine(r.target, role, nil, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS "+yes)
	}
	inside := psqlLineIn(r.target, s.Name, role, nil, "REINDEX DATABASE "+name, "ALTER DATABASE "+name+" REFRESH COLLATION VERSION")
	hint := "rebuild its indexes, then record the version: " + strings.Join([]string{allow("true"), inside, allow("false")}, " && ")
	return fault.Wrap(fault.CodeOf(err), hint, err)
}

// snapshotPlan is what the restore of a snapshot will do.
type snapshotPlan struct {
	Snapshot  snapshotInfo `json:"snapshot"`
	Target    string       `json:"target"`
	Server    string       `json:"server"`
	Exists    bool         `json:"target_exists"`
	Temp      string       `json:"temp_database"`
	Previous  string       `json:"previous_database,omitempty"`
	Leftovers []string     `json:"leftover_databases,omitempty"`
	// AfterRestore are the commands that hectl.yml runs.
	AfterRestore []string `json:"after_restore,omitempty"`

	plan plan
}

// IsProse lets a terminal break its lines.
func (snapshotPlan) IsProse() {}

// Text renders the plan for --dry-run.
func (p snapshotPlan) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "would restore   the snapshot %s, saved %s, of %s\n", p.Snapshot.Name, text.Minute(p.Snapshot.Saved), p.Snapshot.of())
	fmt.Fprintf(&b, "into            %s on %s (PostgreSQL %s)\n", p.Temp, p.Server, p.plan.Version)
	p.plan.exchangeText(&b)
	return b.String()
}

// restoreSnapshot replaces the target by a copy of the snapshot. dump is what
// there is in it, for the result.
func (r *run) restoreSnapshot(ctx context.Context, admin *pgtools.DB, existing *pgtools.Database, s held, info dump.Info, judged facts) (err error) {
	start := r.out.Now()
	judged.Dumped = append(judged.Dumped, s.Origin.source())
	if err := r.refusal(judged); err != nil {
		return err
	}
	problems, err := lacking(ctx, admin, existing)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return cannot(problems, "restore the snapshot %s into %s", s.Snapshot.Name, r.target)
	}
	p := r.exchange(admin.ServerVersion(), existing)
	p.Dump = info
	if err := r.planDrops(ctx, admin, &p, judged); err != nil {
		return err
	}
	if r.dryRun {
		return r.out.Result(snapshotPlan{s.info(), p.Target, p.Server, p.Exists, p.Temp, p.Previous, p.Leftovers, p.AfterRestore, p})
	}
	r.dropLeftovers(ctx, admin, p.Leftovers)
	r.out.Detail("copying %s to %s", s.Name, p.Temp)
	keep := false
	defer func() {
		if err != nil && fault.CodeOf(err) != fault.Warnings && !keep {
			err = errors.Join(err, r.dropTemp(ctx, p.Temp))
		}
	}()
	owner := s.Owner
	if existing != nil {
		owner = existing.Owner
	}
	if err := pgtools.CopyDatabase(ctx, r.target, s.Name, p.Temp, pgtools.CopyOptions{AppName: appName, Owner: owner}); err != nil {
		return &notCopiedError{err}
	}
	if err := r.markTemp(ctx, admin, p.Temp, s.Snapshot.Production); err != nil {
		return err
	}
	if err := r.runCommands(ctx, admin, p); err != nil {
		keep = r.keeps(ctx)
		return r.notRun(ctx, p, err)
	}
	from := origin{}
	if s.Origin != nil {
		from = *s.Origin
	}
	from.Snapshot, from.Restored = s.Snapshot.Name, now(r.out)
	p.Masking.Masked, p.Masking.Rules = from.Masked, from.Rules
	if p.login, err = r.snapshotLogin(ctx, p); err != nil {
		return err
	}
	if err := r.settle(ctx, admin, &p, &from); err != nil {
		return err
	}
	if err := r.swap(ctx, admin, p, judged); err != nil {
		return fmt.Errorf("%s is as it was: %w", p.Target, err)
	}
	rep := r.report(p, r.out.Now().Sub(start))
	rep.Snapshot, rep.saved, rep.asked = s.Snapshot.Name, s.Snapshot.Saved, r.snapshots == nil
	return r.told(r.out.Result(rep))
}

// told is the end of a run that has done its work: what went wrong since takes
// nothing back.
func (r *run) told(unsaid error) error {
	switch {
	case unsaid != nil:
		return fault.New(fault.Warnings, "", "done, but that could not be said: %w", unsaid)
	case r.warned:
		return fault.New(fault.Warnings, "", "done, with the warnings above")
	}
	return nil
}

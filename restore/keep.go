package restore

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/mask/methods"
	"github.com/rubyforgood/hectl/pgtools"
)

// snapshots is what a fetch does with them.
type snapshots struct {
	save     bool // keep what was fetched as one
	fresh    bool // do not restore from one
	password string
	version  string // of hectl
}

// saving is a snapshot that a fetch makes. It gets its name in the transaction
// that exchanges the target, so there is either both or none.
type saving struct {
	name     string
	database string
	temp     string // what it is called before that
	recipe   recipe
	mark     mark   // complete once the copy is made
	replaces string // database of the older automatic snapshot, "" for none
	older    string // its name
	outgoing string // what that is called on its way out
}

// text is the line about it in a plan.
func (s *saving) text() string {
	instead := ""
	if s.older != "" && s.older != s.name {
		instead = ", in place of " + s.older
	}
	return fmt.Sprintf("then copy       it to the snapshot %s%s\n", s.name, instead)
}

// useSnapshot restores from a snapshot when there is one of that dump, and says
// whether it did, or with --dry-run would. One that cannot be copied is no reason to
// fail: the dump is still there.
func (r *run) useSnapshot(ctx context.Context, admin *pgtools.DB, src dump.Opener, existing *pgtools.Database, judged facts) (bool, error) {
	of, ok := src.(dump.Object)
	if r.snapshots == nil || r.snapshots.fresh || !ok {
		return false, nil
	}
	h, err := r.holdings(ctx, admin)
	if err != nil {
		return false, err
	}
	s, reasons := serving(h.snapshots, r.recipe(of), r.snapshots.password)
	for _, reason := range reasons {
		r.out.Detail("%s", reason)
	}
	if s == nil {
		return false, nil
	}
	r.out.Say("the snapshot %s holds the newest dump: restoring from that (--fresh downloads it)", s.Snapshot.Name)
	info := dump.Info{Name: of.Name(), Size: of.Dump.Size, Taken: &of.Dump.Time}
	err = r.restoreSnapshot(ctx, admin, existing, *s, info, judged)
	if failed, ok := errors.AsType[*notCopiedError](err); ok && ctx.Err() == nil {
		r.out.Warn("downloading the dump, because the snapshot %s cannot be used: %v (\"hectl fetch-latest-db --fresh --snapshot\" replaces it)", s.Snapshot.Name, failed)
		return false, nil
	}
	if _, failed := errors.AsType[*commandError](err); !failed && err != nil && fault.CodeOf(err) != fault.Warnings && ctx.Err() == nil {
		err = fault.Wrap(fault.CodeOf(err), "--fresh downloads the dump in place of using the snapshot", err)
	}
	return true, err
}

// planSnapshot decides what the snapshot is called that --snapshot asks for, and
// which older one goes.
func (r *run) planSnapshot(ctx context.Context, admin *pgtools.DB, src dump.Opener, p *plan, judged facts) error {
	of, ok := src.(dump.Object)
	if !ok {
		return nil
	}
	p.etag = of.Dump.ETag
	if r.snapshots == nil || !r.snapshots.save {
		return nil
	}
	h, err := r.holdings(ctx, admin)
	if err != nil {
		return err
	}
	now := r.out.Now()
	s := &saving{temp: copyName(p.Target, now), outgoing: outgoingSnapshotName(p.Target, now), recipe: r.recipe(of)}
	for _, found := range h.snapshots {
		if !found.Snapshot.Automatic {
			continue
		}
		why, err := r.doubts(ctx, admin, found, judged)
		if err != nil {
			return err
		}
		if why != "" {
			r.warn("the snapshot %s stays: %s", found.Snapshot.Name, why)
			continue
		}
		s.replaces, s.older = found.Name, found.Snapshot.Name
	}
	if s.replaces != "" {
		if err := mayRename(ctx, admin, s.replaces); err != nil {
			return err
		}
	}
	for n := 1; s.name == ""; n++ {
		name := automaticName(of.Dump.Key, n)
		_, taken, err := admin.Database(ctx, snapshotName(p.Target, name))
		if err != nil {
			return err
		}
		if !taken || snapshotName(p.Target, name) == s.replaces {
			s.name, s.database = name, snapshotName(p.Target, name)
		}
	}
	p.saves, p.Snapshot = s, s.name
	return nil
}

var notPlain = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// automaticName is the name of the snapshot of a dump: that of the dump, as far as
// it may be one. n counts the tries.
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

// mayRename refuses a database that belongs to somebody else.
func mayRename(ctx context.Context, admin *pgtools.DB, name string) error {
	others, err := othersDatabases(ctx, admin, name)
	if err != nil {
		return err
	}
	for _, d := range others {
		return fault.New(fault.Denied, "", "the database %s belongs to the role %s, of which yours is no member", d.Name, d.Owner)
	}
	return nil
}

// copyForSnapshot copies the complete temp database to what becomes the snapshot.
// That there is none is no reason to lose the fetch.
func (r *run) copyForSnapshot(ctx context.Context, p *plan) error {
	s := p.saves
	if s == nil {
		return nil
	}
	if r.snapshots.password != methods.DefaultPassword {
		hash, err := methods.HashPassword(r.snapshots.password)
		if err != nil {
			return err
		}
		s.recipe.Password = hash
	}
	s.mark = mark{
		kind: snapshotKind, Target: p.Target, Origin: r.origin(*p),
		Snapshot: &snapshotFacts{Name: s.name, Saved: r.out.Now().UTC().Truncate(time.Millisecond), Automatic: true, Recipe: &s.recipe},
	}
	r.out.Detail("copying %s to %s", p.Temp, s.temp)
	err := pgtools.CopyDatabase(ctx, r.target, p.Temp, s.temp, pgtools.CopyOptions{AppName: appName, Owner: p.create.Owner, Sealed: true})
	if err != nil && ctx.Err() == nil {
		r.warn("there is no snapshot: %v", err)
		p.saves = nil
		return nil
	}
	return err
}

// origin says where the rows of the temp database come from.
func (r *run) origin(p plan) *origin {
	return &origin{
		Dump: p.Dump.Name, ETag: p.etag, Taken: p.Dump.Taken, Fetched: *now(r.out),
		Chosen: p.Chosen, Kept: p.Kept, Spared: r.loginAs != "" && p.Masking.Masked, Masked: p.Masking.Masked, Rules: p.Masking.Rules,
		Source: p.source,
	}
}

package restore

import (
	"context"
	"errors"
	"fmt"
	"path"

	"golang.org/x/sync/errgroup"

	"github.com/rubyforgood/hectl/dump"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/restore/load"
	"github.com/rubyforgood/hectl/restore/snapshot"
	"github.com/rubyforgood/hectl/restore/swap"
	"github.com/rubyforgood/hectl/restore/target"
)

// refresh turns a snapshot of an older dump into the newest dump: only the rows that
// differ are downloaded and changed.
type refresh struct {
	base target.Held // the snapshot
	rows *load.Refresh
}

func (f *refresh) close() error { return errors.Join(f.rows.Close(), f.rows.From.Close()) }

// planRefresh finds a snapshot to refresh, and sets r.refresh. If no snapshot can be
// refreshed, the whole dump is restored, and a message explains why.
func (f fetch) planRefresh(ctx context.Context, r *replacement, newest dump.Object, recipe target.Recipe) error {
	h, err := r.session.Holdings(ctx, r.session.DB)
	if err != nil {
		return err
	}
	base, why := snapshot.FindBase(h.Snapshots, recipe, r.load.Password)
	if base != nil {
		r.refresh, err = f.planFrom(ctx, r, newest, *base)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
		why = base.Snapshot.Name + ": " + err.Error()
	}
	if why != "" {
		r.whole = "the snapshot " + why
	}
	return nil
}

// planFrom plans to refresh a snapshot. The error is a *load.NotRefreshedError if the
// snapshot cannot be refreshed.
func (f fetch) planFrom(ctx context.Context, r *replacement, newest dump.Object, base target.Held) (_ *refresh, err error) {
	refuse := func(format string, args ...any) error {
		return &load.NotRefreshedError{Why: fmt.Sprintf(format, args...)}
	}
	made := base.Snapshot.Recipe
	if err := refuseTouched(ctx, r.session, base); err != nil {
		return nil, err
	}
	if len(f.after.sql.Files)+len(f.masking.after.Files) > 0 {
		return nil, refuse("SQL from hectl.yml has run in it")
	}
	switch stale, err := r.session.DB.OtherCollations(ctx, base.Name); {
	case err != nil:
		return nil, err
	case stale:
		return nil, refuse("the server's collations have a new version")
	}
	switch alike, err := r.session.DB.IsLike(ctx, base.Database, r.create); {
	case err != nil:
		return nil, err
	case !alike:
		return nil, refuse("its encoding or locale differs from those that %s would get", f.target.Name())
	}
	if path.Dir(made.Dump) != path.Dir(newest.Name()) {
		return nil, refuse("its dump is not in %s", newest.Bucket)
	}
	object, err := f.finder.Named(ctx, newest.Bucket, made.Dump)
	switch {
	case fault.CodeOf(err) == fault.NotFound:
		return nil, refuse("its dump is no longer in %s", newest.Bucket)
	case err != nil:
		return nil, err
	case object.Dump.ETag != made.ETag:
		return nil, refuse("its dump has been replaced since")
	}
	from, err := object.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, from.Close())
		}
	}()
	_ = r.masking.trust.Judge(from) // sets Masked; the reason does not matter here
	if from.Masked != r.dump.Masked || from.Masked && from.Manifest.MaskRules != r.dump.Manifest.MaskRules {
		return nil, refuse("its dump was masked differently")
	}
	rows := &load.Refresh{Loader: r.loader(), From: from, ChangedSince: base.Snapshot.ChangedSince}
	if err := rows.Plan(ctx); err != nil {
		return nil, err
	}
	if r.masking.rules != nil && !r.dump.Masked && r.masking.rules.SeedFile == "" && rows.Masks() {
		return nil, refuse("without a seed file (mask.seed in hectl.yml), fake data differs from fetch to fetch")
	}
	return &refresh{base, rows}, nil
}

// refuseTouched returns a *load.NotRefreshedError if a session may have changed a
// snapshot.
func refuseTouched(ctx context.Context, s *target.Session, snapshot target.Held) error {
	untouched, err := s.IsUntouched(ctx, snapshot)
	if err == nil && !untouched {
		err = &load.NotRefreshedError{Why: touched}
	}
	return err
}

// touched explains why a snapshot is used neither for a refresh nor in place of its dump.
const touched = "it was opened to connections, so its rows may have changed"

// refreshTemp makes the temp database from a copy of the snapshot.
func (r *replacement) refreshTemp(ctx context.Context) error {
	s, p, f := r.session, r.swap, r.refresh
	s.DropLeftovers(ctx, p.Leftovers)
	r.out.Say("refreshing the snapshot %s to %s in %s", f.base.Snapshot.Name, path.Base(p.Dump.Name), p.Temp)
	group, working := errgroup.WithContext(ctx)
	group.Go(func() error { return f.rows.Read(working) })
	group.Go(func() error { return snapshot.CopyToTemp(working, s, f.base, p.Temp, r.create.Owner) })
	if err := group.Wait(); err != nil {
		return err
	}
	err := refuseTouched(ctx, s, f.base) // a session may have changed it during the copy
	if err != nil {
		return err
	}
	if f.rows.Loader.Into, err = s.DB.WithFixedSettings(ctx, s.Conn.WithDatabase(p.Temp)); err != nil {
		return err
	}
	return f.rows.Apply(ctx)
}

// fillTemp makes the temp database: by a refresh if one is planned, or else from the
// whole dump. A failed refresh does not fail the run.
func (r *replacement) fillTemp(ctx context.Context) error {
	if r.refresh != nil {
		err := r.refreshTemp(ctx)
		if err == nil {
			r.swap.Refreshed = r.refresh.result(r.dump)
			if r.swap.Save != nil {
				r.swap.Save.ChangedSince = r.refresh.rows.ChangedSince
			}
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
		r.whole = "the snapshot " + r.refresh.base.Snapshot.Name + ": " + err.Error()
		if _, expected := errors.AsType[*load.NotRefreshedError](err); !expected {
			r.whole = ""
			r.out.Warn("refreshing the snapshot %s failed: %v", r.refresh.base.Snapshot.Name, err)
		}
		if err := r.session.DropTemp(ctx, r.swap.Temp); err != nil {
			return err
		}
	}
	if r.whole != "" {
		r.out.Say("restoring the whole dump instead of refreshing %s", console.Clean(r.whole))
	}
	if err := r.createTemp(ctx); err != nil {
		return err
	}
	return r.loadTemp(ctx, nil)
}

// result describes a refresh that is planned or done.
func (f *refresh) result(d *dump.Dump) *swap.Refreshed {
	changed, replaced := f.rows.Tables()
	return &swap.Refreshed{
		Snapshot: f.base.Snapshot.Name, From: f.rows.From.Name,
		Unchanged: f.rows.Unchanged, Changed: changed, Replaced: replaced,
		RowChanges: f.rows.Rows(), Download: f.rows.Download(), Whole: d.Size,
	}
}

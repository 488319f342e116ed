package restore

import (
	"cmp"
	"context"
	"slices"

	"github.com/rubyforgood/hectl/pgtools"
)

// held is a database, and what the comment on it says.
type held struct {
	pgtools.Database
	mark
}

// holdings are what hectl has on the server for a target, and the target. What
// is not there is nil.
type holdings struct {
	target    *held
	previous  *held
	snapshots []held // the oldest first
	temps     []held
}

// all are the databases beside the target.
func (h holdings) all() []held {
	var all []held
	if h.previous != nil {
		all = append(all, *h.previous)
	}
	return slices.Concat(all, h.snapshots, h.temps)
}

// recreated reports whether there is a previous database of another target than the
// one that is there, if any: hectl marks every database that it swaps in.
func (h holdings) recreated() bool {
	return h.previous != nil && (h.target == nil || h.target.Target == "")
}

// unmasked returns the names of the databases, the target included, whose rows
// came out of a dump and were not masked by rules.
func (h holdings) unmasked() (names []string) {
	databases := h.all()
	if h.target != nil {
		databases = slices.Insert(databases, 0, *h.target)
	}
	for _, d := range databases {
		if o := d.Origin; o != nil && o.Dump != "" && !o.Masked {
			names = append(names, d.Name)
		}
	}
	return names
}

// snapshot returns the snapshot of that name, nil when there is none.
func (h holdings) snapshot(name string) *held {
	for i := range h.snapshots {
		if h.snapshots[i].Snapshot.Name == name {
			return &h.snapshots[i]
		}
	}
	return nil
}

// isTemp tells whether it is a temp database of a run for target. One without any
// comment is: the run was killed while the server created it, and did not come to
// mark it.
func (h held) isTemp(target string) bool {
	ours := h.kind != noKind && (h.Target == "" || h.Target == target)
	return isTempName(target, h.Name) && (ours || h.Comment == "")
}

// sortOut finds a target's databases. Beside the target itself, and what isTemp
// explains, only those count whose name and mark both say that hectl made them for
// it: a comment may have been copied, and a name is anybody's.
func sortOut(target string, found []pgtools.Database) holdings {
	var h holdings
	for _, d := range found {
		of := held{d, parseMark(d.Comment)}
		switch {
		case d.Name == target:
			h.target = &of
		case of.kind == keptKind && d.Name == previousName(target):
			h.previous = &of
		case of.kind == snapshotKind && of.Target == target && of.Snapshot != nil && d.Name == snapshotName(target, of.Snapshot.Name):
			h.snapshots = append(h.snapshots, of)
		case of.isTemp(target):
			h.temps = append(h.temps, of)
		}
	}
	slices.SortFunc(h.snapshots, func(a, b held) int {
		return cmp.Or(a.Snapshot.Saved.Compare(b.Snapshot.Saved), cmp.Compare(a.Snapshot.Name, b.Snapshot.Name))
	})
	return h
}

// targets returns the targets for which hectl has made any of these databases, by
// name.
func targets(found []pgtools.Database) []string {
	var names []string
	for _, d := range found {
		if m := parseMark(d.Comment); m.Target != "" && !slices.Contains(names, m.Target) {
			if h := sortOut(m.Target, found); len(h.all()) > 0 {
				names = append(names, m.Target)
			}
		}
	}
	slices.Sort(names)
	return names
}

// databases lists the target, what hectl made for it, and what it marked for other
// targets.
func (r *run) databases(ctx context.Context, admin *pgtools.DB) ([]pgtools.Database, error) {
	found, err := admin.DatabasesByComment(ctx, markPrefix, r.target.Database())
	if err != nil {
		return nil, err
	}
	named, err := admin.DatabasesWithPrefix(ctx, tempPrefix(r.target.Database()))
	for _, d := range named {
		switch {
		case d.Comment != "" || !isTempName(r.target.Database(), d.Name):
		case r.isUnfinished(ctx, d):
			found = append(found, d)
		case !r.unmarked[d.Name]: // it is said once
			if r.unmarked == nil {
				r.unmarked = map[string]bool{}
			}
			r.unmarked[d.Name] = true
			r.out.Warn("%s stays: it is named like a temporary database of hectl's, but has no mark and is not empty", d.Name)
		}
	}
	return found, err
}

// isUnfinished reports whether a database without a mark is one that a killed run
// had only begun: nobody may connect to it, or there is nothing in it. A name alone
// is anybody's.
func (r *run) isUnfinished(ctx context.Context, d pgtools.Database) bool {
	if !d.AllowConn {
		return true
	}
	db, err := pgtools.Connect(ctx, r.target.WithDatabase(d.Name), appName)
	if err != nil {
		return false
	}
	defer db.Close(context.WithoutCancel(ctx))
	var empty bool
	err = db.QueryRow(ctx, `
		SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid >= 16384)
		   AND NOT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)
		   AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc WHERE oid >= 16384)`).Scan(&empty)
	return err == nil && empty
}

// holdings finds what hectl has for the target.
func (r *run) holdings(ctx context.Context, admin *pgtools.DB) (holdings, error) {
	found, err := r.databases(ctx, admin)
	return sortOut(r.target.Database(), found), err
}

// look is holdings for who only reads: it asks no guard and takes no lock.
func (r *run) look(ctx context.Context) (holdings, error) {
	admin, err := pgtools.ConnectMaintenance(ctx, r.target, appName)
	if err != nil {
		return holdings{}, err
	}
	defer admin.Close(context.WithoutCancel(ctx))
	return r.holdings(ctx, admin)
}

package target

import (
	"cmp"
	"context"
	"slices"

	"github.com/rubyforgood/hectl/pgtools"
)

// Held is a database, and what the comment on it says.
type Held struct {
	pgtools.Database
	Mark
}

// Holdings are what hectl has on the server for a target, and the target. What
// is not there is nil.
type Holdings struct {
	Target    *Held
	Previous  *Held
	Snapshots []Held // the oldest first
	Temps     []Held
}

// All are the databases beside the target.
func (h Holdings) All() []Held {
	var all []Held
	if h.Previous != nil {
		all = append(all, *h.Previous)
	}
	return slices.Concat(all, h.Snapshots, h.Temps)
}

// Recreated reports whether there is a previous database of another target than the
// one that is there, if any: hectl marks every database that it swaps in.
func (h Holdings) Recreated() bool {
	return h.Previous != nil && (h.Target == nil || h.Target.Target == "")
}

// Unmasked returns the names of the databases, the target included, whose rows
// came out of a dump and were not masked by rules.
func (h Holdings) Unmasked() (names []string) {
	databases := h.All()
	if h.Target != nil {
		databases = slices.Insert(databases, 0, *h.Target)
	}
	for _, d := range databases {
		if o := d.Origin; o != nil && o.Dump != "" && !o.Masked {
			names = append(names, d.Name)
		}
	}
	return names
}

// Snapshot returns the snapshot of that name, nil when there is none.
func (h Holdings) Snapshot(name string) *Held {
	for i := range h.Snapshots {
		if h.Snapshots[i].Snapshot.Name == name {
			return &h.Snapshots[i]
		}
	}
	return nil
}

// isTemp tells whether it is a temp database of a run for target. One without any
// comment is: the run was killed while the server created it, and did not come to
// mark it.
func (h Held) isTemp(target string) bool {
	ours := h.Kind != NoKind && (h.Target == "" || h.Target == target)
	return IsTempName(target, h.Name) && (ours || h.Comment == "")
}

// sortOut finds a target's databases. Beside the target itself, and what isTemp
// explains, only those count whose name and mark both say that hectl made them for
// it: a comment may have been copied, and a name is anybody's.
func sortOut(target string, found []pgtools.Database) Holdings {
	var h Holdings
	for _, d := range found {
		of := Held{d, ParseMark(d.Comment)}
		switch {
		case d.Name == target:
			h.Target = &of
		case of.Kind == KeptKind && d.Name == PreviousName(target):
			h.Previous = &of
		case of.Kind == SnapshotKind && of.Target == target && of.Snapshot != nil && d.Name == SnapshotName(target, of.Snapshot.Name):
			h.Snapshots = append(h.Snapshots, of)
		case of.isTemp(target):
			h.Temps = append(h.Temps, of)
		}
	}
	slices.SortFunc(h.Snapshots, func(a, b Held) int {
		return cmp.Or(a.Snapshot.Saved.Compare(b.Snapshot.Saved), cmp.Compare(a.Snapshot.Name, b.Snapshot.Name))
	})
	return h
}

// Names returns the targets for which hectl has made any of these databases, by
// name.
func Names(found []pgtools.Database) []string {
	var names []string
	for _, d := range found {
		if m := ParseMark(d.Comment); m.Target != "" && !slices.Contains(names, m.Target) {
			if h := sortOut(m.Target, found); len(h.All()) > 0 {
				names = append(names, m.Target)
			}
		}
	}
	slices.Sort(names)
	return names
}

// Databases lists the target, what hectl made for it, and what it marked for other
// targets.
func (t *Target) Databases(ctx context.Context, admin *pgtools.DB) ([]pgtools.Database, error) {
	found, err := admin.DatabasesByComment(ctx, markPrefix, t.Conn.Database())
	if err != nil {
		return nil, err
	}
	named, err := admin.DatabasesWithPrefix(ctx, tempPrefix(t.Conn.Database()))
	for _, d := range named {
		switch {
		case d.Comment != "" || !IsTempName(t.Conn.Database(), d.Name):
		case t.isUnfinished(ctx, d):
			found = append(found, d)
		case !t.unmarked[d.Name]: // it is said once
			if t.unmarked == nil {
				t.unmarked = map[string]bool{}
			}
			t.unmarked[d.Name] = true
			t.Out.Warn("%s stays: it is named like a temporary database of hectl's, but has no mark and is not empty", d.Name)
		}
	}
	return found, err
}

// isUnfinished reports whether a database without a mark is one that a killed run
// had only begun: nobody may connect to it, or there is nothing in it. A name alone
// is anybody's.
func (t *Target) isUnfinished(ctx context.Context, d pgtools.Database) bool {
	if !d.AllowConn {
		return true
	}
	db, err := pgtools.Connect(ctx, t.Conn.WithDatabase(d.Name), pgtools.RestoreApp)
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

// Holdings finds what hectl has for the target.
func (t *Target) Holdings(ctx context.Context, admin *pgtools.DB) (Holdings, error) {
	found, err := t.Databases(ctx, admin)
	return sortOut(t.Conn.Database(), found), err
}

// Look is holdings for who only reads: it asks no guard and takes no lock.
func (t *Target) Look(ctx context.Context) (Holdings, error) {
	admin, err := pgtools.ConnectMaintenance(ctx, t.Conn, pgtools.RestoreApp)
	if err != nil {
		return Holdings{}, err
	}
	defer admin.Close(context.WithoutCancel(ctx))
	return t.Holdings(ctx, admin)
}

package target

import (
	"cmp"
	"context"
	"slices"

	"github.com/rubyforgood/hectl/pgtools"
)

// Held is a database and the mark on it.
type Held struct {
	pgtools.Database
	Mark
}

// Holdings are the target and the databases that hectl keeps for it. A missing one is
// nil.
type Holdings struct {
	Target    *Held
	Previous  *Held
	Snapshots []Held // the oldest first
	Temps     []Held
}

// All returns the databases beside the target.
func (h Holdings) All() []Held {
	var all []Held
	if h.Previous != nil {
		all = append(all, *h.Previous)
	}
	return slices.Concat(all, h.Snapshots, h.Temps)
}

// Recreated reports whether something else dropped or recreated the target after hectl
// kept the previous database: hectl marks every database that it swaps in.
func (h Holdings) Recreated() bool {
	return h.Previous != nil && (h.Target == nil || h.Target.Target == "")
}

// Unmasked returns the names of the databases, the target included, whose rows
// came from a dump and were not masked by rules.
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

// Snapshot returns the snapshot with the name, nil if there is none.
func (h Holdings) Snapshot(name string) *Held {
	for i := range h.Snapshots {
		if h.Snapshots[i].Snapshot.Name == name {
			return &h.Snapshots[i]
		}
	}
	return nil
}

// isTemp reports whether h is a temp database of a run for target. A database without a
// comment also qualifies: the run was killed before it could mark the database.
func (h Held) isTemp(target string) bool {
	ours := h.Kind != NoKind && (h.Target == "" || h.Target == target)
	return IsTempName(target, h.Name) && (ours || h.Comment == "")
}

// sortOut finds a target's databases. Except for the target itself and unmarked temp
// databases (see isTemp), both the name and the mark must show that hectl made a database
// for the target: a comment can be copied, and anyone can choose a name.
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

// Databases lists the target, the databases that hectl made for it, and those that it
// marked for other targets.
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
		case !t.unmarked[d.Name]: // warn only once
			if t.unmarked == nil {
				t.unmarked = map[string]bool{}
			}
			t.unmarked[d.Name] = true
			t.Out.Warn("%s was not dropped: it is named like one of hectl's temp databases, but has no mark and is not empty", d.Name)
		}
	}
	return found, err
}

// isUnfinished reports whether an unmarked database looks like one that a killed run
// had only begun to create: it accepts no connections, or it is empty. The name alone
// proves nothing.
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

// Holdings finds the target and the databases that hectl keeps for it.
func (t *Target) Holdings(ctx context.Context, admin *pgtools.DB) (Holdings, error) {
	found, err := t.Databases(ctx, admin)
	return sortOut(t.Conn.Database(), found), err
}

// Look returns the holdings for a command that only reads. It needs no guard and takes
// no lock.
func (t *Target) Look(ctx context.Context) (Holdings, error) {
	admin, err := pgtools.ConnectMaintenance(ctx, t.Conn, pgtools.RestoreApp)
	if err != nil {
		return Holdings{}, err
	}
	defer admin.Close(context.WithoutCancel(ctx))
	return t.Holdings(ctx, admin)
}

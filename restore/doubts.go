package restore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools"
)

// doubts returns why a database that hectl keeps may be production's, and must not
// be dropped or replaced: a clause, "" when nothing speaks against it. hectl's mark
// on it is not enough, since rows may have come later, or it was a copy that
// --force replaced.
func (r *run) doubts(ctx context.Context, admin *pgtools.DB, d held, judged facts) (string, error) {
	if slices.Contains(judged.Sources, r.target.WithDatabase(d.Name).Fingerprint()) {
		return "it is the source of the dumps", nil
	}
	id, err := admin.Identity(ctx, d.Name)
	switch {
	case pgtools.IsDenied(err) && judged.knowsSources():
		return "whether it is the source of the dumps cannot be checked (as a superuser: GRANT EXECUTE ON FUNCTION pg_control_system() TO " + pgtools.Quote(r.target.User()) + ")", nil
	case err != nil && !pgtools.IsDenied(err):
		return "", err
	case judged.isSource(id):
		return "it is the source of the dumps", nil
	case judged.Force:
		return "", nil
	}
	s, err := r.said(ctx, d)
	return s.reason(r.target.User()), err
}

// said returns what a database that hectl keeps says of its environment.
func (r *run) said(ctx context.Context, d held) (said, error) {
	if !d.AllowConn && (d.kind == tempKind || d.kind == snapshotKind || d.Comment == "") {
		// It is what hectl made it: nobody can have changed it since.
		s := said{}
		if d.Snapshot != nil && d.Snapshot.Production {
			s.Existing = "production"
		}
		return s, nil
	}
	if d.kind == tempKind && d.Raw {
		return said{}, nil
	}
	s, err := environment(ctx, r.target.WithDatabase(d.Name))
	switch state := pgtools.SQLState(err); {
	case pgtools.IsNoDatabase(err): // another session has dropped it
		return said{}, nil
	case pgtools.IsDenied(err) || strings.HasPrefix(state, "55") || strings.HasPrefix(state, "28") || state == "53300":
		return said{Unclear: "environment cannot be read (" + err.Error() + ")"}, nil
	}
	return s, err
}

// dropKept drops a database that hectl keeps, if there is one, unless it may be
// production's.
func (r *run) dropKept(ctx context.Context, admin *pgtools.DB, name string, judged facts) error {
	d, exists, err := admin.Database(ctx, name)
	if err != nil || !exists {
		return err
	}
	why, err := r.doubts(ctx, admin, held{d, parseMark(d.Comment)}, judged)
	if err != nil {
		return err
	}
	if why != "" {
		return errors.New(why)
	}
	return admin.DropDatabase(ctx, name)
}

// snapshotOf returns the database of whose snapshots one has the name; "" for none.
func snapshotOf(ctx context.Context, admin *pgtools.DB, name string) (string, error) {
	const infix = "_snapshot_"
	for i := range name {
		if !strings.HasPrefix(name[i:], infix) || i == 0 || i+len(infix) == len(name) {
			continue
		}
		_, exists, err := admin.Database(ctx, name[:i])
		if err != nil || exists {
			return name[:i], err
		}
	}
	return "", nil
}

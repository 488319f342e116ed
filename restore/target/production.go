package target

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/pgtools"
)

// ProductionReason returns a clause that explains why a database that hectl keeps may
// be production's and must not be dropped or replaced; "" if nothing indicates it.
// hectl's mark on it is not enough: its rows may have changed since, or --force may
// have replaced a database that names production.
func (s *Session) ProductionReason(ctx context.Context, d Held) (string, error) {
	judged := s.facts
	if slices.Contains(judged.Sources, s.Conn.WithDatabase(d.Name).Fingerprint()) {
		return "it is the source of the dumps", nil
	}
	id, err := s.DB.Identity(ctx, d.Name)
	switch {
	case pgtools.IsDenied(err) && judged.knowsSources():
		return "hectl cannot check whether it is the source of the dumps (as a superuser: GRANT EXECUTE ON FUNCTION pg_control_system() TO " + pgtools.Quote(s.Conn.User()) + ")", nil
	case err != nil && !pgtools.IsDenied(err):
		return "", err
	case judged.isSource(id):
		return "it is the source of the dumps", nil
	case judged.Force:
		return "", nil
	}
	n, err := s.keptNotes(ctx, d)
	return n.reason(s.Conn.User()), err
}

// keptNotes returns the notes of a database that hectl keeps.
func (t *Target) keptNotes(ctx context.Context, d Held) (notes, error) {
	if d.IsInvalid() {
		return notes{}, nil // the database can only be dropped
	}
	if !d.AllowConn && (d.Kind == TempKind || d.Kind == SnapshotKind || d.Comment == "") {
		// The database accepts no connections, so nothing can have changed it since hectl
		// made it.
		s := notes{}
		if d.Snapshot != nil && d.Snapshot.Production {
			s.Existing = "production"
		}
		return s, nil
	}
	if d.Kind == TempKind && d.Raw {
		return notes{}, nil
	}
	s, err := environment(ctx, t.Conn.WithDatabase(d.Name))
	switch state := pgtools.SQLState(err); {
	case pgtools.IsNoDatabase(err): // another session has dropped it
		return notes{}, nil
	case pgtools.IsDenied(err) || strings.HasPrefix(state, "55") || strings.HasPrefix(state, "28") || pgtools.IsTooMany(err):
		return notes{Unclear: "environment cannot be read (" + err.Error() + ")"}, nil
	}
	return s, err
}

// DropKept drops a database that hectl keeps, if there is one, unless it may be
// production's.
func (s *Session) DropKept(ctx context.Context, name string) error {
	d, exists, err := s.DB.Database(ctx, name)
	if err != nil || !exists {
		return err
	}
	why, err := s.ProductionReason(ctx, Held{d, ParseMark(d.Comment)})
	if err != nil {
		return err
	}
	if why != "" {
		return errors.New(why)
	}
	return s.DB.DropDatabase(ctx, name)
}

// snapshotOf returns the database whose snapshots have names like name; "" for none.
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

// MayBeProduction reports whether the target may be production's, which only --force
// permits.
func (s *Session) MayBeProduction() bool { return s.facts.reason(s.Conn.User()) != "" }

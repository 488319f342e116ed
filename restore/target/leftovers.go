package target

import (
	"context"
	"slices"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// Leftovers finds the databases that earlier runs for this target left behind. The
// lock ensures that no such run is still alive.
func (s *Session) Leftovers(ctx context.Context) (names []string, err error) {
	h, err := s.Holdings(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	for _, d := range h.Temps {
		sessions, err := s.DB.Sessions(ctx, d.Name)
		if err != nil {
			return nil, err
		}
		// This run's own sessions in the database may still be closing.
		sessions = slices.DeleteFunc(sessions, func(x pgtools.Session) bool { return x.Application == pgtools.RestoreApp })
		if len(sessions) > 0 {
			s.Out.Warn("%s, left by an earlier run, is in use and was not dropped", d.Name)
			continue
		}
		why, err := s.ProductionReason(ctx, d)
		if err != nil {
			return nil, err
		}
		if why != "" {
			s.Warn("%s, left by an earlier run, was not dropped: %s", d.Name, why)
			continue
		}
		names = append(names, d.Name)
	}
	return names, nil
}

// DropLeftovers drops the databases that earlier runs left behind.
func (s *Session) DropLeftovers(ctx context.Context, names []string) {
	for _, name := range names {
		s.Out.Say("dropping %s, left by an earlier run", name)
		if err := s.DB.DropDatabase(ctx, name); err != nil {
			s.Warn("%s was not dropped: %v", name, err)
		}
	}
	s.removeFolders()
}

// cleanUpTimeout limits the cleanup after a failure or a signal.
const cleanUpTimeout = 30 * time.Second

// DropTemp drops the temp database after a failure, even when ctx has ended. It opens a
// new connection, because the old one may have failed. It uses the old one only if the
// server has too many sessions: those of a killed pg_restore take a moment to end.
func (s *Session) DropTemp(ctx context.Context, name string) error {
	ctx, cancel := WithoutInterrupt(ctx)
	defer cancel()
	admin, err := pgtools.ConnectMaintenance(ctx, s.Conn, pgtools.RestoreApp)
	switch {
	case err == nil:
		defer admin.Close(ctx)
	case pgtools.IsTooMany(err) && !s.DB.Broken():
		admin, err = s.DB, nil
	}
	if err == nil {
		// The sessions of pg_restore may take a moment to notice that it has exited.
		_, err = admin.TerminateSessions(ctx, name)
		if err == nil {
			err = admin.DropDatabase(ctx, name)
		}
	}
	if err != nil {
		return fault.New(fault.Failed, "the next run drops it", "the temp database %s is still there: %w", name, err)
	}
	return nil
}

// Drop drops a database that hectl made, and ends the sessions in it.
func Drop(ctx context.Context, admin *pgtools.DB, name string) error {
	if _, err := admin.TerminateSessions(ctx, name); err != nil {
		return err
	}
	err := admin.DropDatabase(ctx, name)
	if pgtools.IsDenied(err) {
		return fault.Wrap(fault.Denied, "connect as its owner or a superuser to drop it", err)
	}
	return err
}

// WithoutInterrupt returns a context for the cleanup after a failure or a signal.
func WithoutInterrupt(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
}

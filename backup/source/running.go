package source

import (
	"context"
	"fmt"
	"time"

	"github.com/rubyforgood/hectl/pgtools"
)

// Backup describes the running backup of the source, if any.
type Backup struct {
	Running bool
	Since   time.Time // zero if the role cannot see it
	Session string    // the backup's session, for display
}

// FindBackup looks for a running backup among the sessions of the source. It does not try
// the lock: holding it for a moment would turn away a backup that starts at that moment.
func FindBackup(ctx context.Context, c pgtools.Conn) (Backup, error) {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("no answer within %s", patience))
	defer cancel()
	db, err := pgtools.ConnectReadOnly(ctx, c, "hectl status")
	if err != nil {
		return Backup{}, err
	}
	defer db.Close(ctx)
	sessions, err := db.Sessions(ctx, c.Database())
	if err != nil {
		return Backup{}, fmt.Errorf("list the sessions: %w", err)
	}
	return oldestBackup(sessions), nil
}

// oldestBackup returns the backup with the oldest session, which is hectl's own. The
// other sessions are pg_dump's.
func oldestBackup(sessions []pgtools.Session) Backup {
	var b Backup
	for _, s := range sessions {
		if !isBackup(s.Application) {
			continue
		}
		if since := s.Since.UTC(); !b.Running || since.Before(b.Since) {
			b = Backup{Running: true, Since: since, Session: s.String()}
		}
	}
	if b.Since.Unix() <= 0 {
		b.Since = time.Time{}
	}
	return b
}

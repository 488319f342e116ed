package source

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// AppName is the application_name of pg_dump's session. The names of hectl's own
// sessions start with it (see sessionName).
const AppName = "hectl backup"

// lockName is the name of the advisory lock, which is local to the source database.
const lockName = "backup"

// patience limits a query to the source after a dump has failed.
const patience = 10 * time.Second

// Source is a read-only session in the database to dump.
type Source struct {
	Size        int64            // size of the database in bytes
	Identity    pgtools.Identity // identity of the database and its server; "" if not known
	IdentityErr error            // why Identity is not known

	db        *pgtools.DB
	standby   bool
	conflicts int64 // recovery conflicts of a standby before the dump
}

// Lock connects to the source and takes the advisory lock, which the session holds
// until it is closed. The error is a fault.Locked if another backup holds the lock.
func Lock(ctx context.Context, c pgtools.Conn) (_ *Source, err error) {
	db, err := pgtools.ConnectReadOnly(ctx, c, sessionName(os.Getpid()))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			db.Close(ctx)
		}
	}()
	held, holder, err := db.TryLock(ctx, lockName)
	if err != nil {
		return nil, err
	}
	if !held {
		return nil, lockedError(c, describeHolder(holder))
	}
	s, err := inspect(ctx, db)
	if err != nil {
		return nil, err
	}
	if s.Identity, s.IdentityErr = db.Identity(ctx, c.Database()); s.IdentityErr != nil && !pgtools.IsDenied(s.IdentityErr) {
		return nil, s.IdentityErr
	}
	if s.standby {
		s.conflicts, err = db.RecoveryConflicts(ctx)
	}
	return s, err
}

// Connect connects to the source without a lock, to check it.
func Connect(ctx context.Context, c pgtools.Conn, appName string) (*Source, error) {
	db, err := pgtools.ConnectReadOnly(ctx, c, appName)
	if err != nil {
		return nil, err
	}
	s, err := inspect(ctx, db)
	if err != nil {
		db.Close(ctx)
	}
	return s, err
}

func inspect(ctx context.Context, db *pgtools.DB) (*Source, error) {
	s := &Source{db: db}
	var err error
	if s.Size, err = db.DatabaseSize(ctx); err != nil {
		return nil, err
	}
	s.standby, err = db.IsStandby(ctx)
	return s, err
}

// Close ends the session and releases the lock.
func (s *Source) Close(ctx context.Context) { s.db.Close(ctx) }

// ServerVersion returns the version of the source's server.
func (s *Source) ServerVersion() pgtools.Version { return s.db.ServerVersion() }

// IsStandby reports whether the source's server is a standby.
func (s *Source) IsStandby() bool { return s.standby }

// StillLocked returns an error if the session was lost, and the lock with it.
func (s *Source) StillLocked(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_, err := s.db.Exec(ctx, "SELECT 1")
	return err
}

// EndDump ends pg_dump's session on the server. After pg_dump was killed, its session
// keeps waiting for a lock, or computing, until it notices that the client is gone.
// Sessions that are younger than the lock belong to this run.
func (s *Source) EndDump(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return s.db.EndLaterSessions(ctx, AppName)
}

// ExplainFailure adds details from the source to the error of a failed dump: which tables
// are locked, or that recovery on a standby canceled the dump.
func (s *Source) ExplainFailure(ctx context.Context, err error) error {
	if pgtools.IsLockTimeout(err) {
		return fmt.Errorf("%w%s", err, s.lockedTables(ctx))
	}
	return s.blameRecovery(ctx, err)
}

// blameRecovery adds to err that recovery canceled the dump. pg_dump and the sessions that
// read rows do not always get that message: a server that is waiting for them to read its
// rows only closes the connection.
func (s *Source) blameRecovery(ctx context.Context, err error) error {
	if !s.standby || !pgtools.IsSourceError(err) || slices.Contains(fault.Hints(err), pgtools.RecoveryConflictHint) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if n, countErr := s.db.RecoveryConflicts(ctx); countErr != nil || n <= s.conflicts {
		return err
	}
	return fault.Wrap(fault.CodeOf(err), pgtools.RecoveryConflictHint, fmt.Errorf("%w; the standby canceled the dump because it conflicted with recovery", err))
}

// lockedTables returns text to append to an error: which tables are locked, by which
// sessions. It is empty if no table is locked, or if the source does not answer.
func (s *Source) lockedTables(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	locks, err := s.db.TableLocks(ctx)
	if err != nil {
		return ""
	}
	return describeLocks(locks)
}

// DumpWaits returns text to append to an error: which locks the dump waits for, and which
// sessions hold them. It opens a new session, because that of Source may be busy.
func DumpWaits(ctx context.Context, c pgtools.Conn) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	db, err := pgtools.ConnectReadOnly(ctx, c, sessionName(os.Getpid()))
	if err != nil {
		return fmt.Sprintf("; hectl could not find out which session holds the lock: %v", err)
	}
	defer db.Close(ctx)
	locks, err := db.Waits(ctx, AppName, SessionName())
	if err != nil {
		return ""
	}
	return describeLocks(locks)
}

func describeLocks(locks []pgtools.TableLock) string {
	var text strings.Builder
	for _, l := range locks {
		text.WriteString("; " + l.String())
	}
	return text.String()
}

// SessionName returns the application_name of the sessions of this process.
func SessionName() string { return sessionName(os.Getpid()) }

// sessionName returns the application_name of hectl's sessions. It contains the
// process and the host, so that an operator on another machine knows where to look.
func sessionName(pid int) string {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	host, _, _ = strings.Cut(host, ".")
	name := fmt.Sprintf("%s %d@%s", AppName, pid, host)
	return name[:min(len(name), 63)] // the server truncates longer names
}

// isBackup reports whether an application_name is that of a backup.
func isBackup(appName string) bool {
	return appName == AppName || strings.HasPrefix(appName, AppName+" ")
}

// describeHolder describes the session that holds the lock, as far as the role may see
// it.
func describeHolder(holder *pgtools.Session) string {
	if holder == nil {
		return "or has just finished"
	}
	text := ""
	if holder.Since.Unix() > 0 {
		text = "since " + holder.Since.UTC().Format(time.RFC3339) + " "
	}
	text += "elsewhere: "
	if process, ok := strings.CutPrefix(holder.Application, AppName+" "); ok {
		text += "process " + process + ", "
	}
	return text + "in the database " + holder.String()
}

// lockedError returns the error if another backup of c is running. which describes that
// backup.
func lockedError(c pgtools.Conn, which string) error {
	return fault.New(fault.Locked, "wait for it to finish, or stop that process: its lock is released when it exits",
		"another backup of %s is running %s", c, which)
}

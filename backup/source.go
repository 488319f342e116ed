package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

// appName is what pg_dump's session calls itself in pg_stat_activity. hectl's
// own begin with it, see ownName.
const appName = "hectl backup"

// lockName is the name of the advisory lock, which is the source database's own.
const lockName = "backup"

// A source is hectl's own session in the database that is dumped. It holds an
// advisory lock, which ends with it, from before the first look until the dump
// is in the bucket. It never writes, and never is in a transaction while it
// waits.
type source struct {
	db        *pgtools.DB
	size      int64 // in bytes
	standby   bool
	conflicts int64 // of a standby's recovery, before the dump
	identity  pgtools.Identity
	unknown   error // why there is no identity
}

// openSource connects to the source, takes the lock, and finds out what is to
// be known before the dump. The error is a fault.Locked if another backup has
// the lock.
func openSource(ctx context.Context, c pgtools.Conn) (_ *source, err error) {
	db, err := pgtools.ConnectReadOnly(ctx, c, ownName(os.Getpid()))
	if err != nil {
		return nil, err
	}
	s := &source{db: db}
	defer func() {
		if err != nil {
			s.close(ctx)
		}
	}()
	held, holder, err := db.TryLock(ctx, lockName)
	if err != nil {
		return nil, err
	}
	if !held {
		return nil, locked(c, holderText(holder))
	}
	if s.size, err = db.DatabaseSize(ctx); err != nil {
		return nil, err
	}
	if s.identity, s.unknown = db.Identity(ctx, c.Database()); s.unknown != nil && !pgtools.IsDenied(s.unknown) {
		return nil, s.unknown
	}
	if s.standby, err = db.IsStandby(ctx); err != nil || !s.standby {
		return s, err
	}
	s.conflicts, err = db.RecoveryConflicts(ctx)
	return s, err
}

// ownName is the name of the sessions of the process pid: it tells another
// machine, which is kept out by the lock, where to look.
func ownName(pid int) string {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	host, _, _ = strings.Cut(host, ".")
	name := fmt.Sprintf("%s %d@%s", appName, pid, host)
	return name[:min(len(name), 63)] // the server keeps no more
}

// holderText says who holds the lock, as far as the role may know.
func holderText(holder *pgtools.Session) string {
	if holder == nil {
		return "or has just finished"
	}
	text := ""
	if holder.Since.Unix() > 0 {
		text = "since " + holder.Since.UTC().Format(time.RFC3339) + " "
	}
	text += "elsewhere: "
	if process, ok := strings.CutPrefix(holder.Application, appName+" "); ok {
		text += "process " + process + ", "
	}
	return text + "in the database " + holder.String()
}

func (s *source) close(ctx context.Context) { s.db.Close(ctx) }

// stillLocked fails when the session was lost, and with it the lock.
func (s *source) stillLocked(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, err := s.db.Exec(ctx, "SELECT 1")
	return err
}

// endDump sees to it that pg_dump's session is gone from the server: a process
// that was killed leaves one that waits for a lock, or computes, until it
// notices. While the lock is held, what is younger than it is this run's.
func (s *source) endDump(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.db.EndLaterSessions(ctx, appName)
}

// blameRecovery completes the error of a pg_dump whose session ended: it is not
// always told that recovery was why, because a server that waits for it to read
// only hangs up.
func (s *source) blameRecovery(ctx context.Context, err error) error {
	_, dumpFailed := errors.AsType[*pgtools.ExitError](err)
	if !s.standby || !dumpFailed || slices.Contains(fault.Hints(err), pgtools.RecoveryConflictHint) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if n, countErr := s.db.RecoveryConflicts(ctx); countErr != nil || n <= s.conflicts {
		return err
	}
	return fault.Wrap(fault.CodeOf(err), pgtools.RecoveryConflictHint, fmt.Errorf("%w; the standby cancelled the dump because it conflicted with recovery", err))
}

// lockedTables says, to be appended to an error, which tables of the source are
// locked and by whom; "" when none are, or when that cannot be found out.
func (s *source) lockedTables(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	locks, err := s.db.TableLocks(ctx)
	if err != nil {
		return ""
	}
	return sayLocks(locks)
}

// whatDumpWaitsFor says, to be appended to an error, which locks pg_dump waits
// for and who holds them. It has a session of its own, because it is asked in
// the middle of things.
func whatDumpWaitsFor(ctx context.Context, c pgtools.Conn) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	db, err := pgtools.ConnectReadOnly(ctx, c, ownName(os.Getpid()))
	if err != nil {
		return fmt.Sprintf("; hectl could not ask which session holds the lock: %v", err)
	}
	defer db.Close(ctx)
	locks, err := db.Waits(ctx, appName)
	if err != nil {
		return ""
	}
	return sayLocks(locks)
}

func sayLocks(locks []pgtools.TableLock) string {
	var text strings.Builder
	for _, l := range locks {
		text.WriteString("; " + l.String())
	}
	return text.String()
}

package source

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/pgtools"
)

// HostLock prevents a second backup of the same source on this machine. It is a locked
// file. The kernel releases the lock when the process exits, however it exits, so a
// leftover file locks nothing.
//
// Each user has a separate file: another user could hold a lock on a shared file forever.
// The lock in the database covers two users and two machines.
type HostLock struct{ file *os.File }

// LockHost locks c on this machine, with a file in dir. The error is a fault.Locked if
// another process holds the lock.
func LockHost(dir string, c pgtools.Conn, now time.Time) (*HostLock, error) {
	path := filepath.Join(dir, fmt.Sprintf("hectl-backup-%d-%.16s.lock", os.Getuid(), c.Fingerprint()))
	f, err := files.OpenLocked(path, os.O_RDWR)
	if errors.Is(err, files.ErrLocked) {
		return nil, lockedError(c, "on this machine: "+readHolder(path))
	}
	if err != nil {
		return nil, err
	}
	// The text is only for messages. The lock works without it, for example on a full
	// disk.
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintf(f, "process %d, since %s\n", os.Getpid(), now.UTC().Format(time.RFC3339))
	}
	return &HostLock{f}, nil
}

// Release releases the lock. It does nothing if l is nil.
func (l *HostLock) Release() {
	if l == nil {
		return
	}
	_ = os.Remove(l.file.Name()) // remove the file while it is locked: afterwards, it may be another run's
	_ = l.file.Close()
}

// readHolder returns the description of the lock's holder in the lock file at path.
func readHolder(path string) string {
	f, err := files.OpenExisting(path, os.O_RDONLY)
	if err != nil {
		return parseHolder("")
	}
	defer f.Close()                               //nolint:errcheck // it was only read
	text, _ := io.ReadAll(io.LimitReader(f, 200)) // a partial description is useless
	return parseHolder(string(text))
}

// parseHolder returns the text of a lock file only if it has the form that hectl writes.
// The holder may not have written it yet, or may have had no disk space.
func parseHolder(text string) string {
	var pid int
	var since string
	if _, err := fmt.Sscanf(text, "process %d, since %s\n", &pid, &since); err == nil {
		if at, err := time.Parse(time.RFC3339, since); err == nil {
			return fmt.Sprintf("process %d, since %s", pid, at.Format(time.RFC3339))
		}
	}
	return "in an unknown process"
}

package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/pgtools"
)

// A hostLock keeps a second backup of the same source away from this machine.
// It is a file that is locked; the kernel takes the lock from a process that
// dies, however it dies, so that a file that is left means nothing.
//
// Users have a file each: one that others could open, they could lock for ever.
// What two users do at a time, and two machines, the lock in the database tells
// (source.go).
type hostLock struct{ file *os.File }

// lockHost takes the lock on c for this machine, with a file in dir. The error
// is a fault.Locked if another process has it.
func lockHost(dir string, c pgtools.Conn, now time.Time) (*hostLock, error) {
	lock, by, err := lockFile(filepath.Join(dir, fmt.Sprintf("hectl-backup-%d-%.16s.lock", os.Getuid(), c.Fingerprint())), now)
	if errors.Is(err, files.ErrLocked) {
		return nil, locked(c, "on this machine: "+by)
	}
	return lock, err
}

// lockFile takes the lock on the file path. If another process has it, the error
// is files.ErrLocked, and by says which process that is.
func lockFile(path string, now time.Time) (_ *hostLock, by string, _ error) {
	f, err := files.OpenLocked(path, os.O_RDWR)
	if errors.Is(err, files.ErrLocked) {
		return nil, readHolder(path), err
	}
	if err != nil {
		return nil, "", err
	}
	// The text only helps others. On a full disk the lock is as good without it.
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintf(f, "process %d, since %s\n", os.Getpid(), now.UTC().Format(time.RFC3339))
	}
	return &hostLock{f}, "", nil
}

// readHolder returns what the file of a lock says about the process that has it.
func readHolder(path string) string {
	f, err := files.OpenExisting(path, os.O_RDONLY)
	if err != nil {
		return processText("")
	}
	defer f.Close()                               //nolint:errcheck // it was only read
	text, _ := io.ReadAll(io.LimitReader(f, 200)) // part of it is as good as none
	return processText(string(text))
}

// processText returns what the file of a lock says about who has it. The other
// may just have taken it and not have written yet, or have had no room to; and
// nothing else is repeated.
func processText(text string) string {
	var pid int
	var since string
	if _, err := fmt.Sscanf(text, "process %d, since %s\n", &pid, &since); err == nil {
		if at, err := time.Parse(time.RFC3339, since); err == nil {
			return fmt.Sprintf("process %d, since %s", pid, at.Format(time.RFC3339))
		}
	}
	return "in an unknown process"
}

// release lets go of the lock. A nil lock is none.
func (l *hostLock) release() {
	if l == nil {
		return
	}
	_ = os.Remove(l.file.Name()) // while it is locked: nobody else's goes
	_ = l.file.Close()
}

// locked says that another backup of c is under way.
func locked(c pgtools.Conn, who string) error {
	return fault.New(fault.Locked, "wait for it to finish, or stop that process: its lock is released when it exits",
		"another backup of %s is running %s", c, who)
}

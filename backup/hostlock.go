package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/ownfile"
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
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, locked(c, "on this machine: "+by)
	}
	return lock, err
}

// lockFile takes the lock on the file path. If another process has it, the error
// is EWOULDBLOCK, and by says which process that is.
func lockFile(path string, now time.Time) (_ *hostLock, by string, _ error) {
	for {
		f, err := ownfile.Open(path, os.O_RDWR)
		if err != nil {
			return nil, "", err
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			text, _ := io.ReadAll(io.LimitReader(f, 200)) // only to say who it is
			_ = f.Close()                                 // nothing was written
			return nil, processText(string(text)), err
		}
		if err != nil {
			return nil, "", errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		// The run that held the lock may have removed the file meanwhile.
		mine, err := f.Stat()
		if err != nil {
			return nil, "", errors.Join(err, f.Close())
		}
		if there, err := os.Lstat(path); err != nil || !os.SameFile(mine, there) {
			_ = f.Close() // nothing was written
			continue
		}
		// Who it is only helps others. On a full disk the lock is as good without.
		if err := f.Truncate(0); err == nil {
			_, _ = fmt.Fprintf(f, "process %d, since %s\n", os.Getpid(), now.UTC().Format(time.RFC3339))
		}
		return &hostLock{f}, "", nil
	}
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

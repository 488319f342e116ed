package files

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ErrLocked reports that another process holds the lock.
var ErrLocked = errors.New("locked by another process")

// lock locks f until it is closed or the process exits. It does not wait: a lock held
// by another process is ErrLocked. On a file system without locks, the error wraps
// errors.ErrUnsupported.
func lock(f *os.File) error {
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		return fmt.Errorf("lock %s: %w", f.Name(), ErrLocked)
	case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOSYS):
		return fmt.Errorf("lock %s: %w: %w", f.Name(), errors.ErrUnsupported, err)
	default:
		return fmt.Errorf("lock %s: %w", f.Name(), err)
	}
}

// OpenLocked opens and locks a file. The file that it returns is the one at path: if the
// process that held the lock removed or renamed its file in the meantime, OpenLocked
// starts again.
func OpenLocked(path string, flag int) (*os.File, error) {
	for {
		f, err := Open(path, flag)
		if err != nil {
			return nil, err
		}
		if err := lock(f); err != nil {
			_ = f.Close() // nothing was written
			return nil, err
		}
		if same(path, f) {
			return f, nil
		}
		_ = f.Close() // nothing was written
	}
}

// LockIfSupported locks f like OpenLocked, but leaves it unlocked on a file system
// without locks.
func LockIfSupported(f *os.File) error {
	if err := lock(f); !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

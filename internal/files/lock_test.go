package files

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestOpenLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := OpenLocked(path, os.O_RDWR)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLocked(path, os.O_RDWR); !errors.Is(err, ErrLocked) {
		t.Fatalf("second lock: got %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := OpenLocked(path, os.O_RDWR)
	if err != nil {
		t.Fatalf("after the file was closed: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenLockedRefusesATrap(t *testing.T) {
	for name, lay := range traps() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, precious := filepath.Join(dir, "file"), filepath.Join(dir, "precious")
			if err := errors.Join(write(precious, 0o600), lay(path, precious)); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenLocked(path, os.O_RDWR); !errors.Is(err, ErrNotOurs) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestOpenLockedTakesTheNamedFile races runs that remove their file on release. A lock
// on a file that lost its name would let two runs work at once.
func TestOpenLockedTakesTheNamedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	held := make(chan struct{}, 1)
	done := make(chan error)
	const runs, rounds = 4, 200
	for range runs {
		go func() {
			var failed error
			for range rounds {
				f, err := OpenLocked(path, os.O_RDWR)
				if errors.Is(err, ErrLocked) {
					continue
				}
				if err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				select {
				case held <- struct{}{}:
					<-held
				default:
					failed = errors.New("two runs hold the lock")
				}
				failed = errors.Join(failed, os.Remove(path), f.Close())
			}
			done <- failed
		}()
	}
	for range runs {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// A keyChooser finds a free key for a dump. The key contains the second in which the
// backup started. Backups of several databases with the same label may start in the same
// second: the first one keeps it, and each of the others takes the next free second and
// waits for it, so that no dump is dated in the future.
//
// A key is taken if the bucket has it or if another run on this machine holds the lock
// file for it. A run on another machine is visible only once it has opened its upload, so
// the upload asks for another key if necessary (s3store.Renamer).
type keyChooser struct {
	out    *console.Console
	label  string
	places []place // the bucket of the dump, and that of the masked dump if there is one
	dir    string  // folder for the lock files
	masked *maskedDump

	mu    sync.Mutex
	taken time.Time // time in the key, in whole seconds
	lock  *os.File  // lock for the key; nil for none
}

// place is a bucket in which the key must be free.
type place struct {
	store  lister
	bucket config.Bucket
}

type lister interface {
	List(ctx context.Context, prefix string) iter.Seq2[s3store.Object, error]
}

func newKeyChooser(out *console.Console, label string, dumps place, masked *maskedDump) *keyChooser {
	k := &keyChooser{out: out, label: label, places: []place{dumps}, dir: os.TempDir(), masked: masked}
	if masked != nil {
		k.places = append(k.places, place{masked.store, masked.bucket})
	}
	return k
}

// key returns the key of the dump.
func (k *keyChooser) key() string { return catalog.Key(k.places[0].bucket.Base, k.label, k.taken) }

// choose takes the first free key, beginning with the second of start.
func (k *keyChooser) choose(ctx context.Context, start time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.taken = start.UTC().Truncate(time.Second)
	k.removeOldLocks()
	return k.advanceToFree(ctx)
}

// removeOldLocks removes the lock files that killed runs left behind. Their names are never
// used again, so nothing else removes them.
func (k *keyChooser) removeOldLocks() {
	paths, _ := filepath.Glob(filepath.Join(k.dir, fmt.Sprintf("hectl-name-%d-*.lock", os.Getuid()))) // a folder name that is a malformed pattern matches nothing
	for _, path := range paths {
		if lock, err := files.OpenLocked(path, os.O_RDWR); err == nil {
			removeLock(lock)
		}
	}
}

// Rename implements s3store.Renamer.
func (k *keyChooser) Rename(ctx context.Context, _ string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.advance(ctx); err != nil {
		return "", err
	}
	if err := k.advanceToFree(ctx); err != nil {
		return "", err
	}
	return k.key(), nil
}

// Keep implements s3store.Renamer. The masked dump gets the same name.
func (k *keyChooser) Keep(string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.masked.begin(k.taken)
}

// release releases the lock for the key, after the upload: by then, other runs find the
// key in the bucket.
func (k *keyChooser) release() { removeLock(k.lock) }

// removeLock releases a lock, which may be nil.
func removeLock(lock *os.File) {
	if lock == nil {
		return
	}
	_ = os.Remove(lock.Name()) // remove the file while it is locked: afterwards, it may be another run's
	_ = lock.Close()
}

// advanceToFree advances to the next free key, which may be the current one.
func (k *keyChooser) advanceToFree(ctx context.Context) error {
	for k.isTaken(ctx) {
		if err := k.advance(ctx); err != nil {
			return err
		}
	}
	return nil
}

// advance moves to the next second and waits for it.
func (k *keyChooser) advance(ctx context.Context) error {
	removeLock(k.lock)
	k.lock = nil
	was := k.key()
	k.taken = k.taken.Add(time.Second)
	k.out.Detail("the key %s is taken: the dump will be %s", was, k.key())
	// Never wait for longer than a second, even if the clock was set back.
	select {
	case <-time.After(min(k.taken.Sub(k.out.Now()), time.Second)):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// isTaken locks the key on this machine and reports whether another run has the lock, or
// a bucket has a dump or a manifest with the key. If it cannot find out, it returns
// false: the upload never overwrites an object.
func (k *keyChooser) isTaken(ctx context.Context) bool {
	sum := sha256.Sum256([]byte(k.places[0].bucket.Name + "/" + k.key()))
	lock, err := files.OpenLocked(filepath.Join(k.dir, fmt.Sprintf("hectl-name-%d-%x.lock", os.Getuid(), sum[:8])), os.O_RDWR)
	if errors.Is(err, files.ErrLocked) {
		return true
	}
	if err != nil {
		k.out.Detail("cannot lock the key of the dump on this machine: %v", err)
	}
	k.lock = lock
	ctx, cancel := context.WithTimeoutCause(ctx, listingTimeout, errListing)
	defer cancel()
	for _, p := range k.places {
		dump := catalog.Key(p.bucket.Base, k.label, k.taken)
		for _, key := range []string{dump, catalog.ManifestKey(p.bucket.Base, dump)} {
			for object, err := range p.store.List(ctx, key) {
				if err == nil && object.Key == key {
					return true
				}
				if err != nil {
					k.out.Detail("hectl could not check whether %s is free: %v", key, err)
				}
				break // the key itself would be listed first
			}
		}
	}
	return false
}

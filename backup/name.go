package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
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

// A namer finds the name of a dump. That has the second in it when the backup
// began; backups of several databases that share a label may begin in the same
// second. The first keeps it, each of the others takes the next free one, and waits
// for it: no dump is dated in the future.
//
// It looks for what is in the buckets, and for other runs on this machine, by a
// locked file for each name. What other machines are about to write shows only
// once they have opened their uploads, so the upload asks again (s3store.Renamer).
type namer struct {
	out    *console.Console
	label  string
	places []place // of the dump itself, and of the masked one if there is one
	dir    string  // of the lock files
	side   *maskedSide

	mu    sync.Mutex
	taken time.Time // what the name says, in whole seconds
	lock  *hostLock // of the name
}

// place is where a dump goes.
type place struct {
	store  *s3store.Store
	bucket config.Bucket
}

func newNamer(out *console.Console, o *createOptions, store *s3store.Store, side *maskedSide) *namer {
	n := &namer{out: out, label: o.label, places: []place{{store, o.bucket}}, dir: os.TempDir(), side: side}
	if side != nil {
		n.places = append(n.places, place{side.store, side.bucket})
	}
	return n
}

// key returns the key of the dump itself.
func (n *namer) key() string { return catalog.Key(n.places[0].bucket.Base, n.label, n.taken) }

// choose takes the first free name from the second of start on.
func (n *namer) choose(ctx context.Context, start time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.taken = start.UTC().Truncate(time.Second)
	n.sweep()
	return n.free(ctx)
}

// sweep removes the lock files that killed runs have left: each has a name of its
// own, so no other run would.
func (n *namer) sweep() {
	left, _ := filepath.Glob(filepath.Join(n.dir, fmt.Sprintf("hectl-name-%d-*.lock", os.Getuid()))) // the pattern is well-formed, or the folder odd
	for _, path := range left {
		if lock, _, err := lockFile(path, n.out.Now()); err == nil {
			lock.release()
		}
	}
}

// Rename implements s3store.Renamer.
func (n *namer) Rename(ctx context.Context, _ string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.next(ctx); err != nil {
		return "", err
	}
	if err := n.free(ctx); err != nil {
		return "", err
	}
	return n.key(), nil
}

// Named implements s3store.Renamer: the masked dump gets the same name.
func (n *namer) Named(string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.side.begin(n.taken)
}

// release lets others have the name, which they will find in the bucket.
func (n *namer) release() { n.lock.release() }

// free moves on until the name is free.
func (n *namer) free(ctx context.Context) error {
	for n.isTaken(ctx) {
		if err := n.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// next moves on by a second, and waits until it has come.
func (n *namer) next(ctx context.Context) error {
	n.lock.release()
	n.lock = nil
	was := n.key()
	n.taken = n.taken.Add(time.Second)
	n.out.Detail("the name %s is taken: the dump will be %s", was, n.key())
	// Never longer than one step takes: a clock that was set back is not waited for.
	select {
	case <-time.After(min(n.taken.Sub(n.out.Now()), time.Second)):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// isTaken locks the name on this machine, and reports whether another run has it,
// or any of the buckets a dump or a manifest of that name. What is not known is
// free: the upload never overwrites.
func (n *namer) isTaken(ctx context.Context) bool {
	sum := sha256.Sum256([]byte(n.places[0].bucket.Name + "/" + n.key()))
	lock, _, err := lockFile(filepath.Join(n.dir, fmt.Sprintf("hectl-name-%d-%x.lock", os.Getuid(), sum[:8])), n.out.Now())
	if errors.Is(err, files.ErrLocked) {
		return true
	}
	if err != nil {
		n.out.Detail("the name of the dump is not locked on this machine: %v", err)
	}
	n.lock = lock
	ctx, cancel := context.WithTimeoutCause(ctx, listingTime, errListing)
	defer cancel()
	for _, p := range n.places {
		dump := catalog.Key(p.bucket.Base, n.label, n.taken)
		for _, key := range []string{dump, catalog.ManifestKey(p.bucket.Base, dump)} {
			for object, err := range p.store.List(ctx, key) {
				if err == nil && object.Key == key {
					return true
				}
				if err != nil {
					n.out.Detail("whether %s is free is not known: %v", key, err)
				}
				break // what begins with the key begins with the key itself
			}
		}
	}
	return false
}

package s3store

import (
	"context"
	"net/http"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Renamer chooses another key for an upload whose key turns out to be taken.
type Renamer interface {
	// Rename returns the key to use in place of taken. It may wait until that
	// key becomes true, as one with a time in it does.
	Rename(ctx context.Context, taken string) (string, error)

	// Named is called once, with the key that the upload keeps: before the first
	// part is sent, or when the object is there if it is sent in one piece.
	Named(key string)
}

// rivalsTime is how long it may take to find out who else uses a key: the last
// request protects the object in any case.
const rivalsTime = 10 * time.Second

// named reports the key for good.
func (u *upload) named() {
	if u.opt.Renamer != nil {
		u.opt.Renamer.Named(u.key)
	}
}

// rename takes another key.
func (u *upload) rename(ctx context.Context) error {
	taken := u.key
	key, err := u.opt.Renamer.Rename(ctx, taken)
	if err != nil {
		if ctx.Err() != nil {
			return interrupted(ctx, u.store.on(u.op))
		}
		return err
	}
	u.key, u.op.key = key, key
	u.store.logf("s3://%s/%s is taken: uploading as %s", u.store.bucket, taken, key)
	return nil
}

// isTaken reports whether a request to create the object was refused because
// there is one with its key.
func (u *upload) isTaken(err error) bool {
	return u.opt.Replace == "" && statusOf(err) == http.StatusPreconditionFailed
}

// rivals returns how many keys this upload should move on by, 0 if the key is its
// own. Of two uploads of one key only the first to end would get it, and the other
// would be lost, so both look for each other once they are open: the one that was
// opened later gives way. Times have whole seconds, so of those opened in the same
// second all move, each by another number of keys.
//
// Without the permission to list uploads, or in a store that does not, only the
// condition of the last request protects the object.
func (u *upload) rivals(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, rivalsTime)
	defer cancel()
	var all []PendingUpload
	for up, err := range u.store.PendingUploads(ctx, u.key) {
		if err != nil {
			u.store.logf("uploads of the same key are not known: %v", err)
			return 0
		}
		if up.Key == u.key {
			all = append(all, up)
		}
	}
	var own *PendingUpload
	for i := range all {
		if u.id != "" && all[i].ID == u.id {
			own = &all[i]
		}
	}
	moves := 0
	for _, up := range all {
		switch {
		case own == nil:
			return min(len(all), 1)
		case up.ID == own.ID || up.Initiated.After(own.Initiated):
		case up.Initiated.Before(own.Initiated):
			moves = max(moves, 1)
		case up.ID < own.ID:
			moves += 2
		default:
			moves = max(moves, 1)
		}
	}
	return moves
}

// exists reports whether there is an object with the upload's key, as far as the
// bucket may be listed.
func (u *upload) exists(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, rivalsTime)
	defer cancel()
	for obj, err := range u.store.List(ctx, u.key) {
		return err == nil && obj.Key == u.key // what begins with the key begins with the key itself
	}
	return false
}

// createFree opens a multipart upload of a key that nobody else is about to use.
func (u *upload) createFree(ctx context.Context) error {
	for {
		if err := u.create(ctx); err != nil {
			return u.store.fail(ctx, u.op, err)
		}
		if u.opt.Renamer == nil {
			return nil
		}
		moves := u.rivals(ctx)
		if moves == 0 && u.exists(ctx) {
			moves = 1
		}
		if moves == 0 {
			u.named()
			return nil
		}
		after, cancel := afterwards(ctx)
		err := u.store.AbortUpload(after, PendingUpload{Key: u.key, ID: u.id})
		cancel()
		if err != nil {
			return err
		}
		for range moves {
			if err := u.rename(ctx); err != nil {
				return err
			}
		}
	}
}

// overtaken is the error about a key that somebody else took while the parts were
// sent: they belong to the key, and cannot become an object of another one.
func (u *upload) overtaken() error {
	return fault.New(fault.Failed, "run it again: the object that is there is whole, and stays",
		"%s: another run has written an object of this name in the meantime", u.store.on(u.op))
}

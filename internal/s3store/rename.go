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
// own, and whether that is known. Of two uploads of one key only the first to end
// would get it, and the other would be lost. So each looks for others once it is
// open, and gives way to any: of
// two, the one that looks last always finds the other. If both find each other they
// move on by different numbers of keys. When an upload was opened does not count:
// some stores tell when its last part came.
//
// Without the permission to list uploads, or in a store that does not, only the
// condition of the last request protects the object.
func (u *upload) rivals(ctx context.Context) (moves int, known bool) {
	ctx, cancel := context.WithTimeout(ctx, rivalsTime)
	defer cancel()
	others, earlier := 0, 0
	for up, err := range u.store.PendingUploads(ctx, u.key) {
		if err != nil {
			u.store.logf("uploads of the same key are not known: %v", err)
			return 0, false
		}
		if up.Key != u.key || up.ID == u.id {
			continue
		}
		others++
		if u.id != "" && up.ID < u.id {
			earlier++
		}
	}
	if others > 0 {
		moves = 1 + earlier
	}
	return moves, true
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
		moves, _ := u.rivals(ctx)
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

// claim opens an upload that no part is sent to, so that others see that the key is
// about to be used by a request of its own. Where uploads may not be listed it does
// nothing. The returned function removes it.
func (u *upload) claim(ctx context.Context) (release func(), _ error) {
	if _, known := u.rivals(ctx); !known {
		return func() {}, nil
	}
	claim := &upload{store: u.store, op: u.op, key: u.key, opt: u.opt}
	claim.opt.Renamer = unnamed{u.opt.Renamer}
	if err := claim.createFree(ctx); err != nil {
		return nil, err
	}
	u.key, u.op = claim.key, claim.op
	return func() {
		after, cancel := afterwards(ctx)
		defer cancel()
		if err := u.store.AbortUpload(after, PendingUpload{Key: claim.key, ID: claim.id}); err != nil {
			u.store.logf("%v", err)
		}
	}, nil
}

// unnamed is a Renamer of which the key may still change.
type unnamed struct{ Renamer }

func (unnamed) Named(string) {}

// overtaken is the error about a key that somebody else took while the parts were
// sent: they belong to the key, and cannot become an object of another one.
func (u *upload) overtaken() error {
	return fault.New(fault.Failed, "run it again: the object that is there is whole, and stays",
		"%s: another run has written an object of this name in the meantime", u.store.on(u.op))
}

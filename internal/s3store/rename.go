package s3store

import (
	"context"
	"net/http"
	"time"
)

// Renamer chooses another key for an upload whose key is taken.
type Renamer interface {
	// Rename returns the key to use in place of taken. It may wait, for example until
	// the time in the new key is reached.
	Rename(ctx context.Context, taken string) (string, error)

	// Keep is called once with the final key: before the first of several parts is
	// sent, or after an object in one piece has been created.
	Keep(key string)
}

// rivalsTime limits each search for another upload or an object with the key. The condition of the last
// request protects the object in any case.
const rivalsTime = 10 * time.Second

// keepKey reports the final key to the Renamer.
func (u *upload) keepKey() {
	if u.opt.Renamer != nil {
		u.opt.Renamer.Keep(u.key)
	}
}

// rename changes to another key.
func (u *upload) rename(ctx context.Context) error {
	taken := u.key
	key, err := u.opt.Renamer.Rename(ctx, taken)
	if err != nil {
		if ctx.Err() != nil {
			return interruptedError(ctx, u.store.on(u.op))
		}
		return err
	}
	u.key, u.op.key = key, key
	u.store.logf("s3://%s/%s is taken: uploading as %s", u.store.bucket, taken, key)
	return nil
}

// isTaken reports whether the store refused to create the object because its key exists.
func (u *upload) isTaken(err error) bool {
	return u.opt.Replace == "" && statusOf(err) == http.StatusPreconditionFailed
}

// rivals returns the number of keys by which this upload should advance, 0 if no other
// upload uses its key, and whether that is known. Of two uploads of one key, only the
// first to finish would get it, and the other would be lost. So each upload looks for
// others after it is open, and gives way to all of them: of two uploads, the later search
// always finds the other (see also cover). If both find each other, they advance by
// different numbers of keys. The time of an upload does not matter, because some stores
// report the time of its last part.
//
// If the permission to list uploads is missing or the store does not support it, only the
// condition of the last request protects the object.
func (u *upload) rivals(ctx context.Context) (moves int, known bool) {
	ctx, cancel := context.WithTimeout(ctx, rivalsTime)
	defer cancel()
	others, earlier := 0, 0
	for up, err := range u.store.PendingUploads(ctx, u.key) {
		if err != nil {
			u.store.logf("cannot list other uploads of the key: %v", err)
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

// exists reports whether an object with the upload's key exists. It returns false if the
// bucket cannot be listed.
func (u *upload) exists(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, rivalsTime)
	defer cancel()
	for obj, err := range u.store.List(ctx, u.key) {
		return err == nil && obj.Key == u.key // the key itself is the first key with this prefix
	}
	return false
}

// createFree opens a multipart upload of a key that no other upload uses.
func (u *upload) createFree(ctx context.Context) error {
	for {
		if err := u.create(ctx); err != nil {
			return u.store.fail(ctx, u.op, err)
		}
		if u.opt.Renamer == nil {
			return nil
		}
		moves, known := u.rivals(ctx)
		if moves == 0 && u.exists(ctx) {
			moves = 1
		}
		if moves == 0 {
			u.listed = known
			u.keepKey()
			return nil
		}
		after, cancel := cleanupContext(ctx)
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

// claim opens an upload without parts that reserves the key for a single request: other
// uploads of the key find it. release removes it. If uploads cannot be listed, claim does
// nothing.
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
	return func() { claim.close(ctx) }, nil
}

// cover opens a second upload of the key. Some stores no longer list an upload that is being
// completed, but do not list its object yet either: another upload would take the key, and
// be lost. release removes the second upload. It is a precaution, so errors are only logged.
func (u *upload) cover(ctx context.Context) (release func()) {
	second := &upload{store: u.store, op: u.op, key: u.key, opt: u.opt}
	if err := second.create(ctx); err != nil {
		u.store.logf("cannot open a second upload of the key: %v", err)
		return func() {}
	}
	return func() { second.close(ctx) }
}

// close removes an upload without parts.
func (u *upload) close(ctx context.Context) {
	after, cancel := cleanupContext(ctx)
	defer cancel()
	if err := u.store.AbortUpload(after, PendingUpload{Key: u.key, ID: u.id}); err != nil {
		u.store.logf("%v", err)
	}
}

// unnamed is a Renamer whose key is not final yet.
type unnamed struct{ Renamer }

func (unnamed) Keep(string) {}

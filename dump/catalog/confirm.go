package catalog

import (
	"context"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// confirmTime is how long it may take to look an object up that was just written.
const confirmTime = 30 * time.Second

// Confirm returns an object that was just written as the bucket lists it: some stores
// answer an upload with one ETag and list the object with another, and what a fetch
// finds is what is listed. Where the bucket may not be listed, it returns what it was
// given. An object of another size is a fault.Integrity. It goes on when ctx ends.
func Confirm(ctx context.Context, store lister, written s3store.Object) (s3store.Object, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmTime)
	defer cancel()
	for listed, err := range store.List(ctx, written.Key) {
		if err != nil || listed.Key != written.Key {
			break // what begins with the key begins with the key itself
		}
		if listed.Size != written.Size {
			return written, fault.New(fault.Integrity, "back up again, and do not use that object",
				"%s is not what was written: the bucket lists %d bytes of it, and %d were sent", written.Key, listed.Size, written.Size)
		}
		return listed, nil
	}
	return written, nil
}

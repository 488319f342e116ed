package catalog

import (
	"context"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// confirmTime is how long Confirm looks for the object.
const confirmTime = 30 * time.Second

// Confirm returns an object that was just written, as the bucket lists it. Some stores
// answer an upload with one ETag and list the object with another, and a fetch relies on
// the listing. Without permission to list, Confirm returns written. If the size differs,
// the error is a fault.Integrity. Confirm continues if ctx ends.
func Confirm(ctx context.Context, store lister, written s3store.Object) (s3store.Object, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmTime)
	defer cancel()
	for listed, err := range store.List(ctx, written.Key) {
		if err != nil || listed.Key != written.Key {
			break // the key itself is listed before longer keys with this prefix
		}
		if listed.Size != written.Size {
			return written, fault.New(fault.Integrity, "back up again, and do not use that object",
				"%s does not match the upload: the bucket lists %d bytes, but %d were sent", written.Key, listed.Size, written.Size)
		}
		return listed, nil
	}
	return written, nil
}

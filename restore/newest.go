package restore

import (
	"context"
	"fmt"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// TakesMasked tells whether the newest dump is looked for in masked where dumps may
// not be read. A bucket that was named by a flag is meant.
func TakesMasked(dumps, masked config.Bucket) bool {
	return masked.Name != "" && !masked.Same(dumps) && dumps.Origin != "--bucket"
}

// newestReadable finds the newest dump of a label: in the bucket of the dumps or,
// where that may not be read, in the bucket of the masked ones, if there is one.
// instead tells which.
func newestReadable(ctx context.Context, env *command.Env, dumps, masked config.Bucket, label string) (src bucketSource, instead bool, err error) {
	src, err = newest(ctx, env, dumps, label)
	if !TakesMasked(dumps, masked) {
		return src, false, err
	}
	if err == nil { // to list is one permission, to read another
		_, err = src.store.Head(ctx, src.dump.Key)
	}
	if fault.CodeOf(err) != fault.Denied {
		return src, false, err
	}
	src, failed := newest(ctx, env, masked, label)
	if failed != nil {
		return bucketSource{}, false, fmt.Errorf("%w; nor is there a masked one: %w", err, failed)
	}
	return src, true, nil
}

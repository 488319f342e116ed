package restore

import (
	"context"
	"fmt"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// newestReadable finds the newest dump of a label: in the bucket of the dumps or,
// where that may not be read, in the bucket of the masked ones, if there is one.
// A bucket that was named by a flag is meant.
func newestReadable(ctx context.Context, env *command.Env, dumps, masked config.Bucket, label string) (bucketSource, error) {
	src, err := newest(ctx, env, dumps, label)
	if masked.Name == "" || masked.Same(dumps) || dumps.Origin == "--bucket" {
		return src, err
	}
	if err == nil { // to list is one permission, to read another
		_, err = src.store.Head(ctx, src.dump.Key)
	}
	if fault.CodeOf(err) != fault.Denied {
		return src, err
	}
	instead, failed := newest(ctx, env, masked, label)
	if failed != nil {
		return bucketSource{}, fmt.Errorf("%w; nor is there a masked one: %w", err, failed)
	}
	env.Console.Say("%s may not be read: taking the newest masked dump, of %s", dumps, masked)
	return instead, nil
}

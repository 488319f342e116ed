package backup

import (
	"context"
	"fmt"
	"time"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/s3store"
)

// listingTime is how long a backup that has succeeded may take to find out
// whether it is the newest: the question is not worth more.
const listingTime = 30 * time.Second

var errListing = fmt.Errorf("no answer within %s", listingTime)

// newest returns the warning that others than the dump with the key made count as
// the newest of its label, which is what a clock that was set back makes of the
// next backups: they are in the bucket, and nobody fetches them. Where the listing
// is not to be had, nothing is known, and nothing is wrong.
func (o *createOptions) newest(ctx context.Context, out *console.Console, store *s3store.Store, made string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, listingTime, errListing)
	defer cancel()
	all, err := catalog.List(ctx, store, o.bucket.Base)
	if err != nil {
		out.Detail("whether the dump is the newest is not known: %v", err)
		return nil
	}
	ahead, count := datedLater(catalog.WithLabel(all, o.label), made, out.Now())
	if count == 0 {
		return nil
	}
	others := ""
	if count > 1 {
		others = fmt.Sprintf(", the last of %d such dumps", count)
	}
	return fault.New(fault.Warnings,
		`check the clock of this machine and of the one that made the other dump. Until then, "hectl fetch-latest-db" takes the other dump; "hectl restore KEY" takes any`,
		"the dump is in the bucket, whole, but does not count as the newest of %s: %s is dated %s, which is in the future%s",
		o.label, console.Clean(ahead.Key), ahead.Time.UTC().Format(time.RFC3339), others)
}

// datedLater returns the last of dumps, which are in the order of their times, that
// is later than now, and how many are. One with a time between the beginning of the
// dump with the key made and now is not among them: it was made meanwhile, by
// something else, and is rightly the newest.
func datedLater(dumps []catalog.Dump, made string, now time.Time) (last catalog.Dump, count int) {
	for _, d := range dumps {
		if d.Time.After(now) && d.Key != made {
			last = d
			count++
		}
	}
	return last, count
}

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

// listingTimeout limits the time that a successful backup spends on finding out whether
// its dump is the newest.
const listingTimeout = 30 * time.Second

var errListing = fmt.Errorf("no answer within %s", listingTimeout)

// checkNewest warns if another dump of the label is dated in the future, and so is taken
// for the newest. That happens after a clock was set back: dumps made since then are in the
// bucket, but no fetch uses them. If the bucket cannot be listed, there is no warning.
func checkNewest(ctx context.Context, out *console.Console, store *s3store.Store, base string, made backupResult) error {
	ctx, cancel := context.WithTimeoutCause(ctx, listingTimeout, errListing)
	defer cancel()
	all, err := catalog.List(ctx, store, base)
	if err != nil {
		out.Detail("hectl could not check whether the dump is the newest: %v", err)
		return nil
	}
	future := datedInFuture(catalog.WithLabel(all, made.Label), made.Key, out.Now())
	if len(future) == 0 {
		return nil
	}
	last := future[len(future)-1]
	others := ""
	if len(future) > 1 {
		others = fmt.Sprintf(", the last of %d such dumps", len(future))
	}
	return fault.New(fault.Warnings,
		`check the clocks of this machine and of the one that made the other dump. Until that time, "hectl fetch-latest-db" uses the other dump; "hectl restore KEY" restores any dump`,
		"the dump is in the bucket, but is not the newest of %s: %s is dated %s, which is in the future%s",
		made.Label, console.Clean(last.Key), last.Time.UTC().Format(time.RFC3339), others)
}

// datedInFuture returns the dumps with a time after now, except the one with the key
// made. A dump with an earlier time is not returned even if it is newer than made:
// another program made it in the meantime, and it is rightly the newest.
func datedInFuture(dumps []catalog.Dump, made string, now time.Time) []catalog.Dump {
	var future []catalog.Dump
	for _, d := range dumps {
		if d.Time.After(now) && d.Key != made {
			future = append(future, d)
		}
	}
	return future
}

package doctor

import (
	"context"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/internal/s3store"
	"github.com/rubyforgood/hectl/internal/schedule"
	"github.com/rubyforgood/hectl/pgtools"
)

// Backups checks the requirements of a backup. about is the area of the findings.
type Backups interface {
	// ReadOptions reads the options of the job, for this and the following checks. The
	// error is the one that the backup would exit with.
	ReadOptions(ctx context.Context, args []string) (config.Flags, error)
	// CheckJob checks the program that the job runs. path is the job's PATH.
	CheckJob(f *finding.List, about string, j schedule.InstalledJob, path string)
	CheckSource(ctx context.Context, f *finding.List, source pgtools.Conn, tools *pgtools.Tools)
	CheckKeep(settings *config.Sources) error
	// CheckWriter checks the permissions to write dumps.
	CheckWriter(ctx context.Context, f *finding.List, about string, w Writer)
	// CheckBucketRules checks the bucket's own settings, such as its lifecycle rules.
	CheckBucketRules(ctx context.Context, f *finding.List, about string, settings *config.Sources, w Writer)
}

// Fetches checks the requirements of a fetch. CheckNewest comes first: the other checks
// use the dump that it finds.
type Fetches interface {
	CheckNewest(ctx context.Context, f *finding.List, expected Expected)
	CheckAttachments(ctx context.Context, f *finding.List, b config.Bucket)
	// CheckMasking checks the masking rules. If copies is set, it also checks them for
	// masked copies.
	CheckMasking(f *finding.List, c *cli.Context, settings *config.Sources, copies bool)
	CheckTarget(ctx context.Context, f *finding.List, c *cli.Context, tools *pgtools.Tools)
}

// Writer is a bucket that a backup writes to.
type Writer struct {
	Store  *s3store.Store
	Bucket config.Bucket
	Label  string
	Needed bool // this machine makes the dumps; if not set, missing permissions are no problem
}

// Expected specifies where the newest dump should be, and what is expected of it.
type Expected struct {
	Dumps   config.Bucket
	Masked  config.Bucket // the bucket with masked dumps; Name is "" for none
	Label   string
	MaxAge  time.Duration
	BacksUp bool // this machine makes the dumps: the first one may not exist yet
	Fetches bool // this machine restores the dumps: it must be able to read one
}

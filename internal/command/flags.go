package command

import (
	"slices"

	"github.com/urfave/cli/v2"
)

// The categories of flags.
const (
	Limits    = "Limits"
	Bucket    = "Bucket"
	Database  = "Database"
	Retention = "Retention"
	Schedule  = "Schedule"
	Output    = "Output"
)

// Categories returns the categories in the order of the help.
func Categories() []string { return []string{Schedule, Database, Limits, Retention, Bucket, Output} }

// BucketFlags returns the flags that name the bucket of the dumps and how to reach it.
func BucketFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{Category: Bucket, Name: "bucket", Usage: "`s3://NAME[/FOLDER]` of the dumps (HECTL_BUCKET; default s3://human-essentials-backups)"},
	}, StoreFlags())
}

// StoreFlags returns the flags that describe how to reach any bucket.
func StoreFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: Bucket, Name: "profile", Usage: "AWS `PROFILE` (AWS_PROFILE)"},
		&cli.StringFlag{Category: Bucket, Name: "region", Usage: "AWS `REGION` (AWS_REGION; hectl finds the right one if it is wrong)"},
		&cli.StringFlag{Category: Bucket, Name: "endpoint-url", Usage: "`URL` of a store other than AWS (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)"},
		&cli.StringFlag{Category: Bucket, Name: "path-style", Usage: "`true` or false: address the bucket by path (default true with an endpoint URL)"},
	}
}

// LabelFlag returns the flag that selects the dumps of one label.
func LabelFlag() cli.Flag {
	return &cli.StringFlag{Category: Bucket, Name: "env", Usage: "`LABEL` of the dumps, such as production or staging (HECTL_ENV; default production)"}
}

// AtFlag returns the flag that selects the dumps up to a time; see ParseAt. The help of a
// command that has it contains AtHelp.
func AtFlag() cli.Flag {
	return &cli.StringFlag{Category: Bucket, Name: "at", Usage: "only dumps not later than `TIME`: a date, a local time, or an age such as 2d"}
}

// AtHelp explains the TIME of AtFlag.
const AtHelp = `   --at takes a date (to the end of that day), a local time such as
   2026-11-23T14:30, one with a zone such as 2026-11-23T14:30Z, or an age such
   as 3h, 2d or 1y6m.`

// PGBinFlag returns the flag that names the folder of the client tools.
func PGBinFlag() cli.Flag {
	return &cli.StringFlag{Category: Database, Name: "pg-bin", Usage: "`DIR` of pg_dump and pg_restore (HECTL_PG_BIN; default: the best one found)"}
}

// OutputFlags returns the flags that select how much hectl prints, and in which format.
func OutputFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Category: Output, Name: "json", Usage: "print the result as one JSON document"},
		&cli.BoolFlag{Category: Output, Name: "quiet", Aliases: []string{"q"}, Usage: "print only the result, warnings and errors"},
		&cli.BoolFlag{Category: Output, Name: "verbose", Aliases: []string{"v"}, Usage: "explain each decision"},
		&cli.StringFlag{Category: Output, Name: "log-format", Usage: "`FORMAT` of messages on standard error: text or json (HECTL_LOG_FORMAT)"},
	}
}

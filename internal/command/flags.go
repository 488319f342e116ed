package command

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Categories under which the help groups the flags.
const (
	Limits    = "Limits"
	Bucket    = "Bucket"
	Database  = "Database"
	Retention = "Retention"
	Schedule  = "Schedule"
	Output    = "Output"
)

// BucketFlags say where the dumps are and how to get there.
func BucketFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{Category: Bucket, Name: "bucket", Usage: "`s3://NAME[/FOLDER]` of the dumps (HECTL_BUCKET; default s3://human-essentials-backups)"},
	}, StoreFlags())
}

// StoreFlags say how to get to a bucket, whichever it is.
func StoreFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: Bucket, Name: "profile", Usage: "AWS `PROFILE` (AWS_PROFILE)"},
		&cli.StringFlag{Category: Bucket, Name: "region", Usage: "AWS `REGION` (AWS_REGION; found out when it is wrong)"},
		&cli.StringFlag{Category: Bucket, Name: "endpoint-url", Usage: "`URL` of a store other than AWS (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)"},
		&cli.StringFlag{Category: Bucket, Name: "path-style", Usage: "`true` or false: address the bucket by path (default true with an endpoint URL)"},
	}
}

// LabelFlag selects among the dumps of a bucket.
func LabelFlag() cli.Flag {
	return &cli.StringFlag{Category: Bucket, Name: "env", Usage: "`LABEL` of the dumps, such as production or staging (HECTL_ENV; default production)"}
}

// PGBinFlag names the folder of the client tools.
func PGBinFlag() cli.Flag {
	return &cli.StringFlag{Category: Database, Name: "pg-bin", Usage: "`DIR` of pg_dump and pg_restore (HECTL_PG_BIN; default: the best found)"}
}

// OutputFlags say how much is said, and how.
func OutputFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Category: Output, Name: "json", Usage: "print the result as one JSON document"},
		&cli.BoolFlag{Category: Output, Name: "quiet", Aliases: []string{"q"}, Usage: "say nothing but the result, warnings and errors"},
		&cli.BoolFlag{Category: Output, Name: "verbose", Aliases: []string{"v"}, Usage: "say how decisions were made"},
		&cli.StringFlag{Category: Output, Name: "log-format", Usage: "`FORMAT` of what is said on standard error: text or json (HECTL_LOG_FORMAT)"},
	}
}

// New completes a command: the output flags, their effect, and the parts of
// its help that come after the flags. exits is the text under EXIT CODES.
func New(env *Env, c *cli.Command, exits string) *cli.Command {
	c.Flags = slices.Concat(c.Flags, OutputFlags())
	c.HideHelpCommand = true
	c.CustomHelpTemplate = helpText(c, exits)
	for _, sub := range c.Subcommands {
		sub.HelpName = "hectl " + c.Name + " " + sub.Name
	}
	c.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return UsageError(FullName(c), err) }
	c.Before = func(ctx *cli.Context) error {
		name, _, _ := strings.Cut(FullName(c), " ")
		env.Console.SetCommand(name)
		env.askApproval(ctx.Context)
		env.Console.SetMode(ctx.Bool("quiet"), ctx.Bool("verbose"), ctx.Bool("json"))
		if ctx.IsSet("log-format") {
			return env.Console.SetLogFormat(ctx.String("log-format"))
		}
		return nil
	}
	return c
}

// FullName is the name of a command as it is typed after "hectl", such as
// "snapshot save".
func FullName(c *cli.Command) string {
	if c.HelpName == "" { // before urfave/cli sets it
		return c.Name
	}
	return strings.TrimPrefix(c.HelpName, "hectl ")
}

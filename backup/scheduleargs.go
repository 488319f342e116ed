package backup

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
)

// backupFlags are those of hectl backup that a schedule passes on, and --notify,
// which it refuses with a reason.
func backupFlags(env *command.Env) []cli.Flag {
	return slices.DeleteFunc(createCommand(env).Flags, func(f cli.Flag) bool {
		categorized, ok := f.(cli.CategorizableFlag)
		return ok && categorized.GetCategory() == command.Output && f.Names()[0] != "notify"
	})
}

// backupArgs returns the arguments of hectl backup that say what is in effect
// now, wherever it comes from, but without any secret.
func backupArgs(create *createOptions, c *cli.Context, flags []cli.Flag, settings *config.Sources) ([]string, error) {
	var args []string
	add := func(name, value string) {
		if value != "" {
			args = append(args, "--"+name+"="+value)
		}
	}
	add("source", create.source.Conninfo())
	add("bucket", create.bucket.String())
	add("env", create.label)
	add("region", create.bucket.Region)
	add("endpoint-url", create.bucket.EndpointURL)
	if create.bucket.PathStyle != nil {
		add("path-style", strconv.FormatBool(*create.bucket.PathStyle))
	}
	add("pg-bin", create.pgBin)
	if create.masked != nil {
		if rules, path := settings.Mask(); rules != nil {
			return nil, fault.New(fault.Usage, `run "hectl mask" in that folder after the backup, and leave the masked dump out here with --masked-to none`,
				"the masking rules are in %s, which a scheduled backup does not read", path)
		}
		add("masked-to", create.masked.bucket.String())
	}
	if create.prune != nil {
		rules, err := settings.Keep(command.Given(c))
		if err != nil {
			return nil, err
		}
		for _, f := range keepFlags() {
			name := f.Names()[0]
			add(name, rules[strings.TrimPrefix(name, "keep-")].Text)
		}
	}
	for _, f := range flags {
		name := f.Names()[0]
		if !c.IsSet(name) || isSetting(name) {
			continue
		}
		if name == "notify" {
			return nil, fault.New(fault.Usage, "set HECTL_NOTIFY in the service's EnvironmentFile or in the crontab", "--notify cannot go into a crontab or a unit: its URL is a secret")
		}
		switch f.(type) {
		case *cli.BoolFlag:
			if c.Bool(name) {
				args = append(args, "--"+name)
			}
		case *cli.StringSliceFlag:
			for _, item := range c.StringSlice(name) {
				add(name, item)
			}
		case *cli.DurationFlag:
			add(name, shortly(c.Duration(name)))
		default:
			add(name, fmt.Sprint(c.Value(name)))
		}
	}
	return args, nil
}

// isSetting tells whether a flag is one of those that also come from elsewhere.
// The profile is left out: a service has no ~/.aws.
func isSetting(flag string) bool {
	return strings.HasPrefix(flag, "keep-") ||
		slices.Contains([]string{"source", "bucket", "env", "region", "endpoint-url", "path-style", "pg-bin", "profile", "masked-to"}, flag)
}

// seen tells whether a service with ProtectHome= and PrivateTmp= sees path.
func seen(path string) bool {
	return !slices.ContainsFunc([]string{"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"}, func(hidden string) bool {
		return strings.HasPrefix(path+"/", hidden)
	})
}

package backup

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/text"
)

// scheduledFlags returns the flags of hectl backup that a schedule passes on, and
// --notify, which it refuses with an explanation.
func scheduledFlags(env *command.Env) []cli.Flag {
	return slices.DeleteFunc(backupCommand(env).Flags, func(f cli.Flag) bool {
		categorized, ok := f.(cli.CategorizableFlag)
		return ok && categorized.GetCategory() == command.Output && f.Names()[0] != "notify"
	})
}

// scheduledCommand returns the path of hectl and the arguments of hectl backup for all
// settings that are in effect now. It makes the paths in backup absolute, because the
// schedule runs in another folder.
func scheduledCommand(env *command.Env, c *cli.Context, backup *backupOptions, settings *config.Sources) (hectl string, args []string, err error) {
	if hectl, err = os.Executable(); err != nil {
		return "", nil, fmt.Errorf("find the path of hectl: %w", err)
	}
	if backup.pgBin != "" {
		if backup.pgBin, err = filepath.Abs(backup.pgBin); err != nil {
			return "", nil, err
		}
	}
	args, err = scheduledArgs(backup, c, scheduledFlags(env), settings)
	return hectl, args, err
}

// scheduledArgs returns the arguments of hectl backup for all settings that are in effect
// now, whatever their source, except secrets.
func scheduledArgs(backup *backupOptions, c *cli.Context, flags []cli.Flag, settings *config.Sources) ([]string, error) {
	var args []string
	add := func(name, value string) {
		if value != "" {
			args = append(args, "--"+name+"="+value)
		}
	}
	add("source", backup.source.Conninfo())
	add("bucket", backup.bucket.String())
	add("env", backup.label)
	add("region", backup.bucket.Region)
	add("endpoint-url", backup.bucket.EndpointURL)
	if backup.bucket.PathStyle != nil {
		add("path-style", strconv.FormatBool(*backup.bucket.PathStyle))
	}
	add("pg-bin", backup.pgBin)
	if backup.masked != nil {
		if rules, path := settings.Mask(); rules != nil {
			return nil, fault.New(fault.Usage, `run "hectl mask" in that folder after the backup, and turn off the masked dump here with --masked-to none`,
				"the masking rules are in %s, which a scheduled backup does not read", path)
		}
		add("masked-to", backup.masked.bucket.String())
	}
	if backup.prune != nil {
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
			add(name, text.Duration(c.Duration(name)))
		default:
			add(name, fmt.Sprint(c.Value(name)))
		}
	}
	return args, nil
}

// isSetting reports whether a flag's value can also come from hectl.yml or the
// environment, in which case scheduledArgs has already handled it. A profile is not
// passed on: a service has no ~/.aws.
func isSetting(flag string) bool {
	return strings.HasPrefix(flag, "keep-") ||
		slices.Contains([]string{"source", "bucket", "env", "region", "endpoint-url", "path-style", "pg-bin", "profile", "masked-to"}, flag)
}

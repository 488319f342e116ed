package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
)

// Set by the linker for releases.
var (
	version = ""
	commit  = ""
	date    = ""
)

// versionInfo says which hectl this is.
type versionInfo struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Date     string `json:"date,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// Text renders the version as one line.
func (v versionInfo) Text() string {
	text := "hectl " + v.Version
	if v.Commit != "" {
		text += " (" + v.Commit
		if v.Date != "" {
			text += ", " + v.Date
		}
		text += ")"
	}
	return fmt.Sprintf("%s %s %s", text, v.Go, v.Platform)
}

// buildVersion takes what the linker set, or else what "go install" recorded.
func buildVersion() versionInfo {
	v := versionInfo{
		Version: version, Commit: commit, Date: date,
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	info, ok := debug.ReadBuildInfo()
	if v.Version == "" && ok {
		v.Version = info.Main.Version
	}
	if v.Version == "" || v.Version == "(devel)" {
		v.Version = "devel"
	}
	return v
}

func versionCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "version",
		Usage:     "print the version",
		UsageText: "hectl version [--json]",
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			return env.Console.Result(buildVersion())
		},
	}, "0 done")
}

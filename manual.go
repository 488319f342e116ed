package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/fault"
)

// manualCommand is for those who make packages.
func manualCommand(env *command.Env) *cli.Command {
	return command.New(env, &cli.Command{
		Name:      "man",
		Hidden:    true,
		Usage:     "write the manual pages",
		UsageText: "hectl man --output DIR",
		Flags: []cli.Flag{
			&cli.StringFlag{Category: command.Output, Name: "output", Aliases: []string{"o"}, Usage: "write a page a command into `DIR`, which is made"},
		},
		Action: func(c *cli.Context) error {
			if err := command.NoArgs(c); err != nil {
				return err
			}
			dir := c.String("output")
			if dir == "" {
				return fault.New(fault.Usage, "for example: hectl man --output man", "--output is missing")
			}
			return writeManual(c.App, dir)
		},
	}, `
0    done
1    failed
2    wrong flags`)
}

// writeManual writes hectl.1 and hectl-COMMAND.1 into dir.
func writeManual(app *cli.App, dir string) error {
	v := buildVersion()
	day, _, _ := strings.Cut(v.Date, "T")
	pages := map[string]string{"hectl": command.Manual(overview(app), "hectl", v.Version, day)}
	for _, c := range app.VisibleCommands() {
		if c.Name != "help" {
			pages["hectl-"+c.Name] = command.Manual(c, "hectl-"+c.Name, v.Version, day)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // for a package
		return fmt.Errorf("write the manual: %w", err)
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name+".1"), []byte(text), 0o644); err != nil { //nolint:gosec // for a package
			return fmt.Errorf("write the manual: %w", err)
		}
	}
	return nil
}

// overview is hectl as a command, whose page names all others.
func overview(app *cli.App) *cli.Command {
	var b strings.Builder
	for _, c := range app.VisibleCommands() {
		if c.Name != "help" {
			fmt.Fprintf(&b, "hectl-%s(1): %s.\n\n", c.Name, c.Usage)
		}
	}
	b.WriteString("Settings come from flags, the environment, and hectl.yml in the current folder or one above it. \"hectl doctor\" shows what is in effect, and what is missing.")
	return &cli.Command{Name: app.Name, Usage: app.Usage, UsageText: app.UsageText, Description: b.String()}
}

package doctor

import (
	"context"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/pgtools"
)

// checkTools lists the client tools. It returns nil after an interrupt.
func (d *doctor) checkTools(ctx context.Context, settings *config.Sources, flags config.Flags) *pgtools.Tools {
	const about = finding.ClientTools
	f := &d.found
	bin, err := command.PGBin(settings, flags)
	var tools *pgtools.Tools
	if err == nil {
		tools, err = pgtools.FindTools(ctx, bin, settings.Lookup)
	}
	if err != nil {
		f.Fail(about, err)
		if tools, err = pgtools.FindTools(ctx, "", settings.Lookup); err != nil {
			return nil // interrupted
		}
	}
	for _, t := range tools.All() {
		note := ""
		if t.Wrapper {
			note = ", a wrapper that picks a version itself"
		}
		f.OK(about, "%s %s: %s%s", t.Name, t.Version, t.Path, note)
	}
	for _, s := range tools.Skipped() {
		f.Warn(about, s.Path+" --version", "%s does not run: %v", s.Path, s.Err)
	}
	if len(tools.All()) == 0 {
		f.Error(about, tools.Advice(), "there is no pg_dump and no pg_restore on this machine")
	}
	return tools
}

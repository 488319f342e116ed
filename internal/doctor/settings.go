package doctor

import (
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
)

// checkSettings lists the settings and where they are set. It leaves out a hectl.yml that
// cannot be read.
func (d *doctor) checkSettings() (*config.Sources, config.Flags) {
	const about = "settings"
	f := &d.found
	settings, err := d.env.Settings()
	if err != nil {
		f.Fail(about, err)
		d.broken = true
		settings = config.Environment(d.env.Environ)
	} else if path := settings.Path(); path != "" {
		f.OK(about, "%s", path)
	}
	for _, of := range settings.Dotenv() {
		names := "no variables for hectl"
		if len(of.Names) > 0 {
			names = strings.Join(of.Names, ", ")
		}
		f.OK(about, "%s: %s", of.Path, names)
	}
	if err == nil && !settings.IsApproved() {
		var keys []string
		for _, c := range settings.Claims() {
			keys = append(keys, c.Key)
		}
		f.Warn(about, "hectl allow", "you have not approved these settings: %s", strings.Join(keys, ", "))
	}
	for i, name := range d.missing {
		fix := ""
		if i == len(d.missing)-1 { // one fix for all
			fix = `add it to the crontab, or to the file of --env-file: see "hectl schedule --help"`
		}
		f.Warn(about, fix, "%s is set here, but not under cron", name)
	}
	flags := d.flags()
	for _, s := range settings.List(flags) {
		f.OK(about, "%s = %s (%s)", s.Name, s.Text, s.Origin)
	}
	if source, err := settings.Source(flags); err == nil {
		d.addDatabase(settings, "source", source)
	}
	d.role = findRole(settings, flags, d.cron)
	if target, err := settings.Target(flags); err == nil && d.role.fetches {
		d.addDatabase(settings, "target", target)
	}
	for _, err := range d.settingsErrors(settings, flags) {
		f.Fail(about, err)
	}
	return settings, flags
}

// addDatabase adds the database that the settings name, and the place of the setting. The
// check of the database reports errors.
func (d *doctor) addDatabase(settings *config.Sources, name string, named config.Database) {
	if conn, err := command.Resolve(named, settings); err == nil {
		d.found.OK("settings", "%s = %s (%s)", name, conn, strings.Join(command.Origins(named, settings), ", "))
	}
}

// settingsErrors returns the errors of settings that need no server to check.
func (d *doctor) settingsErrors(settings *config.Sources, flags config.Flags) (wrong []error) {
	_, bucket := settings.Bucket(flags)
	_, masked := settings.MaskedBucket(flags)
	_, attachments := settings.AttachmentsBucket(flags)
	_, label := settings.Label(flags)
	_, age := settings.MaxAge(flags)
	_, shrink := settings.MaxShrink(flags)
	for _, err := range []error{bucket, masked, attachments, label, age, shrink, d.backups.CheckKeep(settings), command.CheckNotify(settings)} {
		// All buckets report the same bad endpoint.
		if err != nil && !slices.ContainsFunc(wrong, func(other error) bool { return other.Error() == err.Error() }) {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

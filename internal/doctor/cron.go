package doctor

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
	"github.com/rubyforgood/hectl/internal/schedule"
)

// scheduled is a backup that cron or systemd runs.
type scheduled struct {
	schedule.InstalledJob
	from    string       // the file, or standard input
	flags   config.Flags // flags in its command line
	err     error        // error of its options or settings
	broken  []error      // files of variables that cannot be read
	missing []string     // optional files of variables that do not exist
}

// unitDirs returns the folders in which systemd looks for units, the administrator's
// first.
func unitDirs() []string {
	return []string{"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}
}

// findUnit returns the path of the service that backs up a label, or "". It ignores the
// service of a package unless its timer is enabled.
func findUnit(dirs []string, label string) string {
	name := "hectl-backup"
	if label != "" && label != config.DefaultLabel {
		name += "-" + label
	}
	for i, dir := range dirs {
		path := filepath.Join(dir, name+".service")
		if _, err := os.Stat(path); err != nil {
			continue
		}
		if i > 0 {
			if _, err := os.Lstat(filepath.Join(dirs[0], "timers.target.wants", name+".timer")); err != nil {
				continue
			}
		}
		return path
	}
	return ""
}

// readJob reads the backup in a file, or in standard input if file is "-". If file is "",
// it reads the installed service, and returns nil if there is none.
func (d *doctor) readJob(file string) (*scheduled, error) {
	label := d.c.String("env")
	s := &scheduled{from: file}
	var text []byte
	var err error
	switch file {
	case "":
		if s.from = findUnit(d.units, label); s.from == "" {
			return nil, nil //nolint:nilnil // see above
		}
		text, err = os.ReadFile(s.from)
	case "-":
		s.from = "standard input"
		text, err = io.ReadAll(d.env.Stdin)
	default:
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fault.New(fault.Usage, "", "read the line: %w", err)
	}
	s.InstalledJob, err = schedule.Find(string(text), label)
	if err != nil {
		return nil, fault.Wrap(fault.Usage, "", err)
	}
	return s, nil
}

// enterCron replaces the environment with that of the scheduled backup: the variables of
// cron or systemd, of the job itself, and of envFile.
func (d *doctor) enterCron(ctx context.Context, file, envFile string) (err error) {
	if !d.cron {
		return nil
	}
	if d.job, err = d.readJob(file); err != nil {
		return err
	}
	environ := map[string]string{"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
	if d.job != nil && d.job.Unit {
		environ = d.job.unitEnviron()
	}
	for _, kv := range d.env.Environ {
		name, value, _ := strings.Cut(kv, "=")
		switch {
		case name == "HOME" || name == "LOGNAME":
			if d.job == nil || !d.job.Unit {
				environ[name] = value
			}
		case affectsBackup(name) && value != "":
			d.missing = append(d.missing, name)
		}
	}
	if d.job != nil {
		maps.Copy(environ, d.job.Env)
		maps.Copy(environ, d.job.readEnvFiles())
	}
	if envFile != "" {
		variables, err := config.ReadEnvFile(envFile)
		if err != nil {
			return err
		}
		maps.Copy(environ, variables)
	}
	if err := d.setEnviron(environ); err != nil {
		return err
	}
	d.env.Dir = cmp.Or(environ["HOME"], "/")
	given := config.Flags{}
	if d.job != nil {
		d.env.Dir = cmp.Or(d.job.Dir, d.env.Dir)
		d.job.flags, d.job.err = d.backups.ReadOptions(ctx, d.job.Args)
		given = d.job.flags
	}
	d.missing = slices.DeleteFunc(d.missing, func(name string) bool { return environ[name] != "" || overrides(given, name) })
	slices.Sort(d.missing)
	return nil
}

// setEnviron sets the environment of the process, which the AWS SDK reads.
func (d *doctor) setEnviron(environ map[string]string) error {
	os.Clearenv()
	d.env.Environ = nil
	for _, name := range slices.Sorted(maps.Keys(environ)) {
		if err := os.Setenv(name, environ[name]); err != nil {
			return err
		}
		d.env.Environ = append(d.env.Environ, name+"="+environ[name])
	}
	return nil
}

// unitEnviron returns the variables that systemd sets for a system service. Only a real
// account has a home.
func (s *scheduled) unitEnviron() map[string]string {
	environ := map[string]string{"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"}
	if s.Account != "" {
		if u, err := user.Lookup(s.Account); err == nil {
			environ["HOME"], environ["LOGNAME"], environ["USER"] = u.HomeDir, u.Username, u.Username
		}
	}
	return environ
}

// readEnvFiles reads the files in the EnvironmentFile= lines of a unit.
func (s *scheduled) readEnvFiles() map[string]string {
	all := map[string]string{}
	for _, path := range s.EnvFiles {
		path, optional := strings.CutPrefix(path, "-")
		variables, err := config.ReadEnvFile(path)
		switch {
		case err == nil:
			maps.Copy(all, variables)
		case optional && errors.Is(err, fs.ErrNotExist):
			s.missing = append(s.missing, path)
		case errors.Is(err, fs.ErrPermission):
			s.broken = append(s.broken, fault.New(fault.Denied, "check as root: sudo hectl doctor --cron", "%w", err))
		default:
			s.broken = append(s.broken, err)
		}
	}
	return all
}

// overrides reports whether one of the flags overrides a variable.
func overrides(given config.Flags, variable string) bool {
	if given["source"] != "" && variable != "PGPASSWORD" && (strings.HasPrefix(variable, "PG") || strings.HasPrefix(variable, "DIAPER_DB_")) {
		return true
	}
	for flag := range given {
		if slices.Contains(config.Variables(flag), variable) {
			return true
		}
	}
	return false
}

// checkJob checks how cron or systemd starts the backup.
func (d *doctor) checkJob() {
	const about = "line"
	f, s := &d.found, d.job
	if s == nil {
		return
	}
	f.OK(about, "read from %s", s.from)
	if s.Others > 0 {
		f.OK(about, "%d more of its lines run hectl backup: choose one by its label with --env", s.Others)
	}
	for _, path := range s.missing {
		f.OK(about, "the service's optional file %s does not exist", path)
	}
	for _, err := range s.broken {
		f.Fail(about, err)
	}
	d.backups.CheckJob(f, about, s.InstalledJob, os.Getenv("PATH"))
}

// addLineError adds the error that the backup would exit with, unless a finding already
// reports it.
func (d *doctor) addLineError() {
	if d.job == nil || d.job.err == nil {
		return
	}
	err := d.job.err
	for _, finding := range d.found {
		if strings.Contains(err.Error(), finding.Text) || strings.Contains(finding.Text, err.Error()) {
			return
		}
	}
	const about = "line"
	var wrong finding.List
	wrong.Fail(about, err)
	at := slices.IndexFunc(d.found, func(f finding.Finding) bool { return f.About == about })
	for at < len(d.found) && d.found[at].About == about {
		at++
	}
	d.found = slices.Insert(d.found, at, wrong...)
}

// flags returns the flags of doctor and of the job. Doctor's flags win.
func (d *doctor) flags() config.Flags {
	given := command.Given(d.c)
	if d.job == nil {
		return given
	}
	merged := maps.Clone(d.job.flags)
	maps.Copy(merged, given)
	return merged
}

// affectsBackup reports whether a backup, the AWS SDK or libpq reads a variable.
func affectsBackup(name string) bool {
	if slices.Contains([]string{"HECTL_TARGET", "HECTL_JOBS", "HECTL_ATTACHMENTS_BUCKET"}, name) {
		return false
	}
	return slices.ContainsFunc([]string{"HECTL_", "AWS_", "PG", "DIAPER_DB_"}, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

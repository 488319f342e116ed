package main

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

	"github.com/rubyforgood/hectl/backup"
	"github.com/rubyforgood/hectl/backup/schedule"
	"github.com/rubyforgood/hectl/internal/command"
	"github.com/rubyforgood/hectl/internal/config"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/finding"
)

// scheduled is the backup that cron or systemd runs, as doctor has read it.
type scheduled struct {
	schedule.InstalledJob
	from string // the file, or standard input
	line *backup.CommandLine
	lost []error  // files of variables that the job needs and doctor cannot read
	bare []string // those that are not there, and need not be
}

// unitDirs are where systemd looks for units, the machine's own first.
func unitDirs() []string {
	return []string{"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}
}

// installedUnit returns the path of the service that backs up a label, "" for none.
// That of a package counts when its timer is enabled.
func installedUnit(dirs []string, label string) string {
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

// readJob reads the backup that file holds, "-" for standard input; with "" that of
// the installed unit, nil where there is none.
func (d *doctor) readJob(file string) (*scheduled, error) {
	label := d.c.String("env")
	s := &scheduled{from: file}
	var text []byte
	var err error
	switch file {
	case "":
		if s.from = installedUnit(d.units, label); s.from == "" {
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

// enterCron leaves nothing of the environment but what cron or systemd gives to a
// job, what the job itself sets, and the variables of a file.
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
		case matters(name) && value != "":
			d.lost = append(d.lost, name)
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
		d.job.line = backup.ParseCommandLine(ctx, d.env, d.job.Args)
		given = d.job.line.Flags
	}
	d.lost = slices.DeleteFunc(d.lost, func(name string) bool { return environ[name] != "" || says(given, name) })
	slices.Sort(d.lost)
	return nil
}

// setEnviron makes environ that of the process: the AWS SDK reads it there.
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

// unitEnviron is what systemd sets for a service of the system. Only a real account
// has a home.
func (s *scheduled) unitEnviron() map[string]string {
	environ := map[string]string{"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"}
	if s.Account != "" {
		if u, err := user.Lookup(s.Account); err == nil {
			environ["HOME"], environ["LOGNAME"], environ["USER"] = u.HomeDir, u.Username, u.Username
		}
	}
	return environ
}

// readEnvFiles reads what the unit's EnvironmentFile= lines name.
func (s *scheduled) readEnvFiles() map[string]string {
	all := map[string]string{}
	for _, path := range s.EnvFiles {
		path, optional := strings.CutPrefix(path, "-")
		variables, err := config.ReadEnvFile(path)
		switch {
		case err == nil:
			maps.Copy(all, variables)
		case optional && errors.Is(err, fs.ErrNotExist):
			s.bare = append(s.bare, path)
		case errors.Is(err, fs.ErrPermission):
			s.lost = append(s.lost, fault.New(fault.Denied, "look as root: sudo hectl doctor --cron", "%w", err))
		default:
			s.lost = append(s.lost, err)
		}
	}
	return all
}

// says reports whether one of the flags that were given says what a variable says.
func says(given config.Flags, variable string) bool {
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

// scheduledLine says which job is looked at, and what is wrong with its line.
func (d *doctor) scheduledLine() {
	const about = "line"
	f, s := &d.found, d.job
	if s == nil {
		return
	}
	f.OK(about, "read from %s", s.from)
	if s.Others > 0 {
		f.OK(about, "%d more of its lines run hectl backup: choose one by its label, with --env", s.Others)
	}
	for _, path := range s.bare {
		f.OK(about, "there is no %s, where the service finds passwords and keys", path)
	}
	for _, err := range s.lost {
		f.Fail(about, err)
	}
	backup.CheckJob(f, about, s.InstalledJob, s.line, os.Getenv("PATH"))
}

// wrongLine adds what the backup would say of its line, unless it is said already.
func (d *doctor) wrongLine() {
	if d.job == nil || d.job.line.Err == nil {
		return
	}
	err := d.job.line.Err
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

// flags are those that were given to doctor, over those of the job.
func (d *doctor) flags() config.Flags {
	given := command.Given(d.c)
	if d.job == nil {
		return given
	}
	merged := maps.Clone(d.job.line.Flags)
	maps.Copy(merged, given)
	return merged
}

// matters reports whether a backup, the AWS SDK or libpq looks at a variable.
func matters(name string) bool {
	if slices.Contains([]string{"HECTL_TARGET", "HECTL_JOBS", "HECTL_ATTACHMENTS_BUCKET"}, name) {
		return false
	}
	return slices.ContainsFunc([]string{"HECTL_", "AWS_", "PG", "DIAPER_DB_"}, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

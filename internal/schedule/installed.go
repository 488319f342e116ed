package schedule

import (
	"regexp"
	"slices"

	"github.com/rubyforgood/hectl/internal/fault"
)

// InstalledJob is a backup found in a crontab or a systemd unit.
type InstalledJob struct {
	Program   string            // hectl, as the line names it
	Args      []string          // arguments after "backup"
	Env       map[string]string // variables that the crontab or unit sets
	EnvFiles  []string          // files of variables; as in EnvironmentFile=, a leading "-" marks an optional one
	Dir       string            // "" for the default
	Account   string            // User= of the unit; "" for a dynamic user, and for cron
	Unit      bool              // the job comes from a systemd unit
	HidesHome bool              // the unit sets ProtectHome=
	Others    int               // how many other lines run hectl backup
}

var unitSection = regexp.MustCompile(`(?m)^\[Service\]\s*$`)

// Find returns the backup in text, which is a crontab, one of its lines, or a unit. If
// there are several, it returns the one for label, or the first if label is empty. The
// error is a fault.NotFound if there is none, and a fault.Usage if hectl cannot parse
// the line.
func Find(text, label string) (InstalledJob, error) {
	jobs, err := crontabJobs(text)
	if len(jobs) == 0 && err == nil && unitSection.MatchString(text) {
		jobs, err = unitJobs(text)
	}
	if err != nil {
		return InstalledJob{}, fault.New(fault.Usage, "write it as \"hectl schedule\" prints it", "read the line: %w", err)
	}
	for _, j := range jobs {
		if label == "" || slices.Contains(j.Args, "--env="+label) {
			j.Others = len(jobs) - 1
			return j, nil
		}
	}
	hint := `pass the output of "hectl schedule", a crontab (crontab -l | hectl doctor --line -), or the .service file`
	if len(jobs) > 0 {
		return InstalledJob{}, fault.New(fault.NotFound, hint, "no line runs hectl backup --env=%s", label)
	}
	return InstalledJob{}, fault.New(fault.NotFound, hint, "no line runs hectl backup")
}

package schedule

import (
	"strings"
	"time"
	"unicode"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Job is a backup for cron or systemd to run.
type Job struct {
	Interval    Interval
	Hectl       string   // absolute path of the program
	Args        []string // arguments after "hectl backup": no secrets, no control characters
	Profile     string   // AWS profile, for cron only: the service's user has no ~/.aws
	EnvFile     string   // file with the service's passwords and keys
	Description string   // the database and the bucket
	Timeout     time.Duration
	Memory      int64 // limit for the service, in bytes
	Account     Account
}

// Check refuses a job with control characters, which cannot be quoted in a crontab or
// a unit.
func (j Job) Check() error {
	for _, word := range append([]string{j.Hectl, j.Description, j.Profile, j.Account.Name}, j.Args...) {
		if strings.ContainsFunc(word, unicode.IsControl) {
			return fault.New(fault.Usage, "", "%q cannot be written into a crontab: it contains a control character", word)
		}
	}
	return nil
}

package config

import (
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

// DefaultLabel is the label of production's dumps.
const DefaultLabel = "production"

var labelForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// Label resolves --env, the label of the dumps to write or find.
func (s *Sources) Label(flags Flags) (Value, error) {
	if err := flags.check(); err != nil {
		return Value{}, err
	}
	v := s.find(flags, "env")
	if !labelForm.MatchString(v.Text) {
		return Value{}, fault.New(fault.Usage, "for example: --env staging",
			"label %s (from %s) must start with a letter or digit and contain only letters, digits, '.', '_' and '-'", fault.Quote(v.Text), v.Origin)
	}
	return v, nil
}

// PGBin resolves the folder of the client tools. An empty value means that hectl
// searches for them. A relative folder in hectl.yml is relative to hectl.yml.
func (s *Sources) PGBin(flags Flags) Value {
	return s.find(flags, "pg-bin")
}

// maxJobs is the highest default: more jobs do not help on a laptop.
const maxJobs = 8

// Jobs resolves the number of parallel connections.
func (s *Sources) Jobs(flags Flags) (int, error) {
	return s.jobs(flags, min(runtime.NumCPU(), maxJobs))
}

// manyFiles is the default number of parallel downloads of small files. Latency limits
// them, not the processors.
const manyFiles = 16

// FileJobs is like Jobs, for downloads of small files.
func (s *Sources) FileJobs(flags Flags) (int, error) { return s.jobs(flags, manyFiles) }

func (s *Sources) jobs(flags Flags, fallback int) (int, error) {
	if err := flags.check(); err != nil {
		return 0, err
	}
	v := s.find(flags, "jobs")
	if v.Origin == ByDefault {
		v.Text = strconv.Itoa(fallback)
	}
	n, err := strconv.Atoi(v.Text)
	if err != nil || n < 1 || n > 256 {
		return 0, fault.New(fault.Usage, "for example: --jobs 4", "jobs %s (from %s) is not a number from 1 to 256", fault.Quote(v.Text), v.Origin)
	}
	return n, nil
}

// MaxAge resolves --max-age, the maximum age of the newest dump. The default tolerates
// two missed backups in a row on a schedule of 4 hours, and a backup of 1 hour.
func (s *Sources) MaxAge(flags Flags) (time.Duration, error) {
	if err := flags.check(); err != nil {
		return 0, err
	}
	v := s.find(flags, "max-age")
	age, err := time.ParseDuration(v.Text)
	if err != nil || age <= 0 {
		return 0, fault.New(fault.Usage, "for example: --max-age 26h", "max age %s (from %s) is not a duration such as 9h or 90m", fault.Quote(v.Text), v.Origin)
	}
	return age, nil
}

// MaxShrink resolves --max-shrink: the percentage by which the newest dump may be smaller
// than earlier dumps.
func (s *Sources) MaxShrink(flags Flags) (int, error) {
	if err := flags.check(); err != nil {
		return 0, err
	}
	v := s.find(flags, "max-shrink")
	percent, err := strconv.Atoi(strings.TrimSuffix(v.Text, "%"))
	if err != nil || percent < 0 || percent > 100 {
		return 0, fault.New(fault.Usage, "for example: --max-shrink 30%; 100% accepts any size",
			"max shrink %s (from %s) is not a percentage from 0%% to 100%%", fault.Quote(v.Text), v.Origin)
	}
	return percent, nil
}

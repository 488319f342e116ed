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

// Label resolves --env: the label under which dumps are written and looked
// for.
func (s *Sources) Label(flags Flags) (Value, error) {
	if err := flags.check(); err != nil {
		return Value{}, err
	}
	v := s.find(flags, "env")
	if !labelForm.MatchString(v.Text) {
		return Value{}, fault.New(fault.Usage, "for example: --env staging",
			"label %s (from %s) may hold letters, digits, '.', '_' and '-' only, and begins with a letter or digit", fault.Quote(v.Text), v.Origin)
	}
	return v, nil
}

// PGBin resolves the folder that holds the client tools; its text is "" when
// they are to be found. A folder that hectl.yml names is relative to hectl.yml.
func (s *Sources) PGBin(flags Flags) Value {
	return s.find(flags, "pg-bin")
}

// maxJobs is the most that pays on a laptop, and what a default may be.
const maxJobs = 8

// Jobs resolves how many connections work at once.
func (s *Sources) Jobs(flags Flags) (int, error) {
	return s.jobs(flags, min(runtime.NumCPU(), maxJobs))
}

// manyFiles is how many files come at once by default: what takes the time is not
// the processors' work, but the way to the store and back.
const manyFiles = 16

// FileJobs is Jobs for what fetches many small files.
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

// MaxAge resolves --max-age: how old the newest dump may be. The default bears
// two misses in a row of a backup every 4 hours, and the hour that one may take.
func (s *Sources) MaxAge(flags Flags) (time.Duration, error) {
	if err := flags.check(); err != nil {
		return 0, err
	}
	v := s.find(flags, "max-age")
	age, err := time.ParseDuration(v.Text)
	if err != nil || age <= 0 {
		return 0, fault.New(fault.Usage, "for example: --max-age 26h", "max age %s (from %s) is not a time such as 9h or 90m", fault.Quote(v.Text), v.Origin)
	}
	return age, nil
}

// MaxShrink resolves --max-shrink: by how many percent the newest dump may be
// smaller than those before it.
func (s *Sources) MaxShrink(flags Flags) (int, error) {
	if err := flags.check(); err != nil {
		return 0, err
	}
	v := s.find(flags, "max-shrink")
	percent, err := strconv.Atoi(strings.TrimSuffix(v.Text, "%"))
	if err != nil || percent < 0 || percent > 100 {
		return 0, fault.New(fault.Usage, "for example: --max-shrink 30%; at 100% no size is too small",
			"max shrink %s (from %s) is not a share from 0%% to 100%%", fault.Quote(v.Text), v.Origin)
	}
	return percent, nil
}

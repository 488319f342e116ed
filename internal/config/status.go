package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

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

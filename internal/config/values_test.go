package config

import (
	"strings"
	"testing"
	"time"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestStatusLimits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		file   string
		flags  Flags
		age    time.Duration
		shrink int
		wrong  string
	}{
		{"default", "", nil, 9 * time.Hour, 50, ""},
		{"file", "max_age: 26h\nmax_shrink: 30%\n", nil, 26 * time.Hour, 30, ""},
		{"a number", "max_shrink: 30\n", nil, 9 * time.Hour, 30, ""},
		{"flags", "max_age: 26h\nmax_shrink: 30%\n", Flags{"max-age": "90m", "max-shrink": "100%"}, 90 * time.Minute, 100, ""},
		{"no unit", "max_age: 26\n", nil, 0, 50, `max age "26" (from `},
		{"days", "", Flags{"max-age": "2d"}, 0, 50, `max age "2d" (from --max-age)`},
		{"never", "", Flags{"max-age": "0s"}, 0, 50, "max age"},
		{"empty", "", Flags{"max-age": ""}, 0, 0, "--max-age is empty"},
		{"more than all", "", Flags{"max-shrink": "101%"}, 9 * time.Hour, 0, `max shrink "101%" (from --max-shrink)`},
		{"growth", "", Flags{"max-shrink": "-5"}, 9 * time.Hour, 0, "max shrink"},
		{"a fraction", "max_shrink: 50.5%\n", nil, 9 * time.Hour, 0, "max shrink"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, map[string]string{"hectl.yml": tt.file})
			age, err := s.MaxAge(tt.flags)
			shrink, shrinkErr := s.MaxShrink(tt.flags)
			if err == nil {
				err = shrinkErr
			}
			if tt.wrong != "" {
				if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), tt.wrong) {
					t.Error(err)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if age != tt.age || shrink != tt.shrink {
				t.Errorf("%s, %d%%", age, shrink)
			}
		})
	}
}

func TestFileJobs(t *testing.T) {
	for _, tt := range []struct {
		files map[string]string
		env   []string
		flags Flags
		want  int
	}{
		{want: 16},
		{files: map[string]string{"app/hectl.yml": "jobs: 3\n"}, want: 3},
		{files: map[string]string{"app/hectl.yml": "jobs: 3\n"}, env: []string{"HECTL_JOBS=4"}, want: 4},
		{env: []string{"HECTL_JOBS=4"}, flags: Flags{"jobs": "5"}, want: 5},
	} {
		if got, err := load(t, tt.files, tt.env...).FileJobs(tt.flags); err != nil || got != tt.want {
			t.Errorf("%v %v %v: %d, %v", tt.files, tt.env, tt.flags, got, err)
		}
	}
}

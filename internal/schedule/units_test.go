package schedule

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The rules are in systemd.service(5), "Command lines", and systemd.syntax(7).
func TestUnitWord(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"--env=production": "--env=production",
		"a b":              `"a b"`,
		"":                 `""`,
		"50%":              "50%%",
		"$HOME":            `"$$HOME"`,
		`a\b "c" 'd'`:      `"a\\b \"c\" 'd'"`,
		";":                `";"`,
	} {
		if got := unitWord(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestUnitsOfAJob(t *testing.T) {
	t.Parallel()
	j := Job{
		Interval: Interval{every: 4 * time.Hour, first: 90 * time.Minute}, Hectl: "/usr/local/bin/hectl",
		Args: []string{"--env=staging"}, Profile: "mine", Description: "Back up 100% to s3://b", Timeout: 3 * time.Hour, Memory: 2 << 30,
	}
	service, timer := j.service(), j.timer()
	for _, line := range []string{
		"Description=Back up 100%% to s3://b", "ExecStart=/usr/local/bin/hectl backup --quiet --env=staging", "TimeoutStartSec=195min", "MemoryMax=2048M", "DynamicUser=yes",
	} {
		if !slices.Contains(strings.Split(service, "\n"), line) {
			t.Errorf("no %q in\n%s", line, service)
		}
	}
	for _, line := range []string{"Description=Back up 100%% to s3://b, every 4h", "OnCalendar=*-*-* 01/4:30:00", "Persistent=true"} {
		if !slices.Contains(strings.Split(timer, "\n"), line) {
			t.Errorf("no %q in\n%s", line, timer)
		}
	}
	j.Timeout = 0
	if !strings.Contains(j.service(), "TimeoutStartSec=infinity\n") {
		t.Errorf("a backup without a time limit has one:\n%s", j.service())
	}
}

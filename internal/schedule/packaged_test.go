package schedule

import (
	"os"
	"testing"
	"time"
)

// The packages contain the units that "hectl schedule" would print on a machine with
// all settings in /etc/hectl/env.
func TestPackagedUnits(t *testing.T) {
	j := Job{
		Interval: Interval{every: 4 * time.Hour}, Hectl: "/usr/bin/hectl", Description: "Back up the database that /etc/hectl/env names",
		EnvFile: "/etc/hectl/env", Timeout: 3 * time.Hour, Memory: 2 << 30,
	}
	for path, text := range map[string]string{
		"../../packaging/systemd/hectl-backup.service": j.service(),
		"../../packaging/systemd/hectl-backup.timer":   j.timer(),
	} {
		if os.Getenv("HECTL_UPDATE_TESTDATA") != "" {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%s is not up to date (%v): HECTL_UPDATE_TESTDATA=1 go test ./internal/schedule -run TestPackagedUnits", path, err)
		}
	}
}

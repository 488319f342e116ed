package backup

import (
	"os"
	"testing"
	"time"
)

// The units in packages are those that "hectl schedule" would print on a machine
// whose settings are all in /etc/hectl/env.
func TestPackagedUnits(t *testing.T) {
	j := job{
		rhythm: rhythm{every: 4 * time.Hour}, hectl: "/usr/bin/hectl", what: "Back up the database that /etc/hectl/env names",
		envFile: "/etc/hectl/env", timeout: 3 * time.Hour, memory: 2 << 30,
	}
	for path, text := range map[string]string{
		"../packaging/systemd/hectl-backup.service": j.service(),
		"../packaging/systemd/hectl-backup.timer":   j.timer(),
	} {
		if os.Getenv("HECTL_UPDATE_TESTDATA") != "" {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%s is not up to date (%v): HECTL_UPDATE_TESTDATA=1 go test ./backup -run TestPackagedUnits", path, err)
		}
	}
}

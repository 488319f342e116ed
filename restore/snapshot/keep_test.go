package snapshot

import (
	"strings"
	"testing"
)

func TestAutomaticName(t *testing.T) {
	for _, tt := range []struct {
		key  string
		n    int
		want string
	}{
		{"backups/production-20261123083000.rds.dump", 1, "production-20261123083000"},
		{"backups/production-20261123083000.rds.dump", 3, "production-20261123083000-3"},
		{"local dump (1).dump", 1, "local-dump-1-.dump"},
		{"._-hidden", 1, "hidden"},
		{"…", 1, "fetched"},
		{strings.Repeat("a", 80), 2, strings.Repeat("a", 50) + "-2"},
	} {
		got := automaticName(tt.key, tt.n)
		if got != tt.want {
			t.Errorf("automaticName(%q, %d) is %q, want %q", tt.key, tt.n, got, tt.want)
		}
		if !plainName.MatchString(got) {
			t.Errorf("%q cannot be the name of a snapshot", got)
		}
	}
}

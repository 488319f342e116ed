package restore

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServerSettingsFaster(t *testing.T) {
	larger := []string{"ALTER SYSTEM SET max_wal_size = 4096", "SELECT pg_reload_conf()"}
	for _, tt := range []struct {
		name       string
		settings   serverSettings
		statements []string
	}{
		{"as installed", serverSettings{"1024", "default", true}, larger},
		{"as initdb writes it", serverSettings{"1024", "configuration file", true}, larger},
		{"given to the server's process", serverSettings{"1024", "command line", true}, nil},
		{"larger", serverSettings{"8192", "configuration file", true}, nil},
		{"not a superuser", serverSettings{"1024", "default", false}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.statements, tt.settings.faster()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

package restore

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServerSettingsFaster(t *testing.T) {
	for _, tt := range []struct {
		name       string
		settings   serverSettings
		statements []string
		restart    bool
	}{
		{
			"as installed", serverSettings{WALLevel: "replica", WALSenders: "10", Fsync: "on", MaxWALSize: "1024"},
			[]string{"ALTER SYSTEM SET max_wal_senders = 0", "ALTER SYSTEM SET wal_level = minimal", "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET max_wal_size = 4096"}, true,
		},
		// With wal_level minimal and a single sender it would not start again.
		{"another number of senders", serverSettings{WALLevel: "replica", WALSenders: "3", Fsync: "off", MaxWALSize: "8192"}, []string{"ALTER SYSTEM SET max_wal_senders = 0", "ALTER SYSTEM SET wal_level = minimal"}, true},
		{"WAL that is needed", serverSettings{WALLevel: "replica", WALSenders: "10", Fsync: "on", MaxWALSize: "8192", Needed: true}, []string{"ALTER SYSTEM SET fsync = off"}, false},
		{"logical replication", serverSettings{WALLevel: "logical", WALSenders: "10", Fsync: "off", MaxWALSize: "8192"}, nil, false},
		{"fast", serverSettings{WALLevel: "minimal", WALSenders: "0", Fsync: "off", MaxWALSize: "8192"}, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, statements, restart := tt.settings.faster()
			if diff := cmp.Diff(tt.statements, statements); diff != "" || restart != tt.restart {
				t.Errorf("restart %t, -want +got:\n%s", restart, diff)
			}
		})
	}
}

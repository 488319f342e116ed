package pgtools

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestArgsAndEnviron(t *testing.T) {
	t.Parallel()
	c, err := resolveWith(
		Params{"host": "/tmp/it's", "user": `a\b`, "password": "hunter2", "dbname": "d b", "keepalives_idle": "30", "application_name": "x"},
		map[string]string{"PGSSLMODE": "require", "PGSSLROOTCERT": "/ca.pem", "PGREQUIREAUTH": "scram-sha-256", "PGCLIENTENCODING": "LATIN1", "PGAPPNAME": "y"},
	)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"--dbname", `connect_timeout='10' dbname='d b' host='/tmp/it\'s' keepalives_idle='30' port='5432' sslmode='require' sslrootcert='/ca.pem' user='a\\b'`}
	if diff := cmp.Diff(want, c.Args()); diff != "" {
		t.Error(diff)
	}
	base := []string{"PATH=/bin", "PGHOST=evil", "PGHOSTADDR=1.2.3.4", "PGSERVICE=x", "PGCLUSTER=15/main", "HOME=/h", "PG_COLOR=always"}
	wantEnv := []string{"PATH=/bin", "HOME=/h", "PGREQUIREAUTH=scram-sha-256", "PGPASSWORD=hunter2"}
	if diff := cmp.Diff(wantEnv, c.environ(base)); diff != "" {
		t.Error(diff)
	}

	// hectl's own parser recovers the original settings from the conninfo.
	again, err := ParseParams(c.Args()[1])
	if err != nil {
		t.Fatal(err)
	}
	if again["host"] != c.Host() || again["user"] != c.User() || again["dbname"] != c.Database() {
		t.Errorf("conninfo round trip: %v", again)
	}
}

package masktest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// Database creates a database for one test and runs sql in it.
func Database(t *testing.T, name string, sql ...string) (*pgtest.Cluster, *pgtools.DB) {
	t.Helper()
	c := pgtest.New(t)
	if err := c.CreateDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	db, err := pgtools.Connect(t.Context(), c.SocketConn(name), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(t.Context()) })
	for _, s := range sql {
		if _, err := db.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	return c, db
}

// CopyOut returns the output of COPY … TO STDOUT for a table or a query.
func CopyOut(t *testing.T, c *pgtest.Cluster, database, what string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(c.Bin(), "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1",
		"-d", c.SocketURI(database), "-c", "SET client_encoding = 'UTF8'; SET intervalstyle = postgres; SET datestyle = ISO; SET extra_float_digits = 3", "-c", "COPY "+what+" TO STDOUT")
	cmd.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	return out
}

// FirstDifference returns the index of the first byte that differs.
func FirstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

package parallel_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

var server pgtest.Shared

func TestMain(m *testing.M) { goleak.VerifyTestMain(server.StopAfter(m)) }

// bulkSQL creates more rows than fit into the pipes and buffers, so that sessions wait
// until the dump is read.
const bulkSQL = `
	CREATE TABLE bulk AS SELECT i, repeat(md5(i::text), 30) AS t FROM generate_series(1, 40000) i;
	CREATE TABLE small AS SELECT 1 AS id;`

// bulkDatabase returns the server and a new database on it with bulkSQL.
func bulkDatabase(t *testing.T) (*pgtest.Cluster, pgtools.Conn) {
	t.Helper()
	c := server.Cluster(t)
	if err := c.Exec(t.Context(), "postgres", "DROP DATABASE IF EXISTS bulk WITH (FORCE)"); err != nil {
		t.Fatal(err)
	}
	if err := c.CreateDatabase(t.Context(), "bulk"); err != nil {
		t.Fatal(err)
	}
	if err := c.Exec(t.Context(), "bulk", bulkSQL); err != nil {
		t.Fatal(err)
	}
	conn := c.Conn("bulk")
	return c, conn
}

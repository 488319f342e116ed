package parallel_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// started is the server of all tests. The first call starts it.
var (
	used    bool
	started = sync.OnceValues(func() (*pgtest.Cluster, error) {
		used = true
		return pgtest.Start(context.Background(), pgtest.Options{})
	})
)

func TestMain(m *testing.M) {
	code := m.Run()
	if used {
		if c, err := started(); err == nil {
			err = c.Stop()
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
		}
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func server(t *testing.T) *pgtest.Cluster {
	t.Helper()
	c, err := started()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// bulkSQL makes more rows than the pipes and buffers hold, so that sessions wait until
// the dump is read.
const bulkSQL = `
	CREATE TABLE bulk AS SELECT i, repeat(md5(i::text), 30) AS t FROM generate_series(1, 40000) i;
	CREATE TABLE small AS SELECT 1 AS id;`

// bulkDatabase returns the server and a new database on it with bulkSQL.
func bulkDatabase(t *testing.T) (*pgtest.Cluster, pgtools.Conn) {
	t.Helper()
	c := server(t)
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

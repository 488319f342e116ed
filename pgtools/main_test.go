package pgtools_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// server requires passwords on TCP.
var server = pgtest.Shared{Options: pgtest.Options{
	Password: "it's s3cret",
	Conf:     map[string]string{"max_prepared_transactions": "5"},
}}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == helperArg {
		helper(os.Args[2:])
		return
	}
	goleak.VerifyTestMain(server.StopAfter(m))
}

func cluster(t *testing.T) *pgtest.Cluster {
	t.Helper()
	return server.Cluster(t)
}

// serial makes names unique, so a test that runs again does not find its own objects.
var serial atomic.Int64

// unique returns a unique name for a database or a role.
func unique(t *testing.T) string {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "_", "#", "_").Replace(t.Name()))
	return fmt.Sprintf("%s_%d", name, serial.Add(1))
}

// database creates a database for the test, and runs SQL in it.
func database(t *testing.T, sql ...string) (*pgtest.Cluster, string) {
	t.Helper()
	c := cluster(t)
	name := unique(t)
	if err := c.CreateDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	for _, s := range sql {
		if err := c.Exec(t.Context(), name, s); err != nil {
			t.Fatal(err)
		}
	}
	return c, name
}

// role creates a role with the password "pw", and returns its connection.
func role(t *testing.T, c *pgtest.Cluster, options string, conn pgtools.Conn) pgtools.Conn {
	t.Helper()
	name := unique(t)
	if err := c.Exec(t.Context(), "postgres", "CREATE ROLE "+name+" LOGIN PASSWORD 'pw' "+options); err != nil {
		t.Fatal(err)
	}
	return resolve(t, pgtools.Params{
		"host": conn.Host(), "port": fmt.Sprint(conn.Port()), "dbname": conn.Database(), "user": name, "password": "pw",
	})
}

func resolve(t *testing.T, p pgtools.Params) pgtools.Conn {
	t.Helper()
	c, err := p.Resolve(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func connect(t *testing.T, c pgtools.Conn) *pgtools.DB {
	t.Helper()
	db, err := pgtools.Connect(t.Context(), c, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) })
	return db
}

func exec(t *testing.T, db *pgtools.DB, sql string) {
	t.Helper()
	if _, err := db.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// tools returns the client tools of the test server.
func tools(t *testing.T) (dump, restore pgtools.Tool) {
	t.Helper()
	found, err := pgtools.FindTools(t.Context(), "", os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	db := connect(t, cluster(t).SocketConn("postgres"))
	if dump, err = found.Dump(db.ServerVersion()); err != nil {
		t.Fatal(err)
	}
	if restore, err = found.Restore(db.ServerVersion(), 14); err != nil {
		t.Fatal(err)
	}
	return dump, restore
}

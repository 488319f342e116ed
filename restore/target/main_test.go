package target

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rubyforgood/hectl/internal/console"
	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

var shared pgtest.Shared

func TestMain(m *testing.M) { goleak.VerifyTestMain(shared.StopAfter(m)) }

// on returns a target, and a connection to its server. It takes no lock.
func on(t *testing.T, c pgtools.Conn, opt Options) *Session {
	t.Helper()
	out := console.New(console.Options{Stdout: t.Output(), Stderr: t.Output(), Now: time.Now})
	opt.Conn, opt.Environ = c, environ(nil)
	target, err := New(out, opt)
	if err != nil {
		t.Fatal(err)
	}
	db, err := pgtools.ConnectMaintenance(t.Context(), c, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) })
	return &Session{Target: target, DB: db, facts: target.facts()}
}

// run runs SQL as a superuser.
func run(t *testing.T, database string, sql ...string) {
	t.Helper()
	for _, s := range sql {
		if err := shared.Cluster(t).Exec(t.Context(), database, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// connAs returns a connection of a role that has no password.
func connAs(t *testing.T, user, database string) pgtools.Conn {
	t.Helper()
	c := shared.Cluster(t).Conn(database)
	params, err := pgtools.ParseParams("host=" + c.Host() + " dbname=" + database + " user=" + user)
	if err != nil {
		t.Fatal(err)
	}
	params["port"] = fmt.Sprint(c.Port())
	resolved, err := params.Resolve(environ(nil))
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

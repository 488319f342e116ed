package pgtools_test

import (
	"fmt"
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

// A database has one identity however it is reached, which no other database has,
// and every role may ask for it.
func TestIdentity(t *testing.T) {
	one, other := pgtest.New(t), pgtest.New(t)
	identities(t, one)
	a, b := identity(t, one.Conn("a")), identity(t, other.Conn("postgres"))
	if a == b || a == "" || b == "" {
		t.Errorf("%q and %q", a, b)
	}
}

// identities checks a server.
func identities(t *testing.T, c *pgtest.Cluster) {
	t.Helper()
	for _, sql := range []string{"CREATE DATABASE a", "CREATE DATABASE b", "CREATE ROLE plain LOGIN"} {
		if err := c.Exec(t.Context(), "postgres", sql); err != nil {
			t.Fatal(err)
		}
	}
	params, err := pgtools.ParseParams(fmt.Sprintf("host=%s port=%d user=plain dbname=a", c.Host(), c.Port()))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := params.Resolve(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	a := identity(t, c.Conn("a"))
	if got := identity(t, c.SocketConn("a")); got != a {
		t.Errorf("over the socket %q, not %q", got, a)
	}
	if got := identity(t, plain); got != a {
		t.Errorf("a plain role gets %q, not %q", got, a)
	}
	if got := identity(t, c.Conn("b")); got == a {
		t.Errorf("two databases have the identity %q", a)
	}
	db := connect(t, c.Conn("a"))
	if got, err := db.Identity(t.Context(), "b"); err != nil || got != identity(t, c.Conn("b")) {
		t.Errorf("from next door %q, %v", got, err)
	}
	if got, err := db.Identity(t.Context(), "none"); err != nil || got != "" {
		t.Errorf("a database that does not exist has the identity %q, %v", got, err)
	}
	if err := c.Exec(t.Context(), "a", "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC"); err != nil {
		t.Fatal(err)
	}
	if _, err := connect(t, plain).Identity(t.Context(), "a"); !pgtools.IsDenied(err) {
		t.Errorf("revoked, but %v", err)
	}
}

func identity(t *testing.T, conn pgtools.Conn) pgtools.Identity {
	t.Helper()
	id, err := connect(t, conn).Identity(t.Context(), conn.Database())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

package pgtools_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/pgtools"
	"github.com/rubyforgood/hectl/test/pgtest"
)

func TestCreateAndDropDatabase(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	ctx := t.Context()
	owner := role(t, c, "", c.Conn("postgres")).User()
	db := connect(t, c.Conn("postgres"))
	first, second := `Create "and" drop `+unique(t), unique(t)
	if err := db.CreateDatabase(ctx, first, pgtools.CreateOptions{Owner: owner, Encoding: "LATIN1", Like: &pgtools.Database{Collate: "C", Ctype: "C", LocaleProvider: "libc", Tablespace: "pg_default"}}); err != nil {
		t.Fatal(err)
	}
	d, exists, err := db.Database(ctx, first)
	if err != nil || !exists || d.Size < 1e6 {
		t.Fatalf("%+v %v %v", d, exists, err)
	}
	if err := db.CreateDatabase(ctx, second, pgtools.CreateOptions{Owner: d.Owner, Like: &d}); err != nil {
		t.Fatal(err)
	}
	like, _, err := db.Database(ctx, second)
	if err != nil {
		t.Fatal(err)
	}
	like.Size = 0
	provider := "libc"
	if db.ServerVersion().Major < 15 {
		provider = ""
	}
	want := pgtools.Database{Name: second, Owner: owner, Encoding: "LATIN1", Collate: "C", Ctype: "C", LocaleProvider: provider, Tablespace: "pg_default", AllowConn: true, ConnectionLimit: -1}
	if diff := cmp.Diff(want, like); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{first, second, second} { // the second drop finds no database
		if err := db.DropDatabase(ctx, name); err != nil {
			t.Error(err)
		}
	}
	if _, exists, err := db.Database(ctx, first); exists || err != nil {
		t.Error(exists, err)
	}
}

// A database is like another if CREATE DATABASE would give both the same encoding and
// locale.
func TestIsLike(t *testing.T) {
	t.Parallel()
	db := connect(t, cluster(t).Conn("postgres"))
	template, _, err := db.Database(t.Context(), "template0")
	if err != nil {
		t.Fatal(err)
	}
	other := template
	other.Collate, other.Ctype, other.LocaleProvider, other.Locale = "other", "other", "libc", ""
	for _, tt := range []struct {
		name string
		d    pgtools.Database
		opt  pgtools.CreateOptions
		want bool
	}{
		{"the server's default", template, pgtools.CreateOptions{}, true},
		{"its encoding", template, pgtools.CreateOptions{Encoding: template.Encoding}, true},
		{"another encoding", template, pgtools.CreateOptions{Encoding: "LATIN9"}, false},
		{"another locale", other, pgtools.CreateOptions{}, false},
		{"the locale of the target", other, pgtools.CreateOptions{Like: &other}, true},
		{"another one than the target's", template, pgtools.CreateOptions{Like: &other}, false},
		{"a locale for its encoding", other, pgtools.CreateOptions{Like: &template, Locale: "other"}, true},
	} {
		if got, err := db.IsLike(t.Context(), tt.d, tt.opt); got != tt.want || err != nil {
			t.Errorf("%s: %t, %v", tt.name, got, err)
		}
	}
}

func TestDatabaseICU(t *testing.T) {
	t.Parallel()
	db := connect(t, cluster(t).Conn("postgres"))
	if db.ServerVersion().Major < 15 {
		return // PostgreSQL 15 introduced locale providers
	}
	name := unique(t)
	want := pgtools.Database{Name: name, Owner: "postgres", Encoding: "UTF8", Collate: "C", Ctype: "C", LocaleProvider: "icu", Locale: "de-AT", Tablespace: "pg_default", AllowConn: true, ConnectionLimit: -1}
	if err := db.CreateDatabase(t.Context(), name, pgtools.CreateOptions{Like: &want}); err != nil {
		t.Fatal(err)
	}
	got, _, err := db.Database(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	got.Size = 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDatabasesWithPrefix(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	prefix := unique(t)
	for _, name := range []string{prefix + "_b", prefix + "_a", prefix + "Xc", "other" + prefix + "_"} {
		if err := c.CreateDatabase(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	found, err := connect(t, c.Conn("postgres")).DatabasesWithPrefix(t.Context(), prefix+"_")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range found {
		names = append(names, d.Name)
	}
	if diff := cmp.Diff([]string{prefix + "_a", prefix + "_b"}, names); diff != "" {
		t.Error(diff)
	}
}

// A database has the same identity over every connection, and no other database has it.
// Every role can read it.
func TestIdentity(t *testing.T) {
	one, other := pgtest.New(t), pgtest.New(t)
	identities(t, one)
	a, b := identity(t, one.Conn("a")), identity(t, other.Conn("postgres"))
	if a == b || a == "" || b == "" {
		t.Errorf("%q and %q", a, b)
	}
}

// identities checks the identities of databases on a server.
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

func TestDatabasesByComment(t *testing.T) {
	t.Parallel()
	c, name := database(t)
	if err := c.CreateDatabase(t.Context(), name+"_other"); err != nil {
		t.Fatal(err)
	}
	db := connect(t, c.Conn("postgres"))
	exec(t, db, "COMMENT ON DATABASE "+name+" IS 'mark: x'")
	found, err := db.DatabasesByComment(t.Context(), "mark: ")
	if err != nil || len(found) != 1 || found[0].Name != name || found[0].Comment != "mark: x" {
		t.Error(found, err)
	}
	found, err = db.DatabasesByComment(t.Context(), "mark: ", name+"_other")
	if err != nil || len(found) != 2 {
		t.Error(found, err)
	}
}

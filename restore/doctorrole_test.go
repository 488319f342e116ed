package restore

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
)

// connTo returns the connection for dsn, unaffected by environment variables.
func connTo(t *testing.T, dsn string) pgtools.Conn {
	t.Helper()
	params, err := pgtools.ParseParams(dsn)
	if err != nil {
		t.Fatal(err)
	}
	c, err := params.Resolve(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOwnTarget(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]string{
		"postgres://me:secret@localhost/dev":         "postgres://hectl_dev@localhost:5432/dev",
		"postgres://me@[::1]:5433/dev":               "postgres://hectl_dev@[::1]:5433/dev",
		"host=/run/postgresql user=me dbname='my d'": "postgres://hectl_dev@/my%20d?host=%2Frun%2Fpostgresql&port=5432",
	} {
		got := ownTarget(connTo(t, dsn))
		if got != want {
			t.Errorf("%s: %s", dsn, got)
		}
		again := connTo(t, got)
		if again.User() != ownRole || again.Database() != connTo(t, dsn).Database() || again.Host() != connTo(t, dsn).Host() {
			t.Errorf("%s is read as %s", got, again)
		}
	}
}

package pgtools_test

import (
	"testing"

	"github.com/rubyforgood/hectl/pgtools"
)

// Lines can be pasted into a shell, whatever the names contain.
func TestPsqlLine(t *testing.T) {
	t.Parallel()
	remote := resolve(t, pgtools.Params{"host": "db.example.com", "port": "5433", "user": "me", "dbname": "dev", "password": "secret"})
	for got, want := range map[string]string{
		pgtools.PsqlLine(remote, "app owner", nil, `DROP DATABASE "it's"`, "SELECT 1"): `psql -h db.example.com -p 5433 -U 'app owner' -d postgres -c 'DROP DATABASE "it'\''s"' -c 'SELECT 1'`,
		pgtools.PsqlLineIn(remote, "my dev", "me", []string{"-X"}):                     `psql -X -h db.example.com -p 5433 -U me -d 'my dev'`,
		pgtools.SuperuserLine(remote, "postgres", "ALTER ROLE me CREATEDB"):            `psql -h db.example.com -p 5433 -U postgres -d postgres -c 'ALTER ROLE me CREATEDB'`,
	} {
		if got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

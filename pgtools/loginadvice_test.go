package pgtools

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestSuperuserWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		program, dir   string
		port           int
		owner, account string
		want           string
	}{
		{"psql", "/var/run/postgresql", 5432, "postgres", "me", "sudo -u postgres psql"},                     // Debian
		{"createuser", "/var/run/postgresql", 5433, "postgres", "me", "sudo -u postgres createuser -p 5433"}, // a second cluster on the machine
		{"psql", "/run/postgresql", 5432, "postgres", "postgres", "psql"},                                    // run by the server's own account
		{"psql", "/tmp", 5432, "me", "me", "psql -h /tmp -d postgres"},                                       // Homebrew
		{"createuser", "/tmp", 5432, "me", "me", "createuser -h /tmp"},
		{"psql", "/srv/pg", 5432, "dba", "me", "sudo -u dba psql -h /srv/pg -d postgres"}, // a server started by hand
	} {
		if got := strings.Join(superuserWords(tt.program, tt.dir, tt.port, tt.owner, tt.account), " "); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestServersThatListen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{".s.PGSQL.5433", ".s.PGSQL.5432", ".s.PGSQL.5433.lock", ".s.PGSQL.5432.lock"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := listening([]string{"/nonexistent", dir, dir}, 5432); !slices.Equal(got, []string{"5433"}) {
		t.Errorf("%q", got)
	}
}

func TestWhereSettingsComeFrom(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		p    Params
		env  map[string]string
		from map[string]string // origins of the settings
		want string
	}{
		{nil, nil, nil, "host, port, user, database from libpq's default"},
		{nil, map[string]string{"PGHOST": "h", "PGUSER": "u", "PGPASSWORD": "hush"}, nil, "host from PGHOST; port, database from libpq's default; user from PGUSER; password from PGPASSWORD"},
		{Params{"host": "h", "dbname": "d"}, nil, map[string]string{"host": "--target", "dbname": "--target"}, "host, database from --target; port, user from libpq's default"},
		{Params{"host": "h"}, nil, nil, ""}, // origin not known
	} {
		r := resolver{
			env:     func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok },
			exists:  func(string) bool { return false },
			account: func() (string, string) { return "me", "/nonexistent" },
		}
		c, err := r.resolve(tt.p)
		if err != nil {
			t.Fatal(err)
		}
		if tt.from != nil {
			c = c.WithOrigins(func(keyword, known string) string {
				if origin := tt.from[keyword]; origin != "" {
					return origin
				}
				return known
			}, "")
		}
		hints := fault.Hints(c.told(fault.New(fault.Denied, "first", "%w", errors.New("no"))))
		want := []string{"first", "check where the settings come from: " + tt.want}
		if tt.want == "" {
			want = want[:1]
		}
		if !slices.Equal(hints, want) {
			t.Errorf("%v: %q", tt.env, hints)
		}
		if fault.CodeOf(c.told(fault.New(fault.Denied, "first", "no"))) != fault.Denied {
			t.Error("the code is lost")
		}
		if other := c.WithDatabase("other"); other.from("dbname") != "" {
			t.Error("another database has an origin")
		}
	}
}

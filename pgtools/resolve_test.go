package pgtools

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestResolvePrecedence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "services")
	if err := os.WriteFile(file, []byte("[prod]\nhost=service.example\nport=5001\ndbname=from_service\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		p       Params
		env     map[string]string
		sockets []string
		want    string
	}{
		{"defaults", Params{}, nil, nil, "ann@localhost:5432/ann"},
		{"database is called as the user", Params{"user": "u"}, nil, nil, "u@localhost:5432/u"},
		{"socket", Params{}, nil, []string{"/tmp/.s.PGSQL.5432"}, "ann@/tmp:5432/ann"},
		{"first socket", Params{}, nil, []string{"/tmp/.s.PGSQL.5432", "/run/postgresql/.s.PGSQL.5432"}, "ann@/run/postgresql:5432/ann"},
		{"socket of the port", Params{"port": "5433"}, nil, []string{"/tmp/.s.PGSQL.5432"}, "ann@localhost:5433/ann"},
		{"environment", Params{}, map[string]string{"PGHOST": "h", "PGPORT": "1", "PGUSER": "u", "PGDATABASE": "d"}, nil, "u@h:1/d"},
		{"an empty variable is none", Params{}, map[string]string{"PGHOST": "", "PGUSER": ""}, nil, "ann@localhost:5432/ann"},
		{"parameters before environment", Params{"host": "p", "dbname": "q"}, map[string]string{"PGHOST": "h", "PGPORT": "1", "PGDATABASE": "d"}, nil, "ann@p:1/q"},
		{"an empty parameter hides the variable", Params{"host": ""}, map[string]string{"PGHOST": "h"}, nil, "ann@localhost:5432/ann"},
		{"service before environment", Params{}, map[string]string{"PGSERVICE": "prod", "PGSERVICEFILE": file, "PGHOST": "h", "PGUSER": "u"}, nil, "u@service.example:5001/from_service"},
		{"parameters before service", Params{"service": "prod", "dbname": "q"}, map[string]string{"PGSERVICEFILE": file}, nil, "ann@service.example:5001/q"},
		{"IPv6", Params{"host": "::1"}, nil, nil, "ann@[::1]:5432/ann"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := resolveWith(tt.p, tt.env, tt.sockets...)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestResolveErrors(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "services")
	if err := os.WriteFile(file, []byte("[odd]\nhostt=x\n[addr]\nhostaddr=1.2.3.4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		p    Params
		env  map[string]string
		want string
	}{
		{Params{"host": "h"}, map[string]string{"PGHOSTADDR": "10.0.0.1"}, "environment: PGHOSTADDR cannot be used: it would override the host; give the address as the host"},
		{Params{}, map[string]string{"PGPORT": "secret"}, "environment (PG* variables): port is not a number from 1 to 65535"},
		{Params{"service": "none"}, map[string]string{"PGSERVICEFILE": file}, "service none: no service file defines it"},
		{Params{"service": "odd"}, map[string]string{"PGSERVICEFILE": file}, "service odd in " + file + " has a keyword that libpq does not recognize"},
		{Params{"service": "addr"}, map[string]string{"PGSERVICEFILE": file}, "service addr in " + file + ": hostaddr cannot be used: it would override the host; give the address as the host"},
	} {
		_, err := resolveWith(tt.p, tt.env)
		if err == nil || err.Error() != tt.want || fault.CodeOf(err) != fault.Usage {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
}

func environ(vars map[string]string) Environ {
	return func(key string) (string, bool) {
		v, ok := vars[key]
		return v, ok
	}
}

// resolveWith resolves p on a simulated machine.
func resolveWith(p Params, env map[string]string, sockets ...string) (Conn, error) {
	return resolver{
		env:     environ(env),
		exists:  func(path string) bool { return slices.Contains(sockets, path) },
		account: func() (string, string) { return "ann", "/nowhere" },
	}.resolve(p)
}

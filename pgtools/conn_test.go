package pgtools

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

func environ(vars map[string]string) Environ {
	return func(key string) (string, bool) {
		v, ok := vars[key]
		return v, ok
	}
}

// resolveWith resolves on a made-up machine.
func resolveWith(p Params, env map[string]string, sockets ...string) (Conn, error) {
	return resolver{
		env:     environ(env),
		exists:  func(path string) bool { return slices.Contains(sockets, path) },
		account: func() (string, string) { return "ann", "/nowhere" },
	}.resolve(p)
}

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
		{Params{"host": "h"}, map[string]string{"PGHOSTADDR": "10.0.0.1"}, "environment: PGHOSTADDR cannot be used: it would connect elsewhere than the host says; give the address as the host"},
		{Params{}, map[string]string{"PGPORT": "secret"}, "environment (PG* variables): port is not a number from 1 to 65535"},
		{Params{"service": "none"}, map[string]string{"PGSERVICEFILE": file}, "service none: no service file defines it"},
		{Params{"service": "odd"}, map[string]string{"PGSERVICEFILE": file}, "service odd in " + file + " has a keyword that libpq does not know"},
		{Params{"service": "addr"}, map[string]string{"PGSERVICEFILE": file}, "service addr in " + file + ": hostaddr cannot be used: it would connect elsewhere than the host says; give the address as the host"},
	} {
		_, err := resolveWith(tt.p, tt.env)
		if err == nil || err.Error() != tt.want || fault.CodeOf(err) != fault.Usage {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
}

func TestIsLocalAndIsRDS(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]struct{ local, rds bool }{
		"/tmp":                                   {true, false},
		"localhost":                              {true, false},
		"LocalHost.":                             {true, false},
		"db.localhost":                           {true, false},
		"127.0.0.1":                              {true, false},
		"127.8.9.1":                              {true, false},
		"::1":                                    {true, false},
		"::ffff:127.0.0.1":                       {true, false},
		"0.0.0.0":                                {false, false},
		"192.168.0.1":                            {false, false},
		"mylocalhost":                            {false, false},
		"localhost.example.com":                  {false, false},
		"127.0.0.1.example.com":                  {false, false},
		"he.abc.us-east-2.rds.amazonaws.com":     {false, true},
		"HE.abc.us-east-2.RDS.AmazonAWS.com.":    {false, true},
		"he.abc.rds.cn-north-1.amazonaws.com.cn": {false, true},
		"he.abc.cn-north-1.rds.amazonaws.com.cn": {false, true},
		"rds.amazonaws.com.example.com":          {false, false},
	} {
		c, err := resolveWith(Params{"host": host}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.IsLocal() != want.local || c.IsRDS() != want.rds {
			t.Errorf("%s: local %v, RDS %v", host, c.IsLocal(), c.IsRDS())
		}
	}
}

func TestRDSRegion(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"he.abc.us-east-2.rds.amazonaws.com":             "us-east-2",
		"HE.cluster-ro-abc.us-east-2.RDS.AmazonAWS.com.": "us-east-2",
		"he.proxy-abc.us-gov-west-1.rds.amazonaws.com":   "us-gov-west-1",
		"he.abc.rds.cn-northwest-1.amazonaws.com.cn":     "cn-northwest-1",
		"he.abc.cn-north-1.rds.amazonaws.com.cn":         "cn-north-1",
		"db.example.com":                                 "",
		"he.abc.us-east-2.rds.amazonaws.com.example.com": "",
		"127.0.0.1": "",
	} {
		c, err := resolveWith(Params{"host": host}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.RDSRegion(); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	fingerprint := func(host, port, db string) string {
		c, err := resolveWith(Params{"host": host, "port": port, "dbname": db}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Fingerprint()
	}
	base := fingerprint("db.example.com", "5432", "app")
	// Manifests have it: it may never change.
	if want := "45373b22a09edda7"; !strings.HasPrefix(base, want) || len(base) != 64 {
		t.Errorf("fingerprint %s, want %s…", base, want)
	}
	if fingerprint("DB.Example.com.", "5432", "app") != base {
		t.Error("case and root dot count")
	}
	for _, other := range []string{fingerprint("db2.example.com", "5432", "app"), fingerprint("db.example.com", "5433", "app"), fingerprint("db.example.com", "5432", "App")} {
		if other == base {
			t.Error("different databases have the same fingerprint")
		}
	}
}

func TestConnPrintsNoPassword(t *testing.T) {
	t.Parallel()
	c, err := resolveWith(Params{"host": "h", "user": "u", "password": "hunter2", "dbname": "d"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Name string
		Conn Conn
		conn Conn
	}
	h := holder{"x", c, c}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "conn", c, "holder", h)
	asJSON, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{log.String(), string(asJSON), strings.Join(c.Args(), " ")}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{c, &c, h, &h, []Conn{c}, &DB{conn: c}} {
			texts = append(texts, fmt.Sprintf(verb, v))
		}
	}
	for _, s := range texts {
		if strings.Contains(s, "hunter2") || strings.Contains(s, "68756e74657232") {
			t.Error(s)
		}
	}
	if got := fmt.Sprintf("%v %q", c, c); got != `u@h:5432/d "u@h:5432/d"` {
		t.Error(got)
	}
}

func TestArgsAndEnviron(t *testing.T) {
	t.Parallel()
	c, err := resolveWith(
		Params{"host": "/tmp/it's", "user": `a\b`, "password": "hunter2", "dbname": "d b", "keepalives_idle": "30", "application_name": "x"},
		map[string]string{"PGSSLMODE": "require", "PGSSLROOTCERT": "/ca.pem", "PGREQUIREAUTH": "scram-sha-256", "PGCLIENTENCODING": "LATIN1", "PGAPPNAME": "y"},
	)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"--dbname", `connect_timeout='10' dbname='d b' host='/tmp/it\'s' keepalives_idle='30' port='5432' sslmode='require' sslrootcert='/ca.pem' user='a\\b'`}
	if diff := cmp.Diff(want, c.Args()); diff != "" {
		t.Error(diff)
	}
	base := []string{"PATH=/bin", "PGHOST=evil", "PGHOSTADDR=1.2.3.4", "PGSERVICE=x", "PGCLUSTER=15/main", "HOME=/h", "PG_COLOR=always"}
	wantEnv := []string{"PATH=/bin", "HOME=/h", "PGREQUIREAUTH=scram-sha-256", "PGPASSWORD=hunter2"}
	if diff := cmp.Diff(wantEnv, c.Environ(base)); diff != "" {
		t.Error(diff)
	}

	// What our own parser makes of the conninfo is what went in.
	again, err := ParseParams(c.Args()[1])
	if err != nil {
		t.Fatal(err)
	}
	if again["host"] != c.Host() || again["user"] != c.User() || again["dbname"] != c.Database() {
		t.Errorf("conninfo round trip: %v", again)
	}
}

func TestPgxConfigAgrees(t *testing.T) {
	// What pgx would pick up by itself must not reach it.
	for k, v := range map[string]string{
		"PGHOST": "evil", "PGPORT": "1", "PGUSER": "evil", "PGDATABASE": "evil", "PGPASSWORD": "evil",
		"PGSERVICE": "evil", "PGOPTIONS": "-c evil=1", "PGSSLMODE": "verify-full", "PGTARGETSESSIONATTRS": "standby", "PGTZ": "evil",
		"PGSSLCERTMODE": "require", "PGAPPNAME": "evil",
	} {
		t.Setenv(k, v)
	}
	c, err := resolveWith(Params{"host": "h.example", "user": "u", "dbname": "d", "sslmode": "disable", "keepalives": "1", "options": "-c a=b"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := c.pgxConfig("test")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Host != "h.example" || cfg.Port != 5432 || cfg.User != "u" || cfg.Database != "d" || cfg.Password != "" ||
		cfg.TLSConfig != nil || len(cfg.Fallbacks) != 0 || cfg.ValidateConnect != nil {
		t.Errorf("%s:%d %s %s password %q, %d fallbacks", cfg.Host, cfg.Port, cfg.User, cfg.Database, cfg.Password, len(cfg.Fallbacks))
	}
	want := map[string]string{"client_encoding": "UTF8", "application_name": "test", "options": "-c a=b"}
	if diff := cmp.Diff(want, cfg.RuntimeParams); diff != "" {
		t.Error(diff)
	}
}

func TestPassfile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pgpass")
	content := "# comment\nh:5432:*:u:general\n/tmp:5432:d:u:socket\nlocalhost:5432:*:u:local\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		p    Params
		want string
	}{
		{Params{"host": "h", "dbname": "x"}, "general"},
		{Params{"host": "h", "dbname": "x", "password": "given"}, "given"},
		{Params{"host": "/tmp", "dbname": "d"}, "socket"},
		{Params{"host": "/tmp", "dbname": "other"}, "local"},
		{Params{"host": "elsewhere", "dbname": "d"}, ""},
	} {
		tt.p["user"], tt.p["passfile"] = "u", file
		c, err := resolveWith(tt.p, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.password(); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.p, got, tt.want)
		}
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := resolveWith(Params{"host": "h", "user": "u", "passfile": file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.password(); got != "" {
		t.Errorf("a file that others may read gave %q", got)
	}
}

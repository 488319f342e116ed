package target

import (
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/pgtools"
)

func conn(t *testing.T, dsn string) pgtools.Conn {
	t.Helper()
	params, err := pgtools.ParseParams(dsn)
	if err != nil {
		t.Fatal(err)
	}
	c, err := params.Resolve(environ(nil))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func environ(vars map[string]string) pgtools.Environ {
	return func(key string) (string, bool) { v, ok := vars[key]; return v, ok }
}

func TestGuard(t *testing.T) {
	const local = "postgres://me@localhost/dev"
	for _, tt := range []struct {
		name string
		env  map[string]string
		dsn  string
		mod  func(*facts)
		want []string // one part of each reason
	}{
		{name: "localhost", dsn: local},
		{name: "loopback v4", dsn: "postgres://me@127.0.0.5/dev"},
		{name: "loopback v6", dsn: "postgres://me@[::1]/dev"},
		{name: "socket", dsn: "host=/tmp user=me dbname=dev"},
		{name: "development is fine", dsn: local, env: map[string]string{"RAILS_ENV": "development"}},
		{name: "RAILS_ENV", dsn: local, env: map[string]string{"RAILS_ENV": "production"}, want: []string{"RAILS_ENV is production (unset it, if this is a development machine)"}},
		{name: "RACK_ENV", dsn: local, env: map[string]string{"RACK_ENV": "Production"}, want: []string{"RACK_ENV"}},
		{name: "APP_ENV", dsn: local, env: map[string]string{"APP_ENV": "production"}, want: []string{"APP_ENV"}},
		{name: "force does not help against the environment", dsn: local, env: map[string]string{"RAILS_ENV": "production"},
			mod: func(f *facts) { f.Force = true }, want: []string{"RAILS_ENV"}},
		{name: "remote", dsn: "postgres://me@db.example.com/dev", want: []string{"not this machine"}},
		{name: "private address", dsn: "postgres://me@10.0.0.1/dev", want: []string{"not this machine"}},
		{name: "localhost as a prefix", dsn: "postgres://me@localhost.example.com/dev", want: []string{"not this machine"}},
		{name: "allowed host", dsn: "postgres://me@db.example.com/dev", mod: func(f *facts) { f.AllowHost = []string{"DB.example.com"} }},
		{name: "another allowed host", dsn: "postgres://me@db.example.com/dev", mod: func(f *facts) { f.AllowHost = []string{"example.com"} },
			want: []string{"not this machine"}},
		{name: "force does not allow a host", dsn: "postgres://me@db.example.com/dev", mod: func(f *facts) { f.Force = true },
			want: []string{"not this machine"}},
		{name: "RDS, whatever the flags", dsn: "postgres://me@x.abc.us-east-2.rds.amazonaws.com/dev",
			mod:  func(f *facts) { f.Force, f.AllowHost = true, []string{"x.abc.us-east-2.rds.amazonaws.com"} },
			want: []string{"RDS"}},
		{name: "RDS in other letters", dsn: "postgres://me@X.abc.us-east-2.RDS.amazonaws.com./dev", want: []string{"RDS"}},
		{name: "the source", dsn: local, mod: func(f *facts) { f.Sources = []string{f.Target.Fingerprint()} }, want: []string{"source"}},
		{name: "another database of the source's server", dsn: local,
			mod: func(f *facts) { f.Sources = []string{f.Target.WithDatabase("prod").Fingerprint()} }},
		{name: "maintenance database", dsn: "postgres://me@localhost/postgres", want: []string{"system or template"}},
		{name: "template1", dsn: "postgres://me@localhost/template1", want: []string{"system or template"}},
		{name: "marked as template", dsn: local, mod: func(f *facts) { f.Template = true }, want: []string{"template"}},
		{name: "production by its own word", dsn: local, mod: func(f *facts) { f.Existing = "production" }, want: []string{"ar_internal_metadata"}},
		{name: "forced", dsn: local, mod: func(f *facts) { f.Existing, f.Force = "production", true }},
		{name: "production in other letters", dsn: local, mod: func(f *facts) { f.Existing = "Production " }, want: []string{"ar_internal_metadata"}},
		{name: "RDS behind a tunnel", dsn: local, mod: func(f *facts) { f.RDS, f.Force = true, true }, want: []string{"RDS"}},
		{name: "a database in the way", dsn: local, mod: func(f *facts) { f.Taken = "dev_previous" }, want: []string{"dev_previous"}},
		{name: "the source by another name of this machine", dsn: local,
			mod: func(f *facts) { f.Sources = []string{conn(t, "host=/tmp user=x dbname=dev").Fingerprint()} }, want: []string{"source"}},
		{name: "RAILS_ENV with a blank", dsn: local, env: map[string]string{"RAILS_ENV": " production"}, want: []string{"RAILS_ENV"}},
		{name: "development by its own word", dsn: local, mod: func(f *facts) { f.Existing = "development" }},
		{name: "prod", dsn: local, env: map[string]string{"RAILS_ENV": "PROD"}, want: []string{"RAILS_ENV"}},
		{name: "one of several productions", dsn: local, mod: func(f *facts) { f.Existing = "production-eu" }, want: []string{"ar_internal_metadata"}},
		{name: "production as JSON", dsn: local, mod: func(f *facts) { f.Existing = `"production"` }, want: []string{"ar_internal_metadata"}},
		{name: "products are no production", dsn: local, env: map[string]string{"RAILS_ENV": "products", "APP_ENV": "preprod"}},
		{name: "rows that cannot be seen", dsn: local, mod: func(f *facts) { f.Unread = "ar_internal_metadata" }, want: []string{"hidden from the role me by row security"}},
		{name: "rows that cannot be seen, forced", dsn: local, mod: func(f *facts) { f.Unread, f.Force = "ar_internal_metadata", true }},
		{name: "the dump's source by another name, whatever the flags", dsn: "postgres://me@tunnel/dev",
			mod: func(f *facts) {
				f.Force, f.AllowHost, f.Identity = true, []string{"tunnel"}, "1/2"
				f.Dumped = []*catalog.SourceIdentity{nil, catalog.NewSourceIdentity("1/2")}
			}, want: []string{"source of the dumps"}},
		{name: "the configured source by another name", dsn: local,
			mod: func(f *facts) { f.Identity, f.SourceIdentities = "1/2", []pgtools.Identity{"", "1/2"} }, want: []string{"source of the dumps"}},
		{name: "another database of that server", dsn: local,
			mod: func(f *facts) {
				f.Identity, f.SourceIdentities = "1/2", []pgtools.Identity{"1/3"}
				f.Dumped = []*catalog.SourceIdentity{catalog.NewSourceIdentity("1/4")}
			}},
		{name: "no identities", dsn: local, mod: func(f *facts) { f.SourceIdentities, f.Dumped = []pgtools.Identity{""}, []*catalog.SourceIdentity{nil} }},
		{name: "the previous database is the source", dsn: local,
			mod: func(f *facts) { f.PreviousIdentity, f.SourceIdentities = "1/2", []pgtools.Identity{"1/2"} }, want: []string{"which would be dropped, is the source"}},
		{name: "an identity that may not be asked for", dsn: local,
			mod: func(f *facts) {
				f.Unidentified, f.Dumped = true, []*catalog.SourceIdentity{catalog.NewSourceIdentity("1/2")}
			},
			want: []string{"GRANT EXECUTE ON FUNCTION pg_control_system() TO \"me\""}},
		{name: "an identity that is not needed", dsn: local,
			mod: func(f *facts) {
				f.Unidentified, f.SourceIdentities, f.Dumped = true, []pgtools.Identity{""}, []*catalog.SourceIdentity{nil}
			}},
		{name: "a table that cannot be read", dsn: local, mod: func(f *facts) { f.Unclear = "ar_internal_metadata reads from another server" },
			want: []string{"its ar_internal_metadata reads from another server, so it may be a production database (--force"}},
		{name: "a table that cannot be read, forced", dsn: local, mod: func(f *facts) { f.Unclear, f.Force = "x", true }},
		{name: "the previous database says production", dsn: local, mod: func(f *facts) { f.Previous.Existing = "production" },
			want: []string{"its previous database dev_previous would be dropped, and its ar_internal_metadata says that it is a production database"}},
		{name: "the previous database says production, forced", dsn: local, mod: func(f *facts) { f.Previous.Existing, f.Force = "production", true }},
		{name: "the name of a previous database", dsn: "postgres://me@localhost/dev_previous", mod: func(f *facts) { f.Force = true },
			want: []string{"dev_previous is a name that hectl uses for a database that it keeps for dev (--target dev)"}},
		{name: "the name of a temp database", dsn: "postgres://me@localhost/dev_hectl_20261123083000_old", want: []string{"--target dev)"}},
		{name: "the name of a snapshot", dsn: "postgres://me@localhost/dev_snapshot_a", mod: func(f *facts) { f.NamedAfter = "dev" },
			want: []string{"a snapshot of dev (--target dev)"}},
		{name: "names of one's own", dsn: "postgres://me@localhost/my_snapshot_service"},
		{name: "more names of one's own", dsn: "postgres://me@localhost/previous"},
		{name: "and more", dsn: "postgres://me@localhost/dev_hectl_2026"},
		{name: "all at once", dsn: "postgres://me@db.example.com/postgres", env: map[string]string{"RAILS_ENV": "production"},
			want: []string{"RAILS_ENV", "not this machine", "system or template"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := facts{Env: environ(tt.env), Target: conn(t, tt.dsn)}
			if tt.mod != nil {
				tt.mod(&f)
			}
			got := guard(f)
			if len(got) != len(tt.want) {
				t.Fatalf("reasons %q, want %q", got, tt.want)
			}
			for i := range got {
				if !strings.Contains(got[i], tt.want[i]) {
					t.Errorf("reason %q, want %q", got[i], tt.want[i])
				}
			}
		})
	}
}

func TestRefusal(t *testing.T) {
	target := conn(t, "postgres://me:secret@localhost/dev")
	if err := refusal("replace", target, nil); err != nil {
		t.Errorf("no reasons, but %v", err)
	}
	err := refusal("replace", target, []string{"a", "b"})
	if fault.CodeOf(err) != fault.Refused || !strings.HasSuffix(err.Error(), ": a; b") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	if len(fault.Hints(err)) != 1 {
		t.Errorf("hints %q", fault.Hints(err))
	}
	// A different target would be refused for the same reason.
	hints := fault.Hints(refusal("replace", target, []string{"RACK_ENV in .env is production " + unsetIt}))
	if len(hints) != 1 || hints[0] != "set RACK_ENV=development for this command" {
		t.Errorf("hints %q", hints)
	}
}

package pgtools

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestParseParams(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		want Params
	}{
		{"", Params{}},
		{"diaper_dev", Params{"dbname": "diaper_dev"}},
		{"  diaper dev\n", Params{"dbname": "diaper dev"}},

		{"postgres://", Params{}},
		{"postgresql://localhost", Params{"host": "localhost"}},
		{"postgres://localhost:5433", Params{"host": "localhost", "port": "5433"}},
		{"postgres://localhost/app", Params{"host": "localhost", "dbname": "app"}},
		{"postgres://u@localhost/app", Params{"user": "u", "host": "localhost", "dbname": "app"}},
		{"postgres://u:s%40e%2Fc%3Ar%25t@h:1/d%20b", Params{"user": "u", "password": "s@e/c:r%t", "host": "h", "port": "1", "dbname": "d b"}},
		{"postgres://u:a:b@h", Params{"user": "u", "password": "a:b", "host": "h"}},
		{"postgres://u:a?b@h", Params{"user": "u", "password": "a?b", "host": "h"}},
		{"postgres://:p@h", Params{"password": "p", "host": "h"}},
		{"postgres:///app?host=/tmp&port=5433", Params{"dbname": "app", "host": "/tmp", "port": "5433"}},
		{"postgres://%2Fvar%2Frun/app", Params{"host": "/var/run", "dbname": "app"}},
		{"postgres://[::1]:5433/app", Params{"host": "::1", "port": "5433", "dbname": "app"}},
		{"postgres://[fe80::1%25eth0]", Params{"host": "fe80::1%eth0"}},
		{"postgres://h?sslmode=require", Params{"host": "h", "sslmode": "require"}},
		{"postgres://h/d?ssl=true", Params{"host": "h", "dbname": "d", "sslmode": "require"}},
		{"postgres://h/d?user=a&user=b&options=-c%20x%3D1", Params{"host": "h", "dbname": "d", "user": "b", "options": "-c x=1"}},
		{"postgres://h/a+b", Params{"host": "h", "dbname": "a+b"}},

		{"host=localhost dbname=app", Params{"host": "localhost", "dbname": "app"}},
		{" host = localhost\tport\n=\n5433 ", Params{"host": "localhost", "port": "5433"}},
		{`password='it''s'`, nil},
		{`password='it\'s' user=a\ b`, Params{"password": "it's", "user": "a b"}},
		{`user=a\\b password=c\`, Params{"user": `a\b`, "password": "c"}},
		{`dbname='a@b' user=u@server`, Params{"dbname": "a@b", "user": "u@server"}},
		{"postgres://u%40server@h/a%40b%3Ac%23", Params{"user": "u@server", "host": "h", "dbname": "a@b:c#"}},
		{"postgres://u:p%23%2Fq@h/d?options=-c%20a.b%3Dc@d", Params{"user": "u", "password": "p#/q", "host": "h", "dbname": "d", "options": "-c a.b=c@d"}},
		{"host= port=5433", Params{"host": "port=5433"}}, // libpq reads it the same way
		{"password='' user=u", Params{"password": "", "user": "u"}},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			got, err := ParseParams(tt.in)
			if tt.want == nil {
				if fault.CodeOf(err) != fault.Usage {
					t.Errorf("ParseParams = %v, want a usage error", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]string(tt.want), map[string]string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseParamsErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"postgres://u:hunter2@a,b/d", "connection string: several hosts or ports are not supported"},
		{"postgres://u:hunter2@a:1,b:2/d", "connection string: several hosts or ports are not supported"},
		{"host=a,b password=hunter2", "connection string: several hosts or ports are not supported"},
		{"hostaddr=10.0.0.1 password=hunter2", "connection string: hostaddr cannot be used: it would override the host; give the address as the host"},
		{"sslpassword=hunter2", "connection string: sslpassword cannot be used: it would put a secret into an argument; use a key without a passphrase"},
		{"requirepeer=postgres", "connection string: requirepeer cannot be used: hectl's own connection cannot honor it"},
		{"gssencmode=require", "connection string: gssencmode is not one of disable, prefer"},
		{"postgres://u:hun/ter2@h/d", "connection URI: the database contains an @ or a :, as if a password contained a /"},
		{"postgres://u:hunter2@x@h/d", "connection string: the host contains an @"},
		{"postgres://u:hunter2%@h/d", "connection URI: the password: a % is not followed by two hexadecimal digits"},
		{"postgres://u:hunter2@h:0/d", "connection string: port is not a number from 1 to 65535"},
		{"postgres://u:hunter2@h:65536/d", "connection string: port is not a number from 1 to 65535"},
		{"postgres://u:hunter2@[::1/d", "connection URI: the IPv6 address in brackets is empty or unfinished"},
		{"postgres://u:hunter2@[::1]x/d", "connection URI: only a port or a database may follow the IPv6 address"},
		{"postgres://u@h/d?hunter2", "connection URI: parameter 1 is not of the form keyword=value"},
		{"postgres://u@h/d?port=1&pool=hunter2", "connection URI: parameter 2 has a keyword that libpq does not recognize"},
		{"postgres://u@h/%00", "connection string: the dbname contains a NUL byte"},
		{"mysql://u:hunter2@h/d", "connection string: its scheme is not PostgreSQL's"},
		{"u:hunter2@h/d", "connection string: it is neither a URI nor a conninfo string, and contains a character (@, : or /) that is rare in database names"},
		{"postgres://u:1/hunter2@h:1/d", "connection URI: the database contains an @ or a :, as if a password contained a /"},
		{"postgres://h/u:hunter2", "connection URI: the database contains an @ or a :, as if a password contained a /"},
		{"postgres://h/d?user=u:hunter2", "connection URI: parameter 1: its value contains an @ or a :"},
		{"postgres://h/d?dbname=hunter2@x", "connection URI: parameter 1: its value contains an @ or a :"},
		{"postgres://localhost/d#?host=hunter2", "connection URI: it contains a #"},
		{"postgres://localhost#@hunter2/d", "connection URI: it contains a #"},
		{"postgresql:u:hunter2@h/d", "connection string: it is neither a URI nor a conninfo string, and contains a character (@, : or /) that is rare in database names"},
		{"dbname=postgres://u:hunter2@h/d", "connection string: dbname contains what looks like a password or another setting"},
		{"dbname=u:hunter2@h/d", "connection string: dbname contains what looks like a password or another setting"},
		{"user=u:hunter2@h", "connection string: user contains what looks like a password or another setting"},
		{"host=127.0.0.1;port=1;password=hunter2", "connection string: host contains what looks like a password or another setting"},
		{"host=h;pwd=hunter2", "connection string: host contains what looks like a password or another setting"},
		{"dbname=x&password=hunter2", "connection string: dbname contains what looks like a password or another setting"},
		{"service=x;pwd=hunter2", "connection string: service contains what looks like a password or another setting"},
		{"options='-c x.password=hunter2'", "connection string: options contains what looks like a password or another setting"},
		{"postgres://h/d?options=-c%20x.password%3Dhunter2", "connection string: options contains what looks like a password or another setting"},
		{"host=h password=hunter2 is it", "conninfo: setting 3 has no ="},
		{"password='hunter2", "conninfo: setting 1: its quoted value is not closed"},
		{"host=h pasword=hunter2", "conninfo: setting 2 has a keyword that libpq does not recognize"},
		{"sslmode=yes", "connection string: sslmode is not one of disable, allow, prefer, require, verify-ca, verify-full"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			_, err := ParseParams(tt.in)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if code := fault.CodeOf(err); code != fault.Usage {
				t.Errorf("code = %d", code)
			}
		})
	}
}

func TestUnknownKeywordHints(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"pasword=x":  "did you mean password?",
		"sslmod=x":   "did you mean sslmode?",
		"database=x": "did you mean dbname?",
		"username=x": "did you mean user?",
		"prt=5432":   "did you mean port?",
	} {
		_, err := ParseParams(in)
		if diff := cmp.Diff([]string{want}, fault.Hints(err)); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
	_, err := ParseParams("pool=5")
	if hints := strings.Join(fault.Hints(err), ""); strings.Contains(hints, "did you mean") {
		t.Errorf("pool: %s", hints)
	}
}

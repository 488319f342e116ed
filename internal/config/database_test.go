package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTarget(t *testing.T) {
	dotenv := map[string]string{"app/deep/.env": "PG_HOST=db\nPG_USERNAME=rails\nPG_PASSWORD=hush\nDIAPER_DB_HOST=prod\nSECRET_KEY_BASE=x\n"}
	for _, tt := range []struct {
		name  string
		files map[string]string
		env   []string
		flags Flags
		said  map[string]string // keywords of the target's text
		want  map[string]string
	}{
		{name: "nothing set", want: map[string]string{"dbname": "diaper_dev"}},
		{name: "dotenv", files: dotenv, want: map[string]string{"dbname": "diaper_dev", "host": "db", "user": "rails", "password": "hush"}},
		{name: "environment over dotenv", files: dotenv, env: []string{"PG_HOST=other"},
			want: map[string]string{"dbname": "diaper_dev", "host": "other", "user": "rails", "password": "hush"}},
		{name: "a name keeps the host", files: dotenv, flags: Flags{"target": "mine"}, said: map[string]string{"dbname": "mine"},
			want: map[string]string{"dbname": "mine", "host": "db", "user": "rails", "password": "hush"}},
		{name: "another host gets no password", files: dotenv, said: map[string]string{"dbname": "x", "host": "elsewhere"},
			want: map[string]string{"dbname": "x", "host": "elsewhere"}},
		{name: "a source fills nothing in", env: []string{"DIAPER_DB_HOST=prod", "DIAPER_DB_PASSWORD=p", "HECTL_SOURCE=postgres://prod/x"},
			want: map[string]string{"dbname": "diaper_dev"}},
		{name: "libpq's database", env: []string{"PGDATABASE=mine"}, want: map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := load(t, tt.files, tt.env...).Target(tt.flags)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, d.Params(tt.said)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSource(t *testing.T) {
	d, err := load(t, nil, "DIAPER_DB_HOST=h", "DIAPER_DB_USERNAME=u", "DIAPER_DB_PASSWORD=p", "DIAPER_DB_DATABASE=d",
		"PG_HOST=local", "HECTL_TARGET=postgres://local/x").Source(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"host": "h", "user": "u", "password": "p", "dbname": "d"}
	if diff := cmp.Diff(want, d.Params(nil)); diff != "" {
		t.Error(diff)
	}
}

// The application connects to localhost as postgres by default. If only libpq's variables
// are set, libpq's defaults apply.
func TestTargetOfTheApplication(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		env        []string
		want       map[string]string
	}{
		{"nothing", "", nil, map[string]string{"dbname": "diaper_dev"}},
		{"mentioned", "PG_USERNAME=\nPG_PASSWORD=\n", nil, map[string]string{"host": "localhost", "user": "postgres", "dbname": "diaper_dev"}},
		{"a password", "PG_PASSWORD=p\n", nil, map[string]string{"host": "localhost", "user": "postgres", "password": "p", "dbname": "diaper_dev"}},
		{"a user", "PG_USERNAME=me\n", nil, map[string]string{"host": "localhost", "user": "me", "dbname": "diaper_dev"}},
		{"a host", "PG_HOST=127.0.0.1\n", nil, map[string]string{"host": "127.0.0.1", "user": "postgres", "dbname": "diaper_dev"}},
		{"the environment", "", []string{"PG_USERNAME=me"}, map[string]string{"host": "localhost", "user": "me", "dbname": "diaper_dev"}},
		{"an empty environment", "", []string{"PG_HOST=", "PG_USERNAME=", "PG_PASSWORD="}, map[string]string{"dbname": "diaper_dev"}},
		{"an empty environment over the file", "PG_USERNAME=me\n", []string{"PG_USERNAME="}, map[string]string{"host": "localhost", "user": "me", "dbname": "diaper_dev"}},
		{"libpq's beside it", "PG_USERNAME=\n", []string{"PGHOST=/tmp", "PGUSER=other", "PGSERVICE=x"}, map[string]string{"host": "localhost", "user": "postgres", "dbname": "diaper_dev"}},
		{"libpq's alone", "PGPORT=5433\nPGUSER=me\n", nil, map[string]string{"dbname": "diaper_dev"}},
		{"libpq's database", "PGDATABASE=mine\n", nil, map[string]string{}},
		{"others", "DIAPER_DB_PASSWORD=p\nHECTL_TARGET=x\nDATABASE_URL=postgres://h/d\nPG_DUMP=/bin/x\n", nil, map[string]string{"dbname": "diaper_dev"}},
	} {
		d, err := load(t, map[string]string{"app/deep/.env": tt.file}, tt.env...).Target(nil)
		if diff := cmp.Diff(tt.want, d.Params(nil)); err != nil || diff != "" {
			t.Errorf("%s: %v %s", tt.name, err, diff)
		}
	}
}

// The password in a .env file is sent only to its own server.
func TestPasswordStaysWithItsServer(t *testing.T) {
	const (
		rails = "PG_USERNAME=\nPG_PASSWORD=hush\n"
		named = "PG_USERNAME=me\nPG_PASSWORD=hush\n"
		far   = "PG_HOST=db.example.com\nPG_PASSWORD=hush\n"
		libpq = "PGPORT=5433\nPGUSER=me\nPGPASSWORD=hush\n"
	)
	for _, tt := range []struct {
		file string
		said map[string]string
		want string // user, password, port
	}{
		{rails, map[string]string{"host": "127.0.0.1", "user": "postgres", "dbname": "x"}, "postgres hush "},
		{rails, map[string]string{"host": "::1", "user": "postgres"}, "postgres hush "},
		{rails, map[string]string{"host": "LOCALHOST", "user": "postgres", "port": "1"}, "postgres hush "},
		{rails, map[string]string{"host": "localhost", "user": "me"}, "me  "},
		{rails, map[string]string{"host": "localhost"}, "  "},
		{rails, map[string]string{"host": "/tmp", "user": "postgres"}, "postgres  "},
		{rails, map[string]string{"host": "db.example.com", "user": "postgres"}, "postgres  "},
		{rails, map[string]string{"service": "x", "user": "postgres"}, "postgres  "},
		{rails, map[string]string{"host": "localhost", "user": "postgres", "password": "own"}, "postgres own "},
		{rails, map[string]string{"dbname": "mine"}, "postgres hush "},
		{named, map[string]string{"host": "localhost"}, "me hush "},
		{named, map[string]string{"host": "localhost", "user": "postgres"}, "postgres  "},
		{far, map[string]string{"host": "DB.example.com", "user": "postgres"}, "postgres hush "},
		{far, map[string]string{"host": "localhost", "user": "postgres"}, "postgres  "},
		{libpq, nil, " hush 5433"},
		{libpq, map[string]string{"host": "localhost", "user": "me"}, "me hush 5433"},
		{libpq, map[string]string{"host": "localhost", "user": "other"}, "other  5433"},
		{libpq, map[string]string{"host": "db.example.com", "user": "me"}, "me  "},
		{libpq, map[string]string{"service": "x"}, "  "},
	} {
		d, err := load(t, map[string]string{"app/deep/.env": tt.file}, "HECTL_TARGET=said").Target(nil)
		if err != nil {
			t.Fatal(err)
		}
		p := d.Params(tt.said)
		port, _ := d.Variable(tt.said, "PGPORT")
		password, _ := d.Variable(tt.said, "PGPASSWORD")
		if got := p["user"] + " " + p["password"] + password.Text + " " + port.Text; got != tt.want {
			t.Errorf("%q %v: %q, want %q", tt.file, tt.said, got, tt.want)
		}
	}
}

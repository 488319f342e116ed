package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

// Each expectation is what version 3 of the Ruby gem makes of the text.
func TestParseDotenv(t *testing.T) {
	known := map[string]string{"SET": "environment", "EMPTY": ""}
	for _, tt := range []struct{ text, want string }{
		{"A=b", "A=b"},
		{"A= b", "A=b"},
		{"  A =b  ", "A=b"},
		{"A=", "A="},
		{"A", "A="},
		{"A=b c", "A=b c"},
		{"A: b", "A=b"},
		{"A:b", ""},
		{"export A=b", "A=b"},
		{"export\tA: 'b'", "A=b"},
		{"A=b\nexport A", "A=b"},
		{"A=b\nA=c", "A=c"},
		{"A.B=c", "A.B=c"},
		{"A-B=c\nC=d", "C=d"},
		{"A=b # c", "A=b"},
		{"A=b#c", "A=b"},
		{"A=\"b#c\" # d", "A=b#c"},
		{"A='b#c' # d", "A=b#c"},
		{"# A=b\n\n \t\nC=d # e", "C=d"},
		{"A=\"b\"  ", "A=b"},
		{"A=''", "A="},
		{`A="b\"c"`, `A=b"c`},
		{`A='b\'c'`, `A=b\'c`},
		{`A="b\nc"`, `A=b\nc`},
		{`A=b\nc`, `A=bnc`},
		{"DOTENV_LINEBREAK_MODE=legacy\n" + `A="b\nc\rd"`, "DOTENV_LINEBREAK_MODE=legacy A=b\nc\rd"},
		{`A=b\ c`, "A=b c"},
		{`A='b\ c'`, `A=b\ c`},
		{"A=\"b\nc\"\nD=e", "A=b\nc D=e"},
		{"A='b\nc'\nD=e", "A=b\nc D=e"},
		{"A=b\r\nC='d'\r\n", "A=b C=d"},
		{"A=b\rC=d", "A=b C=d"},
		{"A=b\nC=$A", "A=b C=b"},
		{"A=b\nC=${A}d-$A", "A=b C=bd-b"},
		{"A=b\nC=\"$A\"\nD='$A'", "A=b C=b D=$A"},
		{"A=$NONE.", "A=."},
		{"A=$SET", "A=environment"},
		{"SET=file\nA=$SET", "SET=file A=environment"},
		{`A=\$SET`, "A=$SET"},
		{`A="\${SET} ${SET}"`, "A=${SET} environment"},
		{`A="b $ "`, "A=b $ "},
		{"A=p$$w", "A=p$"},
		{"A=b$SET}", "A=benvironment"},
		{`A=\$(id)`, "A=$(id)"},
		{"A='$(id)'", "A=$(id)"},
		{"A=$(", "A=$("},
		{"A=$()", "A=$()"},
		{"A=$(id)", "A: hectl runs no $(command)"},
		{`A="b $(echo $(id) c) d"`, "A: hectl runs no $(command)"},
		{"A='$(id)'\nB=$A", "A=$(id) B: hectl runs no $(command)"},
		{"A='b", "A: a closing quote is missing"},
		{"A='b\nC=\"d\"", "A: a closing quote is missing C=d"},
		{"A='b'c", "A='b'c"},
		{"A=it's", "A=it's"},
		{"A=postgres://u:p@h/d?x=y", "A=postgres://u:p@h/d?x=y"},
	} {
		found := parseDotenv(tt.text, func(name string) (string, bool) {
			v, ok := known[name]
			return v, ok && v != ""
		})
		texts, order := map[string]string{}, []string{}
		for _, a := range found {
			if !slices.Contains(order, a.name) {
				order = append(order, a.name)
			}
			texts[a.name] = a.name + "=" + a.text
			if a.err != nil {
				texts[a.name] = a.name + ": " + a.err.Error()
			}
		}
		for i, name := range order {
			order[i] = texts[name]
		}
		if got := strings.Join(order, " "); got != tt.want {
			t.Errorf("%q\n got %q\nwant %q", tt.text, got, tt.want)
		}
	}
}

// No command of a .env file runs, and its error quotes nothing.
func TestDotenvRunsNothing(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace")
	for name, use := range map[string]func(*Sources) error{
		"PG_PASSWORD":           func(s *Sources) error { _, err := s.Target(nil); return err },
		"PGPORT":                func(s *Sources) error { _, err := s.Target(nil); return err },
		"RAILS_ENV":             func(s *Sources) error { _, err := s.Target(nil); return err },
		"AWS_SECRET_ACCESS_KEY": func(s *Sources) error { return bucket(s, nil) },
		"AWS_REGION":            func(s *Sources) error { return bucket(s, nil) },
		"AWS_PROFILE":           func(s *Sources) error { return bucket(s, nil) },
	} {
		files := map[string]string{"app/deep/.env": fmt.Sprintf("%s=\"hush $(touch %s)\"\n", name, trace)}
		err := use(load(t, files))
		if fault.CodeOf(err) != fault.Usage || strings.Contains(err.Error(), "hush") || !errors.Is(err, errCommand) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if err := use(load(t, files, name+"=5432")); err != nil {
			t.Errorf("%s of the environment: %v", name, err)
		}
		if exists(trace) {
			t.Fatalf("%s: the command ran", name)
		}
	}
}

func TestDotenvFiles(t *testing.T) {
	where := func(file string) string {
		return "PG_PASSWORD=" + file + "\nPGPORT=" + file + "\nAWS_REGION=" + file + "\nRAILS_ENV=" + file + "\n"
	}
	files := map[string]string{"app/deep/.env.production": where("production"), "app/deep/.env.test": where("test"), "app/deep/.env.example": where("example")}
	for i, file := range append([]string{""}, ".env", ".env.development", ".env.local", ".env.development.local") {
		if i > 0 { // each wins over those before
			files["app/deep/"+file] = where(strings.ReplaceAll(file, ".", "_"))
		}
		want := strings.ReplaceAll(file, ".", "_")
		s := load(t, files)
		d, err := s.Target(nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Bucket(nil)
		if err != nil {
			t.Fatal(err)
		}
		port, _ := d.Variable(nil, "PGPORT")
		environment, _ := s.LookupApplication("RAILS_ENV")
		region := b.Region
		if file == "" {
			region = ""
		}
		if got := []string{d.Params(nil)["password"], port.Text, region, environment}; !slices.Equal(got, []string{want, want, want, want}) {
			t.Errorf("%s: %q", file, got)
		}
		if i > 0 && (port.Origin != "PGPORT in "+file || d.Defaults["password"].Origin != "PG_PASSWORD in "+file) {
			t.Errorf("%s: from %q and %q", file, port.Origin, d.Defaults["password"].Origin)
		}
	}
	s := load(t, files, "PG_PASSWORD=own", "PGPORT=1", "RAILS_ENV=own", "AWS_REGION=own")
	d, err := s.Target(nil)
	port, _ := d.Variable(nil, "PGPORT")
	environment, _ := s.LookupApplication("RAILS_ENV")
	b, wrong := s.Bucket(nil)
	if got := []string{d.Params(nil)["password"], port.Text, b.Region, environment}; err != nil || wrong != nil || !slices.Equal(got, []string{"own", "1", "own", "own"}) {
		t.Errorf("the environment goes before: %q, %v, %v", got, err, wrong)
	}
}

// A file sees the variables of those that win over it, and an empty value of a file
// hides that of the next: but not one that says production.
func TestDotenvFilesTogether(t *testing.T) {
	s := load(t, map[string]string{
		"app/deep/.env.local": "SECRET=hush\nPG_USERNAME=\nRAILS_ENV=\n",
		"app/deep/.env":       "SECRET=other\nPG_PASSWORD=${SECRET}\nPG_USERNAME=me\nRAILS_ENV=production\n",
	})
	d, err := s.Target(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"host": "localhost", "user": "postgres", "password": "hush", "dbname": DefaultTarget}
	if diff := cmp.Diff(want, d.Params(nil)); diff != "" {
		t.Error(diff)
	}
	if v, _ := s.LookupApplication("RAILS_ENV"); v != "production" {
		t.Errorf("RAILS_ENV is %q", v)
	}
	if got, want := names(s), [][]string{{"PG_USERNAME"}, {"PG_PASSWORD", "RAILS_ENV"}}; !cmp.Equal(got, want) {
		t.Errorf("taken: %q", got)
	}
}

func names(s *Sources) (all [][]string) {
	for _, file := range s.Dotenv() {
		all = append(all, file.Names)
	}
	return all
}

func TestFolderOfDotenv(t *testing.T) {
	const deep = "PG_PASSWORD=deep\n"
	for _, tt := range []struct {
		name  string
		files map[string]string
		home  string
		want  string // the password
	}{
		{"current folder", map[string]string{"app/deep/.env": deep, "app/.env": "PG_PASSWORD=app\n"}, "", "deep"},
		{"folder above", map[string]string{"app/.env": "PG_PASSWORD=app\n"}, "", "app"},
		{"any of the four", map[string]string{"app/.env.local": "PG_PASSWORD=app\n", ".env": "PG_PASSWORD=top\n"}, "", "app"},
		{"the folder of hectl.yml", map[string]string{"app/hectl.yml": "", "app/.env": "PG_PASSWORD=app\n", "app/deep/.env": deep}, "", "app"},
		{"hectl.yml without one", map[string]string{"hectl.yml": "", "app/.env": "PG_PASSWORD=app\n"}, "", "app"},
		{"not above hectl.yml", map[string]string{"app/hectl.yml": "", ".env": "PG_PASSWORD=top\n"}, "", ""},
		{"not above the application", map[string]string{"app/config/database.yml": "", ".env": "PG_PASSWORD=top\n"}, "", ""},
		{"not above the repository", map[string]string{"app/.git/HEAD": "", ".env": "PG_PASSWORD=top\n"}, "", ""},
		{"the repository's", map[string]string{"app/.git/HEAD": "", "app/.env": "PG_PASSWORD=app\n"}, "", "app"},
		{"not the home's", map[string]string{"app/.env": "PG_PASSWORD=app\n"}, "app", ""},
		{"home as the current folder", map[string]string{"app/deep/.env": deep}, "app/deep", "deep"},
	} {
		s := load(t, tt.files)
		if tt.home != "" {
			s.env["HOME"] = filepath.Join(s.dir, "..", "..", tt.home)
		}
		d, err := s.Target(nil)
		if got := d.Params(nil)["password"]; err != nil || got != tt.want {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
		if origin := d.Defaults["password"].Origin; tt.want == "app" && origin != "PG_PASSWORD in "+filepath.Join(filepath.Dir(s.dir), ".env") && tt.name != "any of the four" {
			t.Errorf("%s: from %s", tt.name, origin)
		}
	}
}

// The application goes to localhost as postgres where its variables say nothing
// else. libpq's variables alone leave that to libpq.
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

// What a .env file says goes to the server that it is about, and to no other.
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

func TestKeysOfDotenv(t *testing.T) {
	const file = "AWS_ACCESS_KEY_ID=id\nAWS_SECRET_ACCESS_KEY='hu$h'\n"
	for _, tt := range []struct {
		name, file, yml string
		env             []string
		flags           Flags
		want            string // profile, key, secret, token
		err             string
	}{
		{name: "keys", file: file, want: " id hu$h "},
		{name: "a token", file: file + "AWS_SESSION_TOKEN=t\n", want: " id hu$h t"},
		{name: "the environment's", file: file, env: []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}, want: "   "},
		{name: "no token for the environment's", file: "AWS_SESSION_TOKEN=t\n", env: []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}, want: "   "},
		{name: "half of the environment's", file: file, env: []string{"AWS_ACCESS_KEY_ID=a"}, want: " a hu$h "},
		{name: "a profile of the environment", file: file, env: []string{"AWS_PROFILE=p"}, want: " id hu$h "},
		{name: "a profile of a flag", file: file, flags: Flags{"profile": "p"}, want: "p   "},
		{name: "a profile of hectl.yml", file: file, yml: "profile: p\n", want: "p   "},
		{name: "a profile", file: "AWS_PROFILE=p\n", want: "p   "},
		{name: "a profile and keys", file: file + "AWS_PROFILE=p\n", want: " id hu$h "},
		{name: "a profile below the environment's keys", file: "AWS_PROFILE=p\n", env: []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}, want: "   "},
		{name: "a profile below the environment's", file: "AWS_PROFILE=p\n", env: []string{"AWS_PROFILE=q"}, want: "   "},
		{name: "half", file: "AWS_ACCESS_KEY_ID=id\n", err: "there is AWS_ACCESS_KEY_ID in .env, but no AWS_SECRET_ACCESS_KEY"},
		{name: "the other half", file: "AWS_SECRET_ACCESS_KEY=hu$h\n", err: "there is AWS_SECRET_ACCESS_KEY in .env, but no AWS_ACCESS_KEY_ID"},
		{name: "empty", file: "AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\nAWS_PROFILE=\n", want: "   "},
		{name: "no endpoint", file: "AWS_ENDPOINT_URL=https://evil\nAWS_ENDPOINT_URL_S3=https://evil\nAWS_CONFIG_FILE=x\n", want: "   "},
	} {
		b, err := load(t, map[string]string{"app/deep/.env": tt.file, "app/deep/hectl.yml": tt.yml}, tt.env...).Bucket(tt.flags)
		if tt.err != "" {
			if fault.CodeOf(err) != fault.Denied || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "hu$h") {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		got := strings.Join([]string{b.Profile, b.Keys.AccessKeyID, b.Keys.SecretAccessKey, b.Keys.SessionToken}, " ")
		if err != nil || got != tt.want || b.EndpointURL != "" {
			t.Errorf("%s: %q, %q, %v", tt.name, got, b.EndpointURL, err)
		}
		if printed := fmt.Sprintf("%v %+v %#v", b.Keys, b, []Bucket{b}); strings.Contains(printed, "hu$h") {
			t.Errorf("%s: printed as %s", tt.name, printed)
		}
	}
}

// Whichever of the files names another server, or a file, needs approval for it.
func TestDotenvThatNeedsApproval(t *testing.T) {
	for text, want := range map[string]string{
		"PG_HOST=db":                 "PG_HOST",
		"PG_HOST=localhost":          "",
		"PG_HOST=localhost,db":       "PG_HOST",
		"PG_HOST=/tmp":               "PG_HOST",
		"PGHOST=db":                  "PGHOST",
		"PGHOST=127.0.0.1":           "",
		"X=db\nPGHOST=${X}":          "PGHOST",
		"PGHOSTADDR=192.0.2.1":       "PGHOSTADDR",
		"PGSERVICE=x":                "PGSERVICE",
		"PGSERVICEFILE=x":            "PGSERVICEFILE",
		"PGPASSFILE=/etc/passwd":     "PGPASSFILE",
		"PGSSLROOTCERT=x":            "PGSSLROOTCERT",
		"PGSSLMODE=disable":          "PGSSLMODE",
		"PGOPTIONS=-csearch_path=x":  "PGOPTIONS",
		"PGREQUIREAUTH=none":         "PGREQUIREAUTH",
		"PGPORT=1\nPGUSER=u":         "",
		"PGPASSWORD=p\nPGDATABASE=d": "",
		"PG_HOST=\nPGSERVICE=":       "",
	} {
		for _, file := range dotenvFiles() {
			dir, environ := clone(t, map[string]string{file: text + "\n"})
			s := reload(t, dir, environ)
			d, err := s.Target(nil)
			if err != nil {
				t.Fatal(err)
			}
			var keys string
			for _, c := range s.Claims() {
				keys += c.Key
			}
			confirmed := s.ConfirmDatabase(d, nil)
			switch {
			case want == "" && (keys != "" || confirmed != nil || !s.Approved()):
				t.Errorf("%s in %s: %s, %v", text, file, keys, confirmed)
			case want != "" && (keys != want+" in "+file || fault.CodeOf(confirmed) != fault.Usage || s.Approved() || !strings.Contains(confirmed.Error(), "use "+want+" of "+s.dotenv().variables[want].path)):
				t.Errorf("%s in %s: %s, %v", text, file, keys, confirmed)
			}
			if _, err := s.Allow(); err != nil {
				t.Fatal(err)
			}
			if s = reload(t, dir, environ); s.ConfirmDatabase(d, nil) != nil || !s.Approved() {
				t.Errorf("%s in %s: not approved by Allow", text, file)
			}
		}
	}
}

// What the connection does not take from a .env file needs no approval.
func TestDotenvThatIsInNoEffect(t *testing.T) {
	dir, environ := clone(t, map[string]string{".env": "PG_HOST=db\nPGSSLMODE=disable\n", ".env.local": "PG_HOST=localhost\n"})
	for _, tt := range []struct {
		name string
		env  []string
		said map[string]string
		fine bool
	}{
		{"replaced by another file", nil, nil, false}, // PGSSLMODE is not
		{"the environment's", []string{"PGSSLMODE=prefer"}, nil, true},
		{"another server's host", []string{"PGSSLMODE=prefer", "PGHOST=evil"}, map[string]string{"host": "localhost"}, true},
		{"another server", nil, map[string]string{"host": "elsewhere"}, true},
	} {
		s := reload(t, dir, append(tt.env, environ...))
		d, err := s.Target(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.ConfirmDatabase(d, tt.said); (err == nil) != tt.fine {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// What comes with a repository must not fill the memory.
func TestDotenvCannotGrow(t *testing.T) {
	bomb := "A0=" + strings.Repeat("x", 64) + "\n"
	for i := range 40 {
		bomb += fmt.Sprintf("A%d=$A%[2]d$A%[2]d\n", i+1, i)
	}
	many := "A=" + strings.Repeat("x", 1000) + "\n"
	for i := range 5000 {
		many += fmt.Sprintf("B%d=$A\n", i)
	}
	for name, text := range map[string]string{
		"one value":    bomb + "PG_PASSWORD=$A40\n",
		"many values":  many + "PG_PASSWORD=$A\n",
		"a large file": "PG_PASSWORD=" + strings.Repeat("x", 1<<20),
	} {
		sum := 0
		for _, a := range parseDotenv(text, func(string) (string, bool) { return "", false }) {
			sum += len(a.text)
		}
		if sum > 2<<20 {
			t.Errorf("%s: %d bytes", name, sum)
		}
		dir, environ := clone(t, map[string]string{".env": text})
		_, err := reload(t, dir, environ).Target(nil)
		if err == nil || len(err.Error()) > 1000 {
			t.Errorf("%s: %.1000v", name, err)
		}
		if v := reload(t, dir, environ).ProjectVariables(dir)["PG_PASSWORD"]; v.Text != "" {
			t.Errorf("%s: a value of %d bytes", name, len(v.Text))
		}
	}
}

// Who writes a hectl.yml has not approved the .env file beside it.
func TestAllowSettingsIsForOneFile(t *testing.T) {
	dir, environ := clone(t, map[string]string{FileName: "bucket: s3://our-backups\nregion: us-east-1\n", ".env": "PGHOST=db.example.com\n"})
	if err := reload(t, dir, environ).AllowSettings(); err != nil {
		t.Fatal(err)
	}
	s := reload(t, dir, environ)
	if _, err := s.Bucket(nil); err != nil {
		t.Error(err)
	}
	d, err := s.Target(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmDatabase(d, nil); err == nil || s.Approved() {
		t.Error("the host of .env is approved")
	}
}

package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestTroubledDotenv(t *testing.T) {
	want := map[string]string{"dbname": "diaper_dev", "host": "db", "user": "postgres", "password": "hush"}
	const ours = "PG_HOST=db\nPG_PASSWORD=hush\n"
	for _, tt := range []struct {
		name, file, text string
		want             map[string]string
	}{
		{"folder", ".env/pyvenv.cfg", "home = /usr/bin\n", map[string]string{"dbname": "diaper_dev"}},
		{"mark at the start", ".env", "\ufeff" + ours, want},
		{"lone name", ".env", "FOO\n" + ours, want},
		{"lone name at the end", ".env", ours + "FOO", want},
		{"Windows lines", ".env", "FOO\r\nexport PG_HOST='db'\r\nPG_PASSWORD: hush\r\n", want},
		{"bare key", ".env", "KEY=-----BEGIN RSA PRIVATE KEY-----\nMII/+x\nab==\n-----END RSA PRIVATE KEY-----\n" + ours, want},
		{"quoted key", ".env", "KEY=\"-----BEGIN\nMII/+x\n-----END\"\n" + ours, want},
		{"reference", ".env", "FOO\nX=db\nPG_HOST=$X\nPG_PASSWORD=\"hush\"\n", want},
		{"another's quote", ".env", "X='oops\n" + ours, want},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := load(t, map[string]string{"app/deep/" + tt.file: tt.text}).Target(nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, d.Params(nil)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBrokenDotenvIsNotQuoted(t *testing.T) {
	for _, text := range []string{"PG_PASSWORD='hush\n", "FOO\nexport PG_PASSWORD=\"hush\nPG_HOST='db'\n"} {
		_, err := load(t, map[string]string{"app/deep/.env": text}).Target(nil)
		if fault.CodeOf(err) != fault.Usage || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "PG_PASSWORD") {
			t.Errorf("got %v", err)
		}
	}
}

func TestDotenvFiles(t *testing.T) {
	where := func(file string) string {
		return "PG_PASSWORD=" + file + "\nPGPORT=" + file + "\nAWS_REGION=" + file + "\nRAILS_ENV=" + file + "\n"
	}
	files := map[string]string{"app/deep/.env.production": where("production"), "app/deep/.env.test": where("test"), "app/deep/.env.example": where("example")}
	for i, file := range append([]string{""}, ".env", ".env.development", ".env.local", ".env.development.local") {
		if i > 0 { // each overrides the files before it
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

// A file sees the variables of files with higher precedence. An empty value hides the
// value of the next file, unless it is the name of the environment.
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

// A variable from a .env file that the connection does not use needs no approval.
func TestDotenvThatIsInNoEffect(t *testing.T) {
	dir, environ := clone(t, map[string]string{".env": "PG_HOST=db\nPGSSLMODE=disable\n", ".env.local": "PG_HOST=localhost\n"})
	for _, tt := range []struct {
		name string
		env  []string
		said map[string]string
		fine bool
	}{
		{"replaced by another file", nil, nil, false}, // PGSSLMODE is not replaced
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

// A file that comes with a repository must not fill the memory.
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

func TestEnvironmentOfTheApplication(t *testing.T) {
	dir, environ := clone(t, map[string]string{".env": "RAILS_ENV=production\nRACK_ENV=staging\nSECRET=x\n"})
	for _, tt := range []struct {
		name, variable, want string
		more                 []string
	}{
		{"from .env", "RAILS_ENV", "production", nil},
		{"the environment goes before", "RAILS_ENV", "development", []string{"RAILS_ENV=development"}},
		{"an empty variable is not set", "RAILS_ENV", "production", []string{"RAILS_ENV="}},
		{"the environment alone", "APP_ENV", "test", []string{"APP_ENV=test"}},
		{"nowhere", "APP_ENV", "", nil},
		{"no other variable", "SECRET", "", nil},
	} {
		if got, _ := reload(t, dir, append(tt.more, environ...)).LookupApplication(tt.variable); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir, _ := clone(t, map[string]string{"f": "12345"})
	if text, err := ReadFile(filepath.Join(dir, "f"), 5); err != nil || string(text) != "12345" {
		t.Errorf("%q, %v", text, err)
	}
	for _, path := range []string{filepath.Join(dir, "f"), "/dev/zero", dir} {
		if _, err := ReadFile(path, 4); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
}

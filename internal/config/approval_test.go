package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

// clone creates a folder with files. It returns an environment with a configuration folder.
func clone(t *testing.T, files map[string]string) (dir string, environ []string) {
	t.Helper()
	return createFiles(t, files), []string{"XDG_CONFIG_HOME=" + t.TempDir()}
}

func reload(t *testing.T, dir string, environ []string) *Sources {
	t.Helper()
	s, err := Load(dir, environ)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestApprovalHoldsForWhatWasApproved(t *testing.T) {
	base := map[string]string{FileName: "pg_bin: bin\nendpoint_url: https://store\n", "bin/pg_dump": "one", "bin/lib/x.sh": "one", "after.sql": "SELECT 1", ".env": "PG_HOST=db\n"}
	base[FileName] += "after: always.sql\nafter_restore: [[script/migrate, --now], [sh, -e, script/more.sh, /bin/true]]\n"
	for _, name := range []string{"always.sql", "script/migrate", "script/more.sh"} {
		base[name] = "one"
	}
	for _, tt := range []struct {
		name   string
		change map[string]string
		want   bool
	}{
		{"nothing", nil, true},
		{"a harmless edit", map[string]string{FileName: "# why\n" + base[FileName] + "jobs: 3\n"}, true},
		{"SQL that always runs", map[string]string{"always.sql": "two"}, false},
		{"a command's program", map[string]string{"script/migrate": "two"}, false},
		{"a file that a command names", map[string]string{"script/more.sh": "two"}, false},
		{"another file beside it", map[string]string{"script/other.sh": "two"}, true},
		{"a command's words", map[string]string{FileName: strings.Replace(base[FileName], "--now", "--later", 1)}, false},
		{"the order of commands", map[string]string{FileName: strings.Replace(base[FileName], "[[script/migrate, --now], [sh, -e, script/more.sh, /bin/true]]", "[[sh, -e, script/more.sh, /bin/true], [script/migrate, --now]]", 1)}, false},
		{"one command less", map[string]string{FileName: strings.Replace(base[FileName], ", [sh, -e, script/more.sh, /bin/true]", "", 1)}, false},
		{"a value", map[string]string{FileName: "pg_bin: bin\nendpoint_url: https://other\n"}, false},
		{"another value", map[string]string{FileName: "pg_bin: bin\nendpoint_url: https://store\nnotify: https://x\n"}, false},
		{"a program", map[string]string{"bin/pg_dump": "two"}, false},
		{"one more program", map[string]string{"bin/pg_restore": "two"}, false},
		{"what a program may read", map[string]string{"bin/lib/x.sh": "two"}, false},
		{"one more such file", map[string]string{"bin/lib/y.sh": "two"}, false},
		{"SQL", map[string]string{"after.sql": "SELECT 2"}, false},
		{"the host in .env", map[string]string{".env": "PG_HOST=other\n"}, false},
		{"something else in .env", map[string]string{".env": "PG_HOST=db\nX=1\n"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, environ := clone(t, base)
			load := func() *Sources {
				s := reload(t, dir, environ)
				s.SetSQL([]string{filepath.Join(dir, "after.sql")})
				return s
			}
			if s := load(); s.IsApproved() || fault.CodeOf(s.Confirm(s.Path(), "pg_bin")) != fault.Usage {
				t.Fatal("approved before it was")
			}
			if _, err := load().Allow(); err != nil {
				t.Fatal(err)
			}
			for name, text := range tt.change {
				write(t, filepath.Join(dir, name), text)
			}
			if got := load().IsApproved(); got != tt.want {
				t.Errorf("approved: %v", got)
			}
			if _, err := load().Revoke(); err != nil || load().IsApproved() {
				t.Errorf("revoked: %v", err)
			}
		})
	}
}

func TestApprovalIsForOneFile(t *testing.T) {
	dir, environ := clone(t, map[string]string{"a/hectl.yml": "pg_bin: /opt/bin\n", "b/hectl.yml": "pg_bin: /opt/bin\n", "a/deep/x": ""})
	if _, err := reload(t, filepath.Join(dir, "a"), environ).Allow(); err != nil {
		t.Fatal(err)
	}
	if !reload(t, filepath.Join(dir, "a", "deep"), environ).IsApproved() {
		t.Error("not approved in a folder below")
	}
	if reload(t, filepath.Join(dir, "b"), environ).IsApproved() {
		t.Error("the same file in another folder is approved")
	}
}

func TestUserIsAsked(t *testing.T) {
	dir, environ := clone(t, map[string]string{FileName: "endpoint_url: https://store\n"})
	for _, answer := range []bool{false, true} {
		s := reload(t, dir, environ)
		asked := 0
		s.OnUnapproved(func(path string, claims []Claim, changed bool) bool {
			asked++
			if path != s.Path() || len(claims) != 1 || claims[0].Text != "https://store" {
				t.Errorf("asked about %s: %v", path, claims)
			}
			return answer
		})
		_, err := s.Bucket(nil)
		if (err == nil) != answer || asked != 1 {
			t.Errorf("answer %v: %v, asked %d times", answer, err, asked)
		}
		if _, err := s.Bucket(Flags{"endpoint-url": "https://mine"}); err != nil {
			t.Errorf("the user's own endpoint: %v", err)
		}
	}
	if _, err := reload(t, dir, environ).Bucket(nil); err != nil {
		t.Errorf("the answer is forgotten: %v", err)
	}
}

// hectl does not approve a file that the next run would refuse.
func TestAllowChecksWhatTheNextRunChecks(t *testing.T) {
	for _, tt := range []struct {
		name, open string
		want       string
	}{
		{"the folder of approvals", "CONFIG", "hectl would ignore the approval"},
		{"a program", "bin/pg_dump", "pg_bin in"},
		{"the folder of programs", "bin", "pg_bin in"},
		{"SQL", "after.sql", "mask.after in"},
		{"SQL that always runs", "always.sql", "after in"},
		{"a command's program", "script/migrate", "after_restore in"},
		{"a file that a command names", "script/more.sh", "after_restore in"},
		{"the folder of a command's program", "script", "after_restore in"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, environ := clone(t, map[string]string{
				FileName:      "pg_bin: bin\nafter: always.sql\nafter_restore: [[script/migrate], [sh, script/more.sh]]\n",
				"bin/pg_dump": "", "after.sql": "", "always.sql": "", "script/migrate": "", "script/more.sh": "",
			})
			path := filepath.Join(dir, tt.open)
			if tt.open == "CONFIG" {
				path = strings.TrimPrefix(environ[0], "XDG_CONFIG_HOME=")
			}
			if err := os.Chmod(path, 0o777); err != nil {
				t.Fatal(err)
			}
			s := reload(t, dir, environ)
			s.SetSQL([]string{filepath.Join(dir, "after.sql")})
			if _, err := s.Allow(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Creating a seed file needs approval, except at the path in the documentation.
func TestConfirmSeed(t *testing.T) {
	home := t.TempDir()
	for _, tt := range []struct {
		name, path string
		want       bool
	}{
		{"none", "", true},
		{"hectl's own", "~/.config/hectl/seed", true},
		{"hectl's own, in full", filepath.Join(home, ".config", "hectl", "seed"), true},
		{"another one there", "~/.config/hectl/allowed", false},
		{"elsewhere", "~/.profile", false},
		{"one that is there", filepath.Join(home, "there"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for path, text := range map[string]string{filepath.Join(dir, FileName): "jobs: 3\n", filepath.Join(home, "there"): "x"} {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s, err := Load(dir, []string{"HOME=" + home})
			if err != nil {
				t.Fatal(err)
			}
			s.SetSeed(tt.path)
			if err := s.ConfirmSeed(); (err == nil) != tt.want {
				t.Errorf("%v", err)
			}
		})
	}
}

// The YAML parser takes gigabytes for some short files.
func TestSettingsThatCannotBeRead(t *testing.T) {
	for name, text := range map[string]string{
		"brackets": "mask: " + strings.Repeat("[", 200),
		"anchors":  "mask: " + strings.Repeat("&a ", 200) + "x",
		"dashes":   "mask: " + strings.Repeat("-\t", 200) + "x",
		"large":    strings.Repeat("# a comment\n", 100000),
	} {
		dir, environ := clone(t, map[string]string{FileName: text})
		if _, err := Load(dir, environ); err == nil || !strings.Contains(err.Error(), "nested too deeply") && !strings.Contains(err.Error(), "is larger than 1024 KB") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every .env file that names another server or a file needs approval.
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
			case want == "" && (keys != "" || confirmed != nil || !s.IsApproved()):
				t.Errorf("%s in %s: %s, %v", text, file, keys, confirmed)
			case want != "" && (keys != want+" in "+file || fault.CodeOf(confirmed) != fault.Usage || s.IsApproved() || !strings.Contains(confirmed.Error(), "use "+want+" of "+s.dotenv().variables[want].path)):
				t.Errorf("%s in %s: %s, %v", text, file, keys, confirmed)
			}
			if _, err := s.Allow(); err != nil {
				t.Fatal(err)
			}
			if s = reload(t, dir, environ); s.ConfirmDatabase(d, nil) != nil || !s.IsApproved() {
				t.Errorf("%s in %s: not approved by Allow", text, file)
			}
		}
	}
}

// Approving hectl.yml does not approve the .env file beside it.
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
	if err := s.ConfirmDatabase(d, nil); err == nil || s.IsApproved() {
		t.Error("the host of .env is approved")
	}
}

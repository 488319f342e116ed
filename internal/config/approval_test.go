package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

// clone is a folder with files, and the environment of a user who has a home.
func clone(t *testing.T, files map[string]string) (dir string, environ []string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, []string{"XDG_CONFIG_HOME=" + t.TempDir()}
}

func reload(t *testing.T, dir string, environ []string) *Sources {
	t.Helper()
	s, err := Load(dir, environ)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatNeedsApproval(t *testing.T) {
	for _, tt := range []struct{ text, keys string }{
		{"", ""},
		{"region: eu-west-1\nprofile: x\npath_style: true\nenv: staging\njobs: 2\nkeep: {last: 1}\nmax_age: 2h\nmax_shrink: 10\nattachments_bucket: s3://files\nmask: {mode: on}", ""},
		{"bucket: s3://b\nmasked_bucket: s3://m", "bucket masked_bucket"},
		{"endpoint_url: https://store", "endpoint_url"},
		{"pg_bin: bin", "pg_bin"},
		{"notify: [https://a, https://b]", "notify notify"},
		{"after: a.sql", "after"},
		{"after: [a.sql, b.sql]\nafter_restore:\n- [bin/rails, db:migrate]\n- [sleep, 5]\nafter_restore_timeout: 1h", "after after after_restore after_restore"},
		{"target: app_dev", ""},
		{"target: app dev", ""},
		{"source: postgres://db.example.com/app\ntarget: service=app", "source target"},
	} {
		dir, environ := clone(t, map[string]string{FileName: tt.text})
		s := reload(t, dir, environ)
		var keys []string
		for _, c := range s.Claims() {
			keys = append(keys, c.Key)
		}
		if got := strings.Join(keys, " "); got != tt.keys || s.Approved() != (tt.keys == "") {
			t.Errorf("%s: %q, approved %v", tt.text, got, s.Approved())
		}
	}
}

// A new key has to be judged: does it run code, or send data elsewhere? See
// docs/approval.md, which says it of each.
func TestEveryKeyIsJudged(t *testing.T) {
	page, err := os.ReadFile("../../docs/approval.md")
	if err != nil {
		t.Fatal(err)
	}
	for field := range reflect.TypeFor[file]().Fields() {
		if key := field.Tag.Get("yaml"); !strings.Contains(string(page), "`"+key+"`") && key != "mask" {
			t.Errorf("%s is not on the page", key)
		}
	}
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
				s.RunsSQL([]string{filepath.Join(dir, "after.sql")})
				return s
			}
			if s := load(); s.Approved() || fault.CodeOf(s.Confirm(s.Path(), "pg_bin")) != fault.Usage {
				t.Fatal("approved before it was")
			}
			if _, err := load().Allow(); err != nil {
				t.Fatal(err)
			}
			for name, text := range tt.change {
				write(t, filepath.Join(dir, name), text)
			}
			if got := load().Approved(); got != tt.want {
				t.Errorf("approved: %v", got)
			}
			if _, err := load().Revoke(); err != nil || load().Approved() {
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
	if !reload(t, filepath.Join(dir, "a", "deep"), environ).Approved() {
		t.Error("not approved in a folder below")
	}
	if reload(t, filepath.Join(dir, "b"), environ).Approved() {
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

func TestClaimsHoldNoSecret(t *testing.T) {
	dir, environ := clone(t, map[string]string{FileName: "source: postgres://me:hush@db/x\nnotify: slack+https://hooks.example.com/hush\nendpoint_url: https://me:hush@store\n"})
	claims := reload(t, dir, environ).Claims()
	if len(claims) != 3 {
		t.Fatalf("%v", claims)
	}
	for _, c := range claims {
		if strings.Contains(c.Text, "hush") {
			t.Errorf("%s: %s", c.Key, c.Text)
		}
	}
	for _, text := range []string{
		"notify: hush", "notify: https://HUSHtoken/x", "endpoint_url: hush", "endpoint_url: https://store/?k=hush", "target: me:hush@db", "source: postgresql:me:hush@db/x",
	} {
		dir, environ := clone(t, map[string]string{FileName: text + "\n"})
		for _, c := range reload(t, dir, environ).Claims() {
			if strings.Contains(strings.ToLower(c.Text), "hush") {
				t.Errorf("%s: %s", text, c.Text)
			}
		}
		for _, v := range reload(t, dir, environ).Named(nil) {
			if strings.Contains(v.Text, "hush") {
				t.Errorf("%s: %s", text, v.Text)
			}
		}
	}
}

// Programs beside the folder of hectl.yml, and behind links, are held as well.
func TestApprovalHoldsForProgramsElsewhere(t *testing.T) {
	for _, tt := range []struct{ name, bin, change string }{
		{"beside", "../bin", "bin/pg_restore"},
		{"below a folder", "../bin", "bin/lib/deep/x.sh"},
		{"behind a link to a folder", "../link", "bin/pg_restore"},
		{"behind a link in the folder", "../linked", "bin/lib/deep/x.sh"},
		{"an absolute path", "ROOT/bin", "bin/pg_restore"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root, environ := clone(t, map[string]string{"bin/pg_restore": "one", "bin/lib/deep/x.sh": "one", "linked/pg_dump": "one", ".git/HEAD": "", "sub/x": ""})
			for link, to := range map[string]string{"link": "bin", "linked/lib": "../bin/lib", "bin/lib/loop": ".."} {
				if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
					t.Fatal(err)
				}
			}
			write(t, filepath.Join(root, "sub", FileName), "pg_bin: "+strings.Replace(tt.bin, "ROOT", root, 1)+"\n")
			load := func() *Sources { return reload(t, filepath.Join(root, "sub"), environ) }
			if _, err := load().Allow(); err != nil || !load().Approved() {
				t.Fatalf("not approved: %v", err)
			}
			write(t, filepath.Join(root, tt.change), "two")
			if load().Approved() {
				t.Error("still approved")
			}
		})
	}
}

func TestTooManyPrograms(t *testing.T) {
	dir, environ := clone(t, map[string]string{FileName: "pg_bin: bin\n", "bin/deep/pg_dump": ""})
	for i := range maxPrograms {
		write(t, filepath.Join(dir, "bin", "deep", strconv.Itoa(i)), "")
	}
	s := reload(t, dir, environ)
	if _, err := s.Allow(); fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "more than 1000 files") {
		t.Errorf("%v", err)
	}
	if reload(t, dir, environ).Approved() || fault.CodeOf(s.Confirm(s.Path(), "pg_bin")) != fault.Usage {
		t.Error("approved")
	}
}

// What the next run would refuse is not approved.
func TestAllowChecksWhatTheNextRunChecks(t *testing.T) {
	for _, tt := range []struct {
		name, open string
		want       string
	}{
		{"the folder of approvals", "CONFIG", "it would not count"},
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
			s.RunsSQL([]string{filepath.Join(dir, "after.sql")})
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

// A seed's file is not made for a stranger's hectl.yml, but in hectl's own place.
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
			s.MakesSeed(tt.path)
			if err := s.ConfirmSeed(); (err == nil) != tt.want {
				t.Errorf("%v", err)
			}
		})
	}
}

// The parser takes gigabytes for some short files.
func TestSettingsThatCannotBeRead(t *testing.T) {
	for name, text := range map[string]string{
		"brackets": "mask: " + strings.Repeat("[", 200),
		"anchors":  "mask: " + strings.Repeat("&a ", 200) + "x",
		"dashes":   "mask: " + strings.Repeat("-\t", 200) + "x",
		"large":    strings.Repeat("# a comment\n", 100000),
	} {
		dir, environ := clone(t, map[string]string{FileName: text})
		if _, err := Load(dir, environ); err == nil || !strings.Contains(err.Error(), "nested too deeply") && !strings.Contains(err.Error(), "has more than 1024 KB") {
			t.Errorf("%s: %v", name, err)
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

// A file that every run would have to read is not too large for that.
func TestLargeFilesAreNotApproved(t *testing.T) {
	for _, text := range []string{"after: big", "after_restore: [[cat, big]]"} {
		dir, environ := clone(t, map[string]string{FileName: text, "big": ""})
		if err := os.Truncate(filepath.Join(dir, "big"), 1<<40); err != nil {
			t.Fatal(err)
		}
		if _, err := reload(t, dir, environ).Allow(); err == nil || !strings.Contains(err.Error(), "has more than 256 MB") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Without Git, the folder of hectl.yml is all that is known of the repository.
func TestApprovalHoldsForCommandsAboveTheFile(t *testing.T) {
	dir, environ := clone(t, map[string]string{"sub/" + FileName: "after_restore: [[../bin/migrate]]", "bin/migrate": "one"})
	sub := filepath.Join(dir, "sub")
	if _, err := reload(t, sub, environ).Allow(); err != nil {
		t.Fatal(err)
	}
	if err := reload(t, sub, environ).ConfirmCommands(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bin", "migrate"), []byte("two"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := reload(t, sub, environ).ConfirmCommands(); err == nil {
		t.Error("a program that changed is approved")
	}
}

// PATH may lead into the repository.
func TestApprovalHoldsForProgramsOfPath(t *testing.T) {
	dir, environ := clone(t, map[string]string{FileName: "after_restore: [[migrate]]", "bin/migrate": "one"})
	program := filepath.Join(dir, "bin", "migrate")
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	environ = append(environ, "PATH=/nonexistent:"+filepath.Join(dir, "bin"))
	if _, err := reload(t, dir, environ).Allow(); err != nil {
		t.Fatal(err)
	}
	if err := reload(t, dir, environ).ConfirmCommands(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(program, []byte("two"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := reload(t, dir, environ).ConfirmCommands(); err == nil {
		t.Error("a program that changed is approved")
	}
}

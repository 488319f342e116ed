package pgtools

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Version{
		"pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)": {15, 18},
		"pg_restore (PostgreSQL) 16beta1":                     {16, 0},
		"pg_dump (PostgreSQL) 19devel":                        {19, 0},
		"pg_dump (PostgreSQL) 17rc1 (Homebrew)":               {17, 0},
		"18.1":                                                {18, 1},
		"16beta1":                                             {16, 0},
		"15.18 (Debian 15.18-0+deb12u1)":                      {15, 18},
		"14.9\n":                                              {14, 9},
		"pg_dump (EnterpriseDB) 15.4.1 (x)":                   {15, 4},
	} {
		got, err := ParseVersion(in)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "pg_dump", "pg_dump: command not found", "v15", "1234.5"} {
		if got, err := ParseVersion(in); err == nil {
			t.Errorf("%q: %v", in, got)
		}
	}
	if s := (Version{15, 18}).String(); s != "15.18" {
		t.Error(s)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	all := func(name string, wrapper bool, versions ...Version) (list []Tool) {
		for _, v := range versions {
			list = append(list, Tool{Name: name, Version: v, Wrapper: wrapper})
		}
		return list
	}
	found := slices.Concat(
		all("pg_dump", false, Version{17, 2}, Version{14, 10}, Version{15, 3}, Version{15, 18}),
		all("pg_dump", true, Version{17, 2}),
		all("pg_restore", false, Version{17, 2}, Version{14, 10}, Version{15, 18}),
		all("pg_restore", true, Version{17, 2}),
	)
	for server, want := range map[int]Version{10: {14, 10}, 14: {14, 10}, 15: {15, 18}, 16: {17, 2}, 17: {17, 2}, 18: {}} {
		got, ok := chooseDump(found, server)
		if got.Version != want || ok != (want != Version{}) || got.Wrapper {
			t.Errorf("dump of %d: %v, %v; want %v", server, got, ok, want)
		}
	}
	for _, tt := range []struct {
		server, minor int
		want          Version
	}{
		{15, 14, Version{15, 18}},
		{13, 14, Version{14, 10}},
		{16, 14, Version{15, 18}}, // 15 and 17 are as near
		{18, 14, Version{17, 2}},
		{14, 15, Version{17, 2}}, // 14 and 15 cannot read it
		{14, 16, Version{17, 2}},
		{14, 17, Version{}}, // nor can hectl
	} {
		got, ok := chooseRestore(found, tt.server, tt.minor)
		if got.Version != tt.want || ok != (tt.want != Version{}) || got.Wrapper {
			t.Errorf("restore of 1.%d into %d: %v, %v; want %v", tt.minor, tt.server, got, ok, tt.want)
		}
	}
	// An archive that none can read is made one that they can.
	old := all("pg_restore", false, Version{11, 2}, Version{13, 4}, Version{15, 18})
	for server, want := range map[int]Version{12: {13, 4}, 14: {13, 4}, 15: {15, 18}, 19: {15, 18}} {
		if got, ok := chooseRestore(old, server, 16); !ok || got.Version != want || got.Reads(16) || !got.Reads(14) {
			t.Errorf("restore of 1.16 into %d: %v, %v; want %v", server, got, ok, want)
		}
	}
	if got, ok := chooseRestore(old[:1], 15, 16); ok {
		t.Error(got)
	}
	if got, ok := chooseDump(all("pg_dump", true, Version{15, 1}), 15); !ok || !got.Wrapper {
		t.Error("a wrapper is better than nothing:", got, ok)
	}
}

func TestChooseErrors(t *testing.T) {
	t.Parallel()
	tools := &Tools{
		found:   []Tool{{Name: "pg_dump", Version: Version{14, 1}}, {Name: "pg_dump", Version: Version{15, 18}}},
		skipped: []Skipped{{"/opt/pg_dump", errors.New("exec format error")}},
		advice:  func(major int) string { return adviceFor("darwin", "", major) },
	}
	_, err := tools.Dump(Version{16, 2})
	if err == nil || err.Error() != "the server is PostgreSQL 16.2, which needs pg_dump 16 or newer; found: pg_dump 14.1, 15.18 (/opt/pg_dump does not run: exec format error)" {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{`run "brew install postgresql@16"`}, fault.Hints(err)); diff != "" {
		t.Error(diff)
	}
	_, err = tools.Restore(Version{14, 2}, 16)
	if err == nil || !strings.HasPrefix(err.Error(), "the dump has archive format 1.16, which needs pg_restore 17 or newer; found: no pg_restore at all") {
		t.Error(err)
	}
}

func TestInstallAdvice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ goos, release, want string }{
		{"darwin", "", "brew install postgresql@17"},
		{"linux", "ID=debian\n", "apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-client-17"},
		{"linux", "ID=debian\nVERSION_CODENAME=bookworm\n", "apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-client-17"},
		{"linux", "ID=debian\nVERSION_CODENAME=trixie\n", `run "sudo apt-get install postgresql-client-17"`},
		{"linux", "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=questing\n", `run "sudo apt-get install postgresql-client-17"`},
		{"linux", "ID=arch\n", "pacman -S postgresql-libs"},
		{"linux", "ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n", "zypper install postgresql17"},
		{"linux", "NAME=\"Pop!_OS\"\nID=pop\nID_LIKE=\"ubuntu debian\"\n", "apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-client-17"},
		{"linux", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install postgresql17"},
		{"linux", "ID=alpine\n", "apk add postgresql17-client"},
		{"linux", "ID=nixos\n", "postgresql_17"},
		{"linux", "ID=void\n", "--pg-bin"},
		{"freebsd", "", "--pg-bin"},
	} {
		got := adviceFor(tt.goos, tt.release, 17)
		if !strings.Contains(got, tt.want) || strings.Contains(got, "\n") {
			t.Errorf("%s %q: %s", tt.goos, tt.release, got)
		}
		if command, ok := strings.CutPrefix(got, "run \""); ok && fault.Command(got) != strings.TrimSuffix(command, `"`) {
			t.Errorf("nothing to paste: %s", got)
		}
	}
	// What the release has serves where an older one is asked for.
	if got, want := adviceFor("linux", "ID=debian\nVERSION_CODENAME=trixie\n", 16), `run "sudo apt-get install postgresql-client-17"`; got != want {
		t.Error(got)
	}
}

func TestFindTools(t *testing.T) {
	t.Parallel()
	tools, err := FindTools(t.Context(), "", os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pg_dump", "pg_restore"} {
		if !slices.ContainsFunc(tools.All(), func(t Tool) bool { return t.Name == name && t.Version.Major >= oldestMajor }) {
			t.Errorf("no %s among %+v; skipped %v", name, tools.All(), tools.Skipped())
		}
	}
}

func TestFindToolsInFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := FindTools(t.Context(), dir, os.LookupEnv)
	if fault.CodeOf(err) != fault.Usage || len(fault.Hints(err)) != 1 {
		t.Error(err)
	}

	// A link to the same file counts once; what does not run is reported.
	found, err := FindTools(t.Context(), "", os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	program := found.All()[0]
	if err := os.Symlink(program.Path, filepath.Join(dir, "pg_dump")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pg_restore"), []byte("not a program"), 0o700); err != nil {
		t.Fatal(err)
	}
	tools, err := FindTools(t.Context(), dir, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	if all := tools.All(); len(all) != 1 || all[0].Path != filepath.Join(dir, "pg_dump") || all[0].Version != program.Version {
		t.Errorf("%+v", all)
	}
	if skipped := tools.Skipped(); len(skipped) != 1 || filepath.Base(skipped[0].Path) != "pg_restore" {
		t.Errorf("%+v", skipped)
	}
	env := environ(map[string]string{"PATH": dir + ":.:relative:" + filepath.Dir(program.Path)})
	paths := toolPaths(toolDirs(t.Context(), env))
	if slices.Contains(paths, program.Path) || !slices.Contains(paths, filepath.Join(dir, "pg_dump")) {
		t.Errorf("the link and the file are the same program: %v", paths)
	}
}

func TestFindToolsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FindTools(ctx, "", os.LookupEnv); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestDefaultCompression(t *testing.T) {
	t.Parallel()
	if got := DefaultCompression(Tool{Version: Version{15, 0}}); got != "1" {
		t.Error(got)
	}
	if got := DefaultCompression(Tool{Version: Version{17, 0}, Zstd: true}); got != "zstd:3" {
		t.Error(got)
	}
}

func TestChildEnviron(t *testing.T) {
	for k, v := range map[string]string{"LC_ALL": "fr_FR.UTF-8", "LANGUAGE": "fr", "LC_MESSAGES": "fr_FR", "PGHOST": "evil", "PGSERVICE": "evil"} {
		t.Setenv(k, v)
	}
	c, err := resolveWith(Params{"password": "hunter2"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, kv := range childEnviron(c) {
		if strings.HasPrefix(kv, "LC_") || strings.HasPrefix(kv, "LANG") || strings.HasPrefix(kv, "PG") {
			got = append(got, kv)
		}
	}
	slices.Sort(got)
	got = slices.DeleteFunc(got, func(kv string) bool { return strings.HasPrefix(kv, "LANG=") })
	if diff := cmp.Diff([]string{"LC_CTYPE=fr_FR.UTF-8", "LC_MESSAGES=C", "PGAPPNAME=hectl", "PGPASSWORD=hunter2"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestChildGetsNoSecrets(t *testing.T) {
	for _, name := range []string{
		"AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "HECTL_SOURCE", "HECTL_NOTIFY", "HECTL_BUCKET", "DIAPER_DB_PASSWORD", "DIAPER_DB_HOST",
		"PG_PASSWORD", "PGPASSWORD", "RAILS_MASTER_KEY", "SECRET_KEY_BASE", "GITHUB_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS",
		"SLACK_WEBHOOK_URL", "SENTRY_DSN", "stripe_api_key", "MYSQL_PWD",
	} {
		t.Setenv(name, "hush")
	}
	t.Setenv("DATABASE_URL", "postgres://me:hush@db/app")
	t.Setenv("REDIS", "redis://:hush@cache")
	kept := []string{
		"PATH=/usr/bin:/bin", "HOME=/home/me", "TMPDIR=/tmp", "LANG=C.UTF-8", "SSL_CERT_FILE=/ca.pem", "KRB5CCNAME=/tmp/krb5cc_1", "KRB5_CONFIG=/krb5.conf",
		"LD_LIBRARY_PATH=/opt/pg/lib", "DYLD_LIBRARY_PATH=/opt/pg/lib", "TZ=UTC", "PWD=/work", "DOCKER_HOST=unix:///run/docker.sock", "KEYBOARD=de",
	}
	for _, kv := range kept {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
	env := childEnviron(Conn{})
	for _, kv := range env {
		if strings.Contains(kv, "hush") {
			t.Error(kv)
		}
	}
	for _, kv := range kept {
		if !slices.Contains(env, kv) {
			t.Errorf("%s is missing", kv)
		}
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	tail := newTail(nil)
	for _, s := range []string{"pg_dump: error: one", " half\npg_dump: ", "detail: two\r\n", strings.Repeat("x", tailSize-10), "\nlast"} {
		if n, err := tail.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatal(n, err)
		}
	}
	var e *ExitError
	if err := tail.failure(Tool{Name: "pg_dump"}, errors.New("odd")); !errors.As(err, &e) {
		t.Fatal(err)
	}
	if e.Message != "one half" || !strings.HasSuffix(e.Stderr, "xx\nlast") || len(e.Stderr) > tailSize {
		t.Errorf("message %q, stderr %d bytes", e.Message, len(e.Stderr))
	}
	if e.Error() != "pg_dump: odd: one half" {
		t.Error(e)
	}
}

func TestSettingValue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, want string }{
		{"work_mem", "64MB", "'64MB'"},
		{"my.setting", `it's \ odd`, ` E'it''s \\ odd'`},
		{"search_path", `"$user", public`, `'$user', 'public'`},
		{"search_path", `"a, ""b""",c`, `'a, "b"', 'c'`},
		{"search_path", `""`, `''`},
		{"temp_tablespaces", "", "''"},
	} {
		if got := settingValue(tt.name, tt.value); got != tt.want {
			t.Errorf("%s = %s: %s, want %s", tt.name, tt.value, got, tt.want)
		}
	}
}

func TestCreateDatabaseSQL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		like *Database
		want string
	}{
		{nil, `CREATE DATABASE "d" TEMPLATE template0 OWNER "o" ENCODING 'UTF8'`},
		{&Database{Collate: "C", Ctype: "C", Tablespace: "pg_default"}, `CREATE DATABASE "d" TEMPLATE template0 OWNER "o" LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'`},
		{&Database{Collate: "C", Ctype: "C", LocaleProvider: "builtin", Locale: "C.UTF-8", Tablespace: "fast"}, `CREATE DATABASE "d" TEMPLATE template0 OWNER "o" LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TABLESPACE "fast" ENCODING 'UTF8'`},
		{&Database{Collate: "C", Ctype: "C", LocaleProvider: "icu", Locale: "de", ICURules: "&a<b", Tablespace: "pg_default"}, `CREATE DATABASE "d" TEMPLATE template0 OWNER "o" LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'de' ICU_RULES '&a<b' ENCODING 'UTF8'`},
	} {
		if got := createDatabaseSQL(Version{17, 0}, "d", CreateOptions{Owner: "o", Encoding: "UTF8", Like: tt.like}); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

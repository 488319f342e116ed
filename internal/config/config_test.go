package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/internal/fault"
)

// load loads settings in a folder that holds files, with a set environment.
func load(t *testing.T, files map[string]string, environ ...string) *Sources {
	t.Helper()
	s, err := tryLoad(t, files, environ...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tryLoad(t *testing.T, files map[string]string, environ ...string) (*Sources, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	work := filepath.Join(dir, "app", "deep")
	if err := os.MkdirAll(work, 0o700); err != nil {
		t.Fatal(err)
	}
	return Load(work, environ)
}

func TestPrecedence(t *testing.T) {
	file := map[string]string{"app/hectl.yml": "bucket: s3://from-file/base/\nregion: eu-west-1\n"}
	for _, tt := range []struct {
		name    string
		files   map[string]string
		env     []string
		flags   Flags
		want    string
		origin  string
		region  string
		profile string
	}{
		{name: "default", want: DefaultBucket, origin: "default", region: "us-east-2"},
		{name: "file above", files: file, want: "s3://from-file/base", origin: "hectl.yml", region: "eu-west-1"},
		{name: "environment over file", files: file, env: []string{"HECTL_BUCKET=s3://from-env", "AWS_REGION=eu-north-1"},
			want: "s3://from-env", origin: "HECTL_BUCKET", region: "eu-north-1"},
		{name: "flag over all", files: file, env: []string{"HECTL_BUCKET=s3://from-env"}, flags: Flags{"bucket": "s3://from-flag/a/b", "region": "us-west-2"},
			want: "s3://from-flag/a/b", origin: "--bucket", region: "us-west-2"},
		{name: "an empty variable is not set", env: []string{"HECTL_BUCKET="}, want: DefaultBucket, origin: "default", region: "us-east-2"},
		{name: "the default bucket elsewhere has no known region", env: []string{"AWS_ENDPOINT_URL=http://127.0.0.1:9"},
			want: DefaultBucket, origin: "default"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := load(t, tt.files, tt.env...).Bucket(tt.flags)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != tt.want || b.Region != tt.region || !strings.HasSuffix(b.Origin, tt.origin) {
				t.Errorf("got %s in %q from %q; want %s in %q from %q", b, b.Region, b.Origin, tt.want, tt.region, tt.origin)
			}
		})
	}
}

func TestFileJobs(t *testing.T) {
	for _, tt := range []struct {
		files map[string]string
		env   []string
		flags Flags
		want  int
	}{
		{want: 16},
		{files: map[string]string{"app/hectl.yml": "jobs: 3\n"}, want: 3},
		{files: map[string]string{"app/hectl.yml": "jobs: 3\n"}, env: []string{"HECTL_JOBS=4"}, want: 4},
		{env: []string{"HECTL_JOBS=4"}, flags: Flags{"jobs": "5"}, want: 5},
	} {
		if got, err := load(t, tt.files, tt.env...).FileJobs(tt.flags); err != nil || got != tt.want {
			t.Errorf("%v %v %v: %d, %v", tt.files, tt.env, tt.flags, got, err)
		}
	}
}

func TestAttachmentsBucket(t *testing.T) {
	file := map[string]string{"app/hectl.yml": "bucket: s3://dumps\nattachments_bucket: s3://from-file\n"}
	for _, tt := range []struct {
		name   string
		files  map[string]string
		env    []string
		flags  Flags
		want   string
		region string
	}{
		{name: "default", env: []string{"HECTL_BUCKET=s3://dumps"}, want: DefaultAttachmentsBucket, region: "us-east-2"},
		{name: "file", files: file, want: "s3://from-file"},
		{name: "environment", files: file, env: []string{"HECTL_ATTACHMENTS_BUCKET=s3://from-env/copy"}, want: "s3://from-env/copy"},
		{name: "flag", files: file, env: []string{"HECTL_ATTACHMENTS_BUCKET=s3://from-env"}, flags: Flags{"attachments-bucket": "s3://from-flag"}, want: "s3://from-flag"},
	} {
		b, err := load(t, tt.files, tt.env...).AttachmentsBucket(tt.flags)
		if err != nil || b.String() != tt.want || b.Region != tt.region {
			t.Errorf("%s: got %s in %q, %v; want %s in %q", tt.name, b, b.Region, err, tt.want, tt.region)
		}
	}
}

func TestProfileOfTheFileGivesWayToTheEnvironment(t *testing.T) {
	file := map[string]string{"app/hectl.yml": "profile: team\n"}
	for _, tt := range []struct {
		env   []string
		flags Flags
		want  string
	}{
		{nil, nil, "team"},
		{[]string{"AWS_PROFILE=mine"}, nil, ""},
		{[]string{"AWS_ACCESS_KEY_ID=AKIA"}, nil, ""},
		{[]string{"AWS_PROFILE=mine"}, Flags{"profile": "flag"}, "flag"},
	} {
		b, err := load(t, file, tt.env...).Bucket(tt.flags)
		if err != nil {
			t.Fatal(err)
		}
		if b.Profile != tt.want {
			t.Errorf("%v %v: profile %q, want %q", tt.env, tt.flags, b.Profile, tt.want)
		}
	}
}

func TestBadSettings(t *testing.T) {
	for _, tt := range []struct {
		name  string
		file  string
		env   []string
		flags Flags
		use   func(*Sources, Flags) error
		want  []string // in the error
	}{
		{name: "unknown key", file: "bucket: s3://abc\nbuckte: x\n", want: []string{"hectl.yml", "[2:1]", "buckte"}},
		{name: "wrong type", file: "jobs: many\n", want: []string{"hectl.yml", "[1:7]"}},
		{name: "half a job", file: "bucket: s3://abc\njobs: 2.5\n", want: []string{"hectl.yml", "[2:7]", "whole number"}},
		{name: "jobs in words", file: "jobs: '4 of them'\n", want: []string{"hectl.yml", "[1:7]"}},
		{name: "jobs out of all bounds", file: "jobs: 99999999999999999999\n", want: []string{"hectl.yml", "[1:7]"}},
		{name: "two documents", file: "bucket: s3://abc\n---\nbucket: s3://def\n", want: []string{"hectl.yml", "more than one document"}},
		{name: "two documents, one broken", file: "bucket: s3://abc\n---\n'\n", want: []string{"hectl.yml"}},
		{name: "no scheme", env: []string{"HECTL_BUCKET=abc"}, use: bucket, want: []string{`"abc"`, "HECTL_BUCKET", "s3://NAME"}},
		{name: "no name", flags: Flags{"bucket": "s3:///x"}, use: bucket, want: []string{"--bucket"}},
		{name: "endpoint", flags: Flags{"endpoint-url": "localhost:9000"}, use: bucket, want: []string{"localhost:9000", "http://"}},
		{name: "path style", flags: Flags{"path-style": "maybe"}, use: bucket, want: []string{"maybe"}},
		{name: "label", env: []string{"HECTL_ENV=a/b"}, use: func(s *Sources, f Flags) error { _, err := s.Label(f); return err }, want: []string{`"a/b"`, "HECTL_ENV"}},
		{name: "jobs", flags: Flags{"jobs": "0"}, use: func(s *Sources, f Flags) error { _, err := s.Jobs(f); return err }, want: []string{`"0"`, "--jobs"}},
		{name: "no source", use: func(s *Sources, f Flags) error { _, err := s.Source(f); return err }, want: []string{"no source"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{}
			if tt.file != "" {
				files["hectl.yml"] = tt.file
			}
			s, err := tryLoad(t, files, tt.env...)
			if err == nil && tt.use != nil {
				err = tt.use(s, tt.flags)
			}
			if fault.CodeOf(err) != fault.Usage {
				t.Fatalf("code %d of %v", fault.CodeOf(err), err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
}

func bucket(s *Sources, f Flags) error { _, err := s.Bucket(f); return err }

func TestOrigins(t *testing.T) {
	files := map[string]string{"app/deep/.env": "PG_HOST=db\nPG_USERNAME=me\nPG_PASSWORD=hush\n"}
	for _, tt := range []struct {
		name string
		env  []string
		said map[string]string
		want []string
	}{
		{"the application's file", nil, nil, []string{"default", "PG_HOST in .env", "PG_USERNAME in .env", "PG_PASSWORD in .env"}},
		{"a variable goes before the file", []string{"PG_HOST=other"}, nil, []string{"default", "PG_HOST", "PG_USERNAME in .env", "PG_PASSWORD in .env"}},
		{"libpq's", []string{"PGDATABASE=x"}, nil, []string{"PGDATABASE", "PG_HOST in .env", "PG_USERNAME in .env", "PG_PASSWORD in .env"}},
		{"a user of its own", []string{"HECTL_TARGET=user=you"}, map[string]string{"user": "you"}, []string{"HECTL_TARGET", "PG_HOST in .env", "PG_PASSWORD in .env"}},
		{"a host of its own", []string{"HECTL_TARGET=host=here"}, map[string]string{"host": "here"}, []string{"HECTL_TARGET"}},
	} {
		d, err := load(t, files, tt.env...).Target(nil)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := d.Origins(tt.said); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTarget(t *testing.T) {
	dotenv := map[string]string{"app/deep/.env": "PG_HOST=db\nPG_USERNAME=rails\nPG_PASSWORD=hush\nDIAPER_DB_HOST=prod\nSECRET_KEY_BASE=x\n"}
	for _, tt := range []struct {
		name  string
		files map[string]string
		env   []string
		flags Flags
		said  map[string]string // what the target's text says, parsed
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

func TestEmptyFlagIsRefused(t *testing.T) {
	for name, use := range map[string]func(*Sources, Flags) error{
		"bucket": bucket,
		"label":  func(s *Sources, f Flags) error { _, err := s.Label(f); return err },
		"jobs":   func(s *Sources, f Flags) error { _, err := s.Jobs(f); return err },
		"source": func(s *Sources, f Flags) error { _, err := s.Source(f); return err },
		"target": func(s *Sources, f Flags) error { _, err := s.Target(f); return err },
	} {
		for _, flag := range []string{"bucket", "endpoint-url", "env", "jobs", "path-style", "pg-bin", "profile", "region", "source", "target"} {
			for _, empty := range []string{"", " "} {
				t.Run(name+" "+flag+empty, func(t *testing.T) {
					s := load(t, map[string]string{"hectl.yml": "target: other\n"}, "HECTL_SOURCE=a", "DIAPER_DB_HOST=h")
					err := use(s, Flags{flag: empty})
					if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), "--"+flag+" is empty") {
						t.Errorf("got %v", err)
					}
				})
			}
		}
	}
}

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

func TestFileThatIsTolerated(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"mark at the start", "\ufeffjobs: 3\n"},
		{"marked document", "---\njobs: 3\n"},
		{"marked end", "jobs: 3\n...\n"},
		{"anchor", "jobs: &n 3\n"},
		{"comments", "# before\n---\njobs: 3 # three\n# after\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, err := load(t, map[string]string{"hectl.yml": tt.text}).Jobs(nil)
			if err != nil || n != 3 {
				t.Errorf("got %d, %v", n, err)
			}
		})
	}
	for _, text := range []string{"", "# nothing\n", "---\n", "\ufeff", "jobs:\n"} {
		if _, err := load(t, map[string]string{"hectl.yml": text}).Jobs(nil); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestFolderOfToolsIsRelativeToTheFile(t *testing.T) {
	for _, tt := range []struct {
		text  string
		env   []string
		flags Flags
		want  string // relative to the file's folder, unless given
		given bool
	}{
		{text: "pg_bin: vendor/pg/bin", want: "vendor/pg/bin"},
		{text: "pg_bin: ../bin", want: "../bin"},
		{text: "pg_bin: /opt/pg/bin", want: "/opt/pg/bin"},
		{text: "pg_bin: x", env: []string{"HECTL_PG_BIN=here"}, want: "here", given: true},
		{text: "pg_bin: x", flags: Flags{"pg-bin": "here"}, want: "here", given: true},
	} {
		s := load(t, map[string]string{"app/hectl.yml": tt.text}, tt.env...)
		want := tt.want
		if !tt.given && !filepath.IsAbs(want) {
			want = filepath.Join(filepath.Dir(s.path), want)
		}
		if got := s.PGBin(tt.flags).Text; got != want {
			t.Errorf("%s: got %s, want %s", tt.text, got, want)
		}
	}
}

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

// load loads the settings of a folder with files and an environment.
func load(t *testing.T, files map[string]string, environ ...string) *Sources {
	t.Helper()
	s, err := tryLoad(t, files, environ...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// createFiles creates a folder with files.
func createFiles(t *testing.T, files map[string]string) (dir string) {
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
	return dir
}

func tryLoad(t *testing.T, files map[string]string, environ ...string) (*Sources, error) {
	t.Helper()
	dir := createFiles(t, files)
	work := filepath.Join(dir, "app", "deep")
	if err := os.MkdirAll(work, 0o700); err != nil {
		t.Fatal(err)
	}
	return Load(work, environ)
}

func TestBadSettings(t *testing.T) {
	for _, tt := range []struct {
		name  string
		file  string
		env   []string
		flags Flags
		use   func(*Sources, Flags) error
		want  []string // parts of the error
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
		want  string // relative to the file's folder, unless given or absolute
		given bool   // set by a flag or a variable
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

package command

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rubyforgood/hectl/dump/catalog"
	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/config"
)

// A cached listing is valid for a minute, and only for the same user.
func TestCache(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hectl", "dumps.json")
	dumps := []catalog.Dump{{Key: "backups/x.rds.dump", Size: 7}}
	writeCache("", dumps) // without a cache folder, nothing is kept
	writeCache(path, dumps)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	for age, want := range map[time.Duration]bool{0: true, knownFor: true, knownFor + time.Second: false, -knownFor - time.Second: false} {
		got, ok := readCache(path, info.ModTime().Add(age))
		if ok != want || ok && !cmp.Equal(got, dumps) {
			t.Errorf("%s old: %v, %t", age, got, ok)
		}
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok := readCache(path, time.Now()); ok {
		t.Error("a broken file is used")
	}
	if _, ok := readCache(path+".missing", time.Now()); ok {
		t.Error("a missing file is used")
	}
}

// Each bucket has its own file for each set of credentials.
func TestCacheFile(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	seen := map[string]string{}
	for name, path := range map[string]string{
		"a bucket":        cacheFile(config.Bucket{Name: "a"}, config.Environment(nil)),
		"another bucket":  cacheFile(config.Bucket{Name: "b"}, config.Environment(nil)),
		"a folder":        cacheFile(config.Bucket{Name: "a", Base: "x"}, config.Environment(nil)),
		"another store":   cacheFile(config.Bucket{Name: "a", EndpointURL: "https://x"}, config.Environment(nil)),
		"another profile": cacheFile(config.Bucket{Name: "a"}, config.Environment([]string{"AWS_PROFILE=x"})),
		"another key":     cacheFile(config.Bucket{Name: "a", Keys: config.Keys{AccessKeyID: "x"}}, config.Environment(nil)),
	} {
		if other, taken := seen[path]; taken || path == "" {
			t.Errorf("%s: %q is also that of %s", name, path, other)
		}
		seen[path] = name
	}
}

// Completing a path needs only files, and a second operand has no candidates, so hectl
// contacts no bucket.
func TestCompleteDumpWithoutABucket(t *testing.T) {
	t.Parallel()
	complete := CompleteDump(nil, commandline.Candidate{Word: "latest"}, commandline.Candidate{Word: commandline.CompleteFiles})
	for _, tt := range []struct {
		line commandline.Line
		want []commandline.Candidate
	}{
		{commandline.Line{Word: "./x"}, []commandline.Candidate{{Word: commandline.CompleteFiles}}},
		{commandline.Line{Word: "~"}, []commandline.Candidate{{Word: commandline.CompleteFiles}}},
		{commandline.Line{Operands: []string{"x"}}, nil},
	} {
		got, err := complete(t.Context(), tt.line)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%+v: %s, %v", tt.line, diff, err)
		}
	}
}

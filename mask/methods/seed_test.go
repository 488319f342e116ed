package methods

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

// hashOf returns a hash that differs between seeds.
func hashOf(t *testing.T, s Seed) string {
	t.Helper()
	m, err := New(specOf("hash"), s, column("text"))
	if err != nil {
		t.Fatal(err)
	}
	return apply(t, m, "x")
}

func TestOpenSeed(t *testing.T) {
	home := t.TempDir()
	first, created, err := OpenSeed("file:~/.config/hectl/seed", home)
	path := filepath.Join(home, ".config", "hectl", "seed")
	if err != nil || created != path {
		t.Fatalf("%q, %v", created, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 65 {
		t.Errorf("%v, %v", info, err)
	}
	second, created, err := OpenSeed("file:"+path, "")
	if err != nil || created != "" || hashOf(t, second) != hashOf(t, first) {
		t.Errorf("another seed of the same file: %q, %v", created, err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}

	random, created, err := OpenSeed("", home)
	if err != nil || created != "" || hashOf(t, random) == hashOf(t, first) || hashOf(t, random) == hashOf(t, RandomSeed()) {
		t.Errorf("not random: %q, %v", created, err)
	}
	if a, b := fmt.Sprintf("%v %+v %#v", first, first, first), fmt.Sprintf("%v %+v %#v", random, random, random); a != b {
		t.Errorf("seeds show: %s, %s", a, b)
	}
}

// Different seeds have different fingerprints, which do not contain the seed.
func TestFingerprint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seed")
	if got, err := FingerprintOf("file:"+path, ""); got != "" || err != nil {
		t.Errorf("without a file: %q, %v", got, err)
	}
	if got, err := FingerprintOf("", ""); got != "" || err != nil {
		t.Errorf("of a random seed: %q, %v", got, err)
	}
	seed, _, err := OpenSeed("file:"+path, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := FingerprintOf("file:"+path, "")
	if err != nil || got != seed.Fingerprint() || len(got) != 32 || got == RandomSeed().Fingerprint() {
		t.Errorf("%q, %v; the seed has %q", got, err, seed.Fingerprint())
	}
	secret, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(secret), got) {
		t.Errorf("the fingerprint is in the file, %v", err)
	}
}

func TestOpenSeedRefuses(t *testing.T) {
	home := t.TempDir()
	for name, content := range map[string]string{"short": "0123456789\n", "empty": "", "open": strings.Repeat("s", 40), "huge": strings.Repeat("s", 70_000)} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(home, "open"), 0o640); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ setting, want, hint string }{
		{"random", "seed: not of the form file:PATH", `write "file:PATH", or omit it for a new seed each time`},
		{"file:", "seed: not of the form file:PATH", `write "file:PATH", or omit it for a new seed each time`},
		{"file:~/short", "seed HOME/short: has only 10 bytes; with fewer than 16, it can be guessed", "remove it and run hectl again, which creates a new one"},
		{"file:~/empty", "seed HOME/empty: has only 0 bytes; with fewer than 16, it can be guessed", "remove it and run hectl again, which creates a new one"},
		{"file:~/open", "seed HOME/open: others can read or write it (mode 0640)", "chmod 600 HOME/open"},
		{"file:~/huge", "seed HOME/huge: is larger than 65536 bytes", ""},
		{"file:~/", "seed HOME: not a file", ""},
		{"file:~/short/seed", "seed HOME/short/seed: not a directory", ""},
	} {
		_, created, err := OpenSeed(tt.setting, home)
		if got := strings.ReplaceAll(fmt.Sprint(err), home, "HOME"); err == nil || got != tt.want || created != "" || fault.CodeOf(err) != fault.Usage {
			t.Errorf("%s: %s (%d), want %s", tt.setting, got, fault.CodeOf(err), tt.want)
		}
		if got := strings.ReplaceAll(strings.Join(fault.Hints(err), "; "), home, "HOME"); got != tt.hint {
			t.Errorf("%s: hint %s", tt.setting, got)
		}
	}
	if _, _, err := OpenSeed("file:~/x", ""); err == nil {
		t.Error("took ~ without a home")
	}
}

// Runs that create the file at the same time all get the same seed.
func TestOpenSeedAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seed")
	var wg sync.WaitGroup
	seeds, made := make([]Seed, 8), make([]string, 8)
	for i := range seeds {
		wg.Go(func() {
			var err error
			if seeds[i], made[i], err = OpenSeed("file:"+path, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	for _, s := range seeds {
		if hashOf(t, s) != hashOf(t, seeds[0]) {
			t.Error("two seeds")
		}
	}
	if all := strings.Join(made, ""); all != path {
		t.Errorf("made by: %q", made)
	}
}

package command

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rubyforgood/hectl/internal/commandline"
	"github.com/rubyforgood/hectl/internal/config"
)

// Settings that name files or other machines need approval. Invalid rules name none; the
// command that uses them reports the error.
func TestSettingsOfARun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, yml string
		claims    []string // keys of the claims
		asked     bool
	}{
		{"no rules", "target: app_dev\n", nil, false},
		{"SQL and a seed", "mask: {seed: file:seed.txt, after: [more.sql]}\n", []string{"mask.after", "mask.seed"}, true},
		{"rules with a mistake", "mask: {seed: file:seed.txt, after: [more.sql], tables: {users: {name: nonsense}}}\n", nil, false},
		{"a target on another machine", "target: postgres://db.example.com/app\n", []string{"target"}, true},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, config.FileName), []byte(tt.yml), 0o600); err != nil {
			t.Fatal(err)
		}
		asked := false
		env := &Env{Dir: dir, Environ: []string{"XDG_CONFIG_HOME=" + t.TempDir()}, approve: func(string, []config.Claim, bool) bool { asked = true; return true }}
		settings, err := env.Settings()
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		claims := map[string]bool{}
		for _, c := range settings.Claims() {
			claims[c.Key] = true
		}
		for _, key := range tt.claims {
			if !claims[key] {
				t.Errorf("%s: no claim for %s in %v", tt.name, key, claims)
			}
		}
		if len(claims) != len(tt.claims) {
			t.Errorf("%s: %v", tt.name, claims)
		}
		for _, key := range tt.claims {
			if err := settings.Confirm(filepath.Join(dir, config.FileName), key); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		if asked != tt.asked {
			t.Errorf("%s: asked %t", tt.name, asked)
		}
	}
}

func TestSettingsOfABrokenFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, config.FileName), []byte("target: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Env{Dir: dir}).Settings(); err == nil {
		t.Error("a broken hectl.yml was accepted")
	}
}

// Every command has the completer of --log-format.
func TestCompleteArgs(t *testing.T) {
	t.Parallel()
	env := &Env{}
	env.CompleteArgs("one", commandline.OneOf("a"))
	env.CompleteArgs("two", commandline.OneOf("b"))
	if all := env.Completers(); len(all) != 3 || all["one"] == nil || all["two"] == nil || all["--log-format"] == nil {
		t.Errorf("%v", all)
	}
}

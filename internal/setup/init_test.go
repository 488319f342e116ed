package setup

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

// In a folder where every user can create files, "hectl init --force" follows no link.
func TestInitFollowsNoTrap(t *testing.T) {
	dir := t.TempDir()
	precious, shared := filepath.Join(dir, "precious"), filepath.Join(dir, "shared")
	path := filepath.Join(shared, "hectl.yml")
	err := errors.Join(os.WriteFile(precious, []byte("precious"), 0o600), os.Mkdir(shared, 0o700), os.Symlink(precious, path), os.Chmod(shared, 0o777))
	if err != nil {
		t.Fatal(err)
	}
	for _, force := range []bool{false, true} {
		if err := write(path, []byte("target: x"), force); fault.CodeOf(err) != fault.Usage {
			t.Errorf("force %t: %v", force, err)
		}
	}
	if text, err := os.ReadFile(precious); err != nil || string(text) != "precious" {
		t.Errorf("%q, %v", text, err)
	}
	if err := errors.Join(os.Chmod(shared, 0o700), write(path, []byte("target: x"), true)); err != nil {
		t.Error("a link of one's own:", err)
	}
}

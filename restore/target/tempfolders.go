package target

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/pgtools"
)

// TempFolder begins the names of the folders of runs that work on target. While
// one of them holds its lock, no other one has any.
func TempFolder(target pgtools.Conn) string { return "hectl-" + target.Fingerprint()[:16] + "-" }

// Folders are what runs of this user that were killed have left. The lock is held.
// Others may have made something of such a name where all may make files.
func (t *Target) Folders() ([]string, error) {
	found, err := filepath.Glob(files.QuoteGlob(filepath.Join(os.TempDir(), TempFolder(t.Conn))) + "*")
	return slices.DeleteFunc(found, func(path string) bool { return !files.IsOwnFolder(path) }), err
}

// removeFolders removes what runs that were killed have left. The lock is held.
func (t *Target) removeFolders() {
	found, err := t.Folders()
	if err != nil {
		return // the pattern is well-formed
	}
	for _, dir := range found {
		t.Out.Say("removing %s, left by an earlier run", dir)
		if err := os.RemoveAll(dir); err != nil {
			t.Out.Warn("%s stays: %v", dir, err) // it is in nobody's way
		}
	}
}

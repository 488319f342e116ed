package target

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/pgtools"
)

// TempFolder returns the prefix of the names of temp folders for target. While a run
// holds the lock, no other run uses such a folder.
func TempFolder(target pgtools.Conn) string { return "hectl-" + target.Fingerprint()[:16] + "-" }

// Folders returns the temp folders that killed runs of this user left behind. The caller
// holds the lock. In a shared folder, other users may have created folders with such names.
func (t *Target) Folders() ([]string, error) {
	found, err := filepath.Glob(files.QuoteGlob(filepath.Join(os.TempDir(), TempFolder(t.Conn))) + "*")
	return slices.DeleteFunc(found, func(path string) bool { return !files.IsOwnFolder(path) }), err
}

// removeFolders removes the temp folders that killed runs left behind. The caller holds
// the lock.
func (t *Target) removeFolders() {
	found, err := t.Folders()
	if err != nil {
		return // the pattern is well-formed
	}
	for _, dir := range found {
		t.Out.Say("removing %s, left by an earlier run", dir)
		if err := os.RemoveAll(dir); err != nil {
			t.Out.Warn("%s was not removed: %v", dir, err) // the folder is harmless
		}
	}
}

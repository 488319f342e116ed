package restore

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/rubyforgood/hectl/internal/files"
	"github.com/rubyforgood/hectl/pgtools"
)

// writeHead writes the head of an archive to a file in a folder of its own: to
// pg_restore, an archive without data. It holds the schema, no rows.
func writeHead(folder string, head []byte) (path string, remove func(), err error) {
	dir, err := os.MkdirTemp("", folder)
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	remove = func() { _ = os.RemoveAll(dir) } // if it stays, the next run removes it
	path = filepath.Join(dir, "head.dump")
	if err := os.WriteFile(path, head, 0o600); err != nil {
		remove()
		return "", nil, fmt.Errorf("write the archive's head: %w", err)
	}
	return path, remove, nil
}

// tempFolder begins the names of the folders of runs that work on target. While
// one of them holds its lock, no other one has any.
func tempFolder(target pgtools.Conn) string { return "hectl-" + target.Fingerprint()[:16] + "-" }

// folders are what runs of this user that were killed have left. The lock is held.
// Others may have made something of such a name where all may make files.
func (r *run) folders() ([]string, error) {
	found, err := filepath.Glob(globQuote(filepath.Join(os.TempDir(), tempFolder(r.target))) + "*")
	return slices.DeleteFunc(found, func(path string) bool { return !files.IsOwnFolder(path) }), err
}

// removeFolders removes what runs that were killed have left. The lock is held.
func (r *run) removeFolders() {
	found, err := r.folders()
	if err != nil {
		return // the pattern is well-formed
	}
	for _, dir := range found {
		r.out.Say("removing %s, left by an earlier run", dir)
		if err := os.RemoveAll(dir); err != nil {
			r.out.Warn("%s stays: %v", dir, err) // it is in nobody's way
		}
	}
}

package target

import (
	"os"
	"path/filepath"
	"testing"
)

// Only folders of this user and this target are found.
func TestFolders(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "with [brackets]*")
	t.Setenv("TMPDIR", dir)
	s := &Target{Conn: conn(t, "postgres://me@localhost/dev")}
	mine, others := TempFolder(s.Conn)+"1", TempFolder(s.Conn.WithDatabase("other"))+"1"
	for _, name := range []string{mine, others, "hectl-1"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	file, link := TempFolder(s.Conn)+"file", TempFolder(s.Conn)+"link"
	if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(dir, link)); err != nil {
		t.Fatal(err)
	}
	found, err := s.Folders()
	if err != nil || len(found) != 1 || filepath.Base(found[0]) != mine {
		t.Errorf("found %q, %v", found, err)
	}
}

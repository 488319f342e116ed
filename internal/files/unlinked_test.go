package files_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rubyforgood/hectl/internal/files"
)

func TestUnlinked(t *testing.T) {
	dir := t.TempDir()
	f, err := files.Unlinked(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the folder has %v, %v", left, err)
	}
	info, err := f.Stat()
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := f.WriteString("text"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(f); string(got) != "text" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := files.Unlinked(filepath.Join(dir, "missing")); err == nil {
		t.Error("no error without a folder")
	}
}

package attachments

import (
	"os"
	"path/filepath"
	"testing"
)

func TestHas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := make([]byte, 16)
	right := md5Of("mgNkuembtIDdJeHwKEyFVQ==") // MD5 of "content"
	for _, tt := range []struct {
		name       string
		b          blob
		has, whole bool
	}{
		{"the file", blob{path: "file", Size: 7, MD5: right}, true, true},
		{"of another size", blob{path: "file", Size: 8, MD5: right}, false, false},
		{"with other content", blob{path: "file", Size: 7, MD5: other}, true, false},
		{"without a checksum", blob{path: "file", Size: 7}, true, true},
		{"missing", blob{path: "missing", Size: 7}, false, false},
		{"in a folder that is a file", blob{path: "file/x", Size: 7}, false, false},
	} {
		if got, err := f.has(tt.b); got != tt.has || err != nil && tt.b.path != "file/x" {
			t.Errorf("%s: %t, %v", tt.name, got, err)
		}
		if got, err := f.hasWhole(t.Context(), tt.b); got != tt.whole || err != nil && tt.b.path != "file/x" {
			t.Errorf("%s, whole: %t, %v", tt.name, got, err)
		}
	}
}

// Partial files of wanted blobs are kept, because the next fetch resumes them.
func TestClean(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.clean(nil); err != nil {
		t.Errorf("without partial files: %v", err)
	}
	wanted, old := blob{Key: "wanted"}, blob{Key: "old"}
	aside := filepath.Join(dir, asideName)
	if err := os.Mkdir(aside, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{partialPath(wanted), partialPath(old), filepath.Join(asideName, "mine")} {
		if err := os.WriteFile(filepath.Join(dir, path), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.clean([]blob{wanted}); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(aside)
	if err != nil || len(left) != 2 {
		t.Errorf("left %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(dir, partialPath(old))); !os.IsNotExist(err) {
		t.Errorf("the old one: %v", err)
	}
}

package files_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rubyforgood/hectl/internal/files"
)

func TestQuoteGlob(t *testing.T) {
	for _, name := range []string{"plain", "a*b", "a?b", "[ab]", `a\b`} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		for _, file := range []string{path, filepath.Join(dir, "axb"), filepath.Join(dir, "a"), filepath.Join(dir, "ab")} {
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		found, err := filepath.Glob(files.QuoteGlob(path))
		if err != nil || !slices.Equal(found, []string{path}) {
			t.Errorf("%s: found %q, %v", name, found, err)
		}
	}
}

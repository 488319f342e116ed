package restore

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestTargetPath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		file, want string
		code       fault.Code
	}{
		{"", "x.rds.dump", 0},
		{".", "x.rds.dump", 0},
		{dir, filepath.Join(dir, "x.rds.dump"), 0},
		{"y", "y", 0},
		{"file", "file", 0},
		{"no/y", "", fault.Usage},
		{"no/", "", fault.Usage},
		{"file/y", "", fault.Usage},
	} {
		got, err := targetPath(tt.file, "backups/x.rds.dump")
		if got != tt.want || fault.CodeOf(err) != tt.code {
			t.Errorf("%q: %q, %v", tt.file, got, err)
		}
	}
}

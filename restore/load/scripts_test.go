package load

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestReadScripts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, sql string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(sql), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, psql := write("good.sql", "UPDATE users SET name = 'x';\n"), write("psql.sql", "SELECT 1;\n\\i other.sql\n")
	missing := filepath.Join(dir, "missing.sql")

	got, err := ReadScripts("scrub", "hectl.yml", []string{good})
	if err != nil || got.Key != "scrub" || len(got.Files) != 1 || got.Files[0].Path != good || !strings.HasPrefix(got.Files[0].SQL, "UPDATE") {
		t.Errorf("%v, %v", got, err)
	}
	_, err = ReadScripts("scrub", "hectl.yml", []string{missing, good, psql})
	if fault.CodeOf(err) != fault.Usage {
		t.Fatal(err)
	}
	for _, want := range []string{"scrub in hectl.yml: ", missing, psql + ":2: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not contain %q", err, want)
		}
	}
}

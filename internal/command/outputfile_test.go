package command

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
	"github.com/rubyforgood/hectl/internal/files"
)

func TestOutputFileIsAFile(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"link": "file", "device": "/dev/null", "nowhere": "nothing"} {
		if err := os.Symlink(to, in(link)); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		in("file"):         in("file"),
		in("new"):          in("new"),
		in("link"):         in("file"),
		in("no/such/file"): in("no/such/file"),
		in("device"):       "",
		in("nowhere"):      "",
		dir:                "",
		"/dev/null":        "",
		"-":                "",
		"":                 "",
	} {
		got, err := OutputFile("metrics", path, "a hint")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
}

// In a folder where everyone can create files, a link may be a trap: its target must not
// be replaced.
func TestOutputFileFollowsNoTrap(t *testing.T) {
	dir := t.TempDir()
	precious, shared := filepath.Join(dir, "precious"), filepath.Join(dir, "shared")
	err := errors.Join(os.WriteFile(precious, []byte("precious"), 0o600), os.Mkdir(shared, 0o700), os.Chmod(shared, 0o777),
		os.Symlink(precious, filepath.Join(shared, "hectl.prom")))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OutputFile("metrics", filepath.Join(shared, "hectl.prom"), "a hint"); fault.CodeOf(err) != fault.Usage || len(fault.Hints(err)) == 0 {
		t.Errorf("%q, %v", got, err)
	}
	// A link that was made after the flags were read is replaced, not followed.
	if err := files.Replace(filepath.Join(shared, "hectl.prom"), []byte("x"), 0o644); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(precious); err != nil || string(text) != "precious" {
		t.Errorf("%q, %v", text, err)
	}
}

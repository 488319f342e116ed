package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestProjectVariables(t *testing.T) {
	dir := t.TempDir()
	err := errors.Join(
		os.WriteFile(filepath.Join(dir, ".env.local"), []byte("A=local\nexport B='${A}'\n"), 0o600),
		os.WriteFile(filepath.Join(dir, ".env"), []byte("A=base\nC=\"${A}/${D}\"\nD=other\nE=$(id)\nF=\n"), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	got := Environment([]string{"D=d"}).ProjectVariables(dir)
	for name, want := range map[string]Value{
		"A": {"local", "A in .env.local"},
		"B": {"${A}", "B in .env.local"},
		"C": {"local/d", "C in .env"},
		"D": {"d", "D in the environment"},
		"E": {},
		"F": {"", "F in .env"},
	} {
		if got[name] != want {
			t.Errorf("%s: %v, want %v", name, got[name], want)
		}
	}
	if only := Environment(nil).ProjectVariables(dir, ".env"); only["A"].Text != "base" || only["B"].Origin != "" {
		t.Errorf("of .env alone: %v", only)
	}
}

package pgtools

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rubyforgood/hectl/internal/fault"
)

func TestFindTools(t *testing.T) {
	t.Parallel()
	tools, err := FindTools(t.Context(), "", os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pg_dump", "pg_restore"} {
		if !slices.ContainsFunc(tools.All(), func(t Tool) bool { return t.Name == name && t.Version.Major >= oldestMajor }) {
			t.Errorf("no %s among %+v; skipped %v", name, tools.All(), tools.Skipped())
		}
	}
}

func TestFindToolsInFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := FindTools(t.Context(), dir, os.LookupEnv)
	if fault.CodeOf(err) != fault.Usage || len(fault.Hints(err)) != 1 {
		t.Error(err)
	}

	// Links to one file are one tool. A program that does not run is reported.
	found, err := FindTools(t.Context(), "", os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	program := found.All()[0]
	if err := os.Symlink(program.Path, filepath.Join(dir, "pg_dump")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pg_restore"), []byte("not a program"), 0o700); err != nil {
		t.Fatal(err)
	}
	tools, err := FindTools(t.Context(), dir, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	if all := tools.All(); len(all) != 1 || all[0].Path != filepath.Join(dir, "pg_dump") || all[0].Version != program.Version {
		t.Errorf("%+v", all)
	}
	if skipped := tools.Skipped(); len(skipped) != 1 || filepath.Base(skipped[0].Path) != "pg_restore" {
		t.Errorf("%+v", skipped)
	}
	env := environ(map[string]string{"PATH": dir + ":.:relative:" + filepath.Dir(program.Path)})
	paths := toolPaths(toolDirs(t.Context(), env))
	if slices.Contains(paths, program.Path) || !slices.Contains(paths, filepath.Join(dir, "pg_dump")) {
		t.Errorf("the link and the file are the same program: %v", paths)
	}
}

func TestFindToolsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FindTools(ctx, "", os.LookupEnv); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

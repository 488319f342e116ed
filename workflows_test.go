package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestActionsArePinned checks that workflows pin actions to a commit, which cannot be
// moved like a tag, and name the tag beside it.
func TestActionsArePinned(t *testing.T) {
	t.Parallel()
	pinned := regexp.MustCompile(`^\s*(- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+(;.*)?$`)
	files, err := filepath.Glob(".github/workflows/*.y*ml")
	if err != nil {
		t.Fatal(err)
	}
	uses := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\n")
			if !strings.Contains(line, "uses:") {
				continue
			}
			uses++
			if !pinned.MatchString(line) {
				t.Errorf("%s: %q has no commit of 40 digits with its tag as a comment", file, line)
			}
		}
	}
	if uses < 10 {
		t.Errorf("found only %d actions in %v", uses, files)
	}
}

// TestReleasesUseTheToolchain checks that releases are built with the toolchain of go.mod.
func TestReleasesUseTheToolchain(t *testing.T) {
	t.Parallel()
	find := func(file, pattern string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(pattern).FindStringSubmatch(string(text))
		if found == nil {
			t.Fatalf("%s has no %s", file, pattern)
		}
		return found[1]
	}
	want := find("go.mod", `(?m)^toolchain (go1\.\d+\.\d+)$`)
	if got := find(".goreleaser.yml", `(?m)^  - GOTOOLCHAIN=(.*)$`); got != want {
		t.Errorf(".goreleaser.yml builds with %s, go.mod has %s", got, want)
	}
}

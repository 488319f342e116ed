package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What "make demo" shows is true, and the README's picture shows the same.
func TestDemo(t *testing.T) {
	hectl := filepath.Join(t.TempDir(), "hectl")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", hectl, "../..").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	var record strings.Builder
	if err := run(t.Context(), hectl, 1, &record); err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile("../../docs/images/fetch.svg")
	if err != nil {
		t.Fatal(err)
	}
	want := shape("$ " + fetchCommand + "\n" + record.String())
	if diff := cmp.Diff(want, shape(textOfStill(string(svg)))); diff != "" {
		t.Errorf("docs/images/fetch.svg is not what hectl prints: run \"make still\"\n%s", diff)
	}
}

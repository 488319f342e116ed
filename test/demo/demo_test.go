package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// What "make demo" shows is so.
func TestDemo(t *testing.T) {
	hectl := filepath.Join(t.TempDir(), "hectl")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", hectl, "../..").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	if err := run(t.Context(), hectl, 1); err != nil {
		t.Fatal(err)
	}
}

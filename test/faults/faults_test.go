//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// It does not rot: some of the rows, and a short soak.
func TestQuick(t *testing.T) {
	var out bytes.Buffer
	err := begin(t.Context(), options{hectl: build(t), only: regexp.MustCompile(""), quick: true}, &out)
	t.Logf("%s", &out)
	if err != nil {
		t.Fatal(err)
	}
}

// build builds hectl, without the race detector even if this test has it: that
// makes each process wait a second at its end.
func build(t *testing.T) string {
	t.Helper()
	hectl := filepath.Join(t.TempDir(), "hectl")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", hectl, "../..").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return hectl
}

// The document shows the table as it is.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := withTable(text)
	if err != nil || !bytes.Equal(text, want) {
		t.Errorf("docs/reliability.md is not what \"make faults\" writes: %v", err)
	}
	if _, err := withTable([]byte("no place")); err == nil {
		t.Error("a document without a place for the table")
	}
}

func TestFlags(t *testing.T) {
	hectl := filepath.Join(t.TempDir(), "hectl")
	if err := os.WriteFile(hectl, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"":                        "",
		"--only backup/S3":        "",
		"--backups 3 --seed 7":    "",
		"--only (":                "usage",
		"more":                    "usage",
		"--seed -1":               "usage",
		"--hectl /nonexistent/it": "make faults",
	} {
		_, err := parse(strings.Fields("--hectl "+hectl+" "+args), &bytes.Buffer{})
		if (err == nil) != (want == "") || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
}

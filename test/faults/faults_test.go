//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rubyforgood/hectl/test/program"
)

// TestQuick plays some rows and a short soak.
func TestQuick(t *testing.T) {
	var out bytes.Buffer
	err := begin(t.Context(), options{hectl: filepath.Join(program.Build(t), "hectl"), only: regexp.MustCompile(""), quick: true}, &out)
	t.Logf("%s", &out)
	if err != nil {
		t.Fatal(err)
	}
}

// TestDocument checks that docs/reliability.md has the current table.
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
